// Sends messages to the queue of deliveries, in pages that Queues accepts. It knows nothing of a notification's state.
import { log, reasonOf } from "../log.ts";
import { type DeliveryMessage, encodeMessage, messageBytes } from "./message.ts";
import type { Notification } from "../rules/notification.ts";

// sendBatch takes 100 messages or 256 KB in all (developers.cloudflare.com/queues/platform/limits).
const PAGE_MESSAGES = 100;
const PAGE_BYTES = 240_000;

/** Queues takes a delay in whole seconds, at most 24 h. */
export function delaySeconds(ms: number): number {
  return Math.min(86_400, Math.max(0, Math.ceil(ms / 1000)));
}

/** Returns when the queue has stored all messages. @throws what the queue throws; the pages before that one are sent */
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

/** Returns when the queue has stored the message. @throws what the queue throws */
export async function sendDelivery(queue: Queue, notification: Notification, attempt: number): Promise<void> {
  await queue.send(encodeMessage(notification, attempt), { contentType: "json" });
}

/** Sends the message of a notification that is stored in D1. Throws nothing: if sending fails, the sweep sends it later. */
export async function enqueue(queue: Queue, notification: Notification, attempt: number): Promise<void> {
  try {
    await sendDelivery(queue, notification, attempt);
  } catch (error) {
    log("delivery.not-enqueued", { id: notification.id, error: reasonOf(error) });
  }
}

/**
 * When the oldest waiting message was sent, epoch ms; null where none waits or the queue does not say. Cloudflare's
 * queues say it since 2026-04. The local queue leaves out delayed messages, and answers 1970 where none waits.
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
