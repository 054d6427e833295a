// Sends messages to the queue of deliveries, in pages that Queues accepts. It knows nothing of a notification's state.
import { before } from "../deadline.ts";
import { log, reasonOf } from "../log.ts";
import { type DeliveryMessage, encodeMessage, messageBytes } from "./message.ts";
import type { Notification } from "../rules/notification.ts";

// sendBatch takes at most 100 messages and 256 KB in total (developers.cloudflare.com/queues/platform/limits).
const PAGE_MESSAGES = 100;
const PAGE_BYTES = 240_000;
const SEND_WITHIN_MS = 10_000;
const METRICS_WITHIN_MS = 5000;

/** Queues takes delays in whole seconds, at most 24 h. */
export function delaySeconds(ms: number): number {
  return Math.min(86_400, Math.max(0, Math.ceil(ms / 1000)));
}

/** How many messages the queue has stored, counted from the first; and why it did not store the rest. */
export interface Sent {
  readonly count: number;
  readonly error: unknown;
}

/** Returns when the queue has stored all messages, or did not store a page in time. Throws nothing. */
export async function sendDeliveries(queue: Queue, messages: readonly DeliveryMessage[]): Promise<Sent> {
  let count = 0;
  try {
    for (const page of pagesOf(messages)) {
      const requests = page.map((body) => ({ body, contentType: "json" as const }));
      await before(Date.now() + SEND_WITHIN_MS, "send a page of messages", queue.sendBatch(requests));
      count += page.length;
    }
    return { count, error: null };
  } catch (error) {
    return { count, error };
  }
}

function pagesOf(messages: readonly DeliveryMessage[]): DeliveryMessage[][] {
  const pages: DeliveryMessage[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = messageBytes(message);
    const page = pages.at(-1);
    if (page === undefined || page.length === PAGE_MESSAGES || bytes + size > PAGE_BYTES) {
      pages.push([message]);
      bytes = size;
    } else {
      page.push(message);
      bytes += size;
    }
  }
  return pages;
}

/** Returns when the queue has stored the message. @throws what the queue throws */
export async function sendDelivery(queue: Queue, notification: Notification, attempt: number): Promise<void> {
  await queue.send(encodeMessage(notification, attempt), { contentType: "json" });
}

/**
 * Sends the message of a notification that is stored in D1. Throws nothing: if sending fails, the sweep sends it later.
 * @returns whether the queue has it; false also if it did not answer in time
 */
export async function enqueue(queue: Queue, notification: Notification, attempt: number): Promise<boolean> {
  try {
    await before(Date.now() + SEND_WITHIN_MS, "enqueue", sendDelivery(queue, notification, attempt));
    return true;
  } catch (error) {
    log("delivery.not-enqueued", { id: notification.id, error: reasonOf(error) });
    return false;
  }
}

/**
 * When the oldest waiting message was sent, epoch ms; null where none waits or the queue does not say. Cloudflare's
 * queues report it since 2026-04. The local queue leaves out delayed messages, and reports 1970 where none waits.
 */
export async function oldestWaiting(queue: Queue): Promise<number | null> {
  try {
    const { oldestMessageTimestamp } = await before(Date.now() + METRICS_WITHIN_MS, "ask the queue", queue.metrics());
    const sentAt = oldestMessageTimestamp ? new Date(oldestMessageTimestamp).getTime() : 0;
    return sentAt > 0 ? sentAt : null;
  } catch {
    return null;
  }
}
