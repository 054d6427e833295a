// Decides what becomes of a queue message: acked if the notification needs it no more, else delayed.
import { delaySeconds } from "../queue/send.ts";
import { log } from "../log.ts";
import { type DeliveryMessage, decodeMessage } from "../queue/message.ts";
import type { Decision } from "../rules/retry.ts";
import type { Standing } from "../store/standing.ts";

export interface QueuedDelivery {
  readonly message: Message;
  readonly content: DeliveryMessage;
}

/** While a setting is wrong, and for a message that cannot be read. */
export const WAIT_FOR_PEOPLE_SECONDS = 300;
/** The delay while D1 is down, by how often the message came already. */
const WAIT_FOR_D1_SECONDS = [5, 10, 20, 40, 80, 160, 320, 640];
const LONGEST_WAIT_FOR_D1_SECONDS = 900;

/** Decodes the messages. One of a later version is delayed: its row, or the next deploy, delivers it. */
export function decodeBatch(messages: readonly Message[]): QueuedDelivery[] {
  return messages.flatMap((message) => {
    const content = decodeMessage(message.body);
    if (content !== null) return [{ message, content }];
    log("delivery.unreadable", { message: message.id });
    message.retry({ delaySeconds: WAIT_FOR_PEOPLE_SECONDS });
    return [];
  });
}

/** The ids of their notifications, each once. */
export function idsOf(deliveries: readonly QueuedDelivery[]): string[] {
  return [...new Set(deliveries.map(({ content }) => content.id))];
}

export function waitForD1({ message }: QueuedDelivery): void {
  message.retry({ delaySeconds: WAIT_FOR_D1_SECONDS[message.attempts - 1] ?? LONGEST_WAIT_FOR_D1_SECONDS });
}

/**
 * Decides for a message whose notification could not be claimed. Ack: the notification needs no message, or another
 * message carries it. Else delay it until the notification is due.
 * @param row null where D1 does not know the notification
 */
export function ackOrDelay(delivery: QueuedDelivery, row: Standing | null, maxTries: number, now: number): void {
  const { message } = delivery;
  if (row === null || !needsMessage(delivery, row, maxTries)) message.ack();
  else message.retry({ delaySeconds: Math.max(1, delaySeconds((row.leaseUntil ?? row.nextAttemptAt) - now)) });
}

function needsMessage({ message, content }: QueuedDelivery, row: Standing, maxTries: number): boolean {
  if (row.state !== "pending" || row.confirm === "asking") return false;
  // The sweep makes it dead.
  if (row.leaseUntil === null && row.tries >= maxTries) return false;
  const hasAnother = message.attempts === 1 && row.attempts >= content.attempt;
  return !hasAnother;
}

/** Decides for a message whose attempt was made and recorded. */
export function finish({ message }: QueuedDelivery, decision: Decision, now: number): void {
  if (decision.state === "pending") message.retry({ delaySeconds: delaySeconds(decision.nextAttemptAt - now) });
  else message.ack();
}
