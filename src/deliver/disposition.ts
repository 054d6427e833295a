// What becomes of a message of the queue: acked where it is needed no more, else it comes again after a delay.
import { delaySeconds } from "../queue/send.ts";
import { log } from "../log.ts";
import { type DeliveryMessage, decodeMessage } from "../queue/message.ts";
import type { Decision } from "../rules/retry.ts";
import type { Standing } from "../store/standing.ts";

export interface QueuedDelivery {
  readonly message: Message;
  readonly content: DeliveryMessage;
}

/** While a setting is wrong, or a message cannot be read. */
export const WAIT_FOR_PEOPLE_SECONDS = 300;
/** Seconds to wait for D1, by how often the message came already. */
const WAIT_FOR_D1_SECONDS = [5, 10, 20, 40, 80, 160, 320, 640];
const LONGEST_WAIT_FOR_D1_SECONDS = 900;

/** Those that can be read. One of a later version waits: the row, or the next deploy, will have it. */
export function decodeBatch(messages: readonly Message[]): QueuedDelivery[] {
  return messages.flatMap((message) => {
    const content = decodeMessage(message.body);
    if (content !== null) return [{ message, content }];
    log("delivery.unreadable", { message: message.id });
    message.retry({ delaySeconds: WAIT_FOR_PEOPLE_SECONDS });
    return [];
  });
}

/** The notifications that they name, each once. */
export function idsOf(deliveries: readonly QueuedDelivery[]): string[] {
  return [...new Set(deliveries.map(({ content }) => content.id))];
}

export function waitForD1({ message }: QueuedDelivery): void {
  message.retry({ delaySeconds: WAIT_FOR_D1_SECONDS[message.attempts - 1] ?? LONGEST_WAIT_FOR_D1_SECONDS });
}

/**
 * One whose notification could not be claimed: it is acked where the notification needs no message any more or another
 * message carries it; else it comes again when the notification is due.
 * @param row null where D1 knows no such notification
 */
export function ackOrDelay(delivery: QueuedDelivery, row: Standing | null, maxTries: number, now: number): void {
  const { message } = delivery;
  if (row === null || !needsMessage(delivery, row, maxTries)) message.ack();
  else message.retry({ delaySeconds: Math.max(1, delaySeconds((row.leaseUntil ?? row.nextAttemptAt) - now)) });
}

function needsMessage({ message, content }: QueuedDelivery, row: Standing, maxTries: number): boolean {
  if (row.state !== "pending" || row.confirm === "asking") return false;
  // The sweep buries it.
  if (row.leaseUntil === null && row.tries >= maxTries) return false;
  const hasAnother = message.attempts === 1 && row.attempts >= content.attempt;
  return !hasAnother;
}

/** One whose attempt was made and recorded. */
export function finish({ message }: QueuedDelivery, decision: Decision, now: number): void {
  if (decision.state === "pending") message.retry({ delaySeconds: delaySeconds(decision.nextAttemptAt - now) });
  else message.ack();
}
