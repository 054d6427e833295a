// A complete example: another Worker that consumes kicc-deliveries with DELIVERY = queue, and reports each attempt.
import type { DeliveryMessage } from "../../src/queue/message.ts";

interface ConsumerEnv {
  /** The receiver, by a service binding: no way over the internet. */
  readonly RECEIVER: Fetcher;
  readonly DELIVERY_TOKEN: string;
  readonly BOOKS: D1Database;
}

export default {
  async queue(batch, env) {
    await Promise.all(batch.messages.map((message) => consume(message, env)));
  },
} satisfies ExportedHandler<ConsumerEnv, DeliveryMessage>;

/** Acks in any case: the receiver, not the queue, decides when a notification comes again. Unreported, it does too. */
async function consume(message: Message<DeliveryMessage>, env: ConsumerEnv): Promise<void> {
  const { id, attempt } = message.body;
  try {
    await book(message.body, env.BOOKS);
    await report(env, id, "accept", { attempt });
  } catch (error) {
    await report(env, id, "fail", { attempt, reason: String(error) });
  }
  message.ack();
}

/** One notification may come twice, even at once: its id is the key. */
async function book(notification: DeliveryMessage, books: D1Database): Promise<void> {
  if (notification.resCd !== "0000") return;
  await books
    .prepare("INSERT INTO refunds (id, order_no, amount) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
    .bind(notification.id, notification.shopOrderNo, notification.amount)
    .run();
}

async function report(env: ConsumerEnv, id: string, how: "accept" | "fail", body: object): Promise<void> {
  await env.RECEIVER.fetch(`https://receiver/api/notifications/${id}/${how}`, {
    method: "POST",
    headers: { authorization: `Bearer ${env.DELIVERY_TOKEN}` },
    body: JSON.stringify(body),
  });
}
