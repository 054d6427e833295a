// The command that sends a notification by hand, from where a person is. It does not contain the secret.
import { commandOf } from "../../rules/by-hand.ts";
import type { WholeRow } from "../../store/search.ts";
import { headersByHand, sentBy } from "../sent-headers.ts";
import { Copied } from "./elements.tsx";
import type { View } from "../view.ts";

interface ByHandProps {
  readonly v: View;
  readonly row: WholeRow;
  /** The command may contain the body. */
  readonly isOpen: boolean;
}

export function ByHand({ v, row, isOpen }: ByHandProps) {
  const { w } = v;
  const sent = sentBy(v.config.delivering, row, Math.max(1, row.attempts));
  if (sent === null) return null;
  const { id, body } = row;
  const command = commandOf({
    url: sent.url,
    id,
    headers: headersByHand(sent, id),
    bodyBase64: isOpen ? body.toBase64() : null,
  });
  return (
    <details class="by-hand">
      <summary>{w.notification.command}</summary>
      <p class="faint">{w.notification.commandLead}</p>
      <Copied text={command} w={w} as="pre" />
    </details>
  );
}
