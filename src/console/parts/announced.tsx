// The state of an announced cancellation or approval, and the path of its page.
import type { AnnouncedState } from "../../store/announced.ts";
import type { Register } from "../../store/register.ts";
import { HOME } from "./layout.tsx";
import type { Words } from "../words/words.ts";

export type RegisterName = Register["table"];

/** Each is coloured like this state of a notification. */
const TAG_CLASSES = {
  expected: "pending",
  notified: "delivered",
  reconciled: "delivered",
  failed: "held",
  unresolved: "dead",
} as const;

export function AnnouncedStateTag({ state, w }: { readonly state: AnnouncedState; readonly w: Words }) {
  return <span class={`state ${TAG_CLASSES[state]}`}>{w.cancellations.states[state]}</span>;
}

export function announcedPath(register: RegisterName, id: string): string {
  return `${HOME}/${register}/${encodeURIComponent(id)}`;
}
