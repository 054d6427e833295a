// Decides whether D1 has the notification of a message. A row with the same id is not enough. While D1 is down, ids are
// given without comparing, so another notification may have got the same one.
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

/**
 * The message and the row have no ids of KICC's to compare, and so much time is between them that they count as two
 * events.
 */
function isRepeat(content: DeliveryMessage, row: Standing): boolean {
  if (Date.parse(content.receivedAt) - row.receivedAt <= WEAK_MS) return false;
  const [kind, notification] = [kindNamed(content.kind), toNotification(content)];
  return kind !== null && notification !== null && kind.identity.isWeak(comparableOfStored(kind, notification));
}
