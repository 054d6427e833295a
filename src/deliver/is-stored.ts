// Whether D1 has the notification of a message. Its id alone does not tell: while D1 is down nothing is compared, and the
// message has the id that the notification would get if nothing else of its event were stored.
import { idsDiffer } from "../kinds/identity.ts";
import { comparableOfStored } from "../kinds/make-notification.ts";
import { kindNamed } from "../kinds/registry.ts";
import { type DeliveryMessage, toNotification } from "../queue/message.ts";
import { WEAK_MS } from "../rules/judge.ts";
import type { Standing } from "../store/standing.ts";

/** @param row the row with the message's id */
export function isStored(content: DeliveryMessage, row: Standing | undefined): row is Standing {
  return row !== undefined && !idsDiffer(content, row) && !isRepeat(content, row);
}

/** The same without ids that tell, and so late that it counts as another one. */
function isRepeat(content: DeliveryMessage, row: Standing): boolean {
  if (Date.parse(content.receivedAt) - row.receivedAt <= WEAK_MS) return false;
  const [kind, notification] = [kindNamed(content.kind), toNotification(content)];
  return kind !== null && notification !== null && kind.identity.isWeak(comparableOfStored(kind, notification));
}
