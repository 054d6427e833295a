// Sending to the queue of deliveries: pages that Queues takes. It knows messages, not notifications' states.
import { log, reasonOf } from "../log.ts";
import { type DeliveryMessage, encodeMessage, messageBytes } from "./message.ts";
import type { Notification } from "../rules/notification.ts";

// sendBatch takes 100 messages or 256 KB in all (developers.cloudflare.com/queues/platform/limits).
const PAGE_MESSAGES = 100;
const PAGE_BYTES = 240_000;

/** A queue's delay is whole seconds, 24 h at most. */
export function delaySeconds(ms: number): number {
  return Math.min(86_400, Math.max(0, Math.ceil(ms / 1000)));
}

/** @returns when every message is written down by the queue @throws what the queue throws; earlier pages are sent then */
export async function sendDeliveries(queue: Queue, messages: readonly DeliveryMessage[]): Promise<void> {
  let page: MessageSendRequest<DeliveryMessage>[] = [];
  let bytes = 0;
  for (const body of messages) {
    const size = messageBytes(body);
    if (page.length === PAGE_MESSAGES || (page.length > 0 && bytes + size > PAGE_BYTES)) {
      await queue.sendBatch(page);
      [page, bytes] = [[], 0];
    }
    page.push({ body, contentType: "json" });
    bytes += size;
  }
  if (page.length > 0) await queue.sendBatch(page);
}

/** @returns when the queue has written it down @throws what the queue throws */
export async function sendDelivery(queue: Queue, notification: Notification, attempt: number): Promise<void> {
  await queue.send(encodeMessage(notification, attempt), { contentType: "json" });
}

/** Sends the message of a notification that D1 has. Throws nothing: what is lost here, the sweep finds. */
export async function enqueue(queue: Queue, notification: Notification, attempt: number): Promise<void> {
  try {
    await sendDelivery(queue, notification, attempt);
  } catch (error) {
    log("delivery.not-enqueued", { id: notification.id, error: reasonOf(error) });
  }
}

/**
 * When the oldest message that waits in the queue was sent, epoch ms; null where none waits or the queue does not say.
 * Workers' queues tell it since 2026-04; the local one counts no delayed messages, and says 1970 for none.
 */
export async function oldestWaiting(queue: Queue): Promise<number | null> {
  try {
    const { oldestMessageTimestamp } = await queue.metrics();
    const sentAt = oldestMessageTimestamp ? new Date(oldestMessageTimestamp).getTime() : 0;
    return sentAt > 0 ? sentAt : null;
  } catch {
    return null;
  }
}
