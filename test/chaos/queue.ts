// The real queues with faults: sends that fail, messages that come twice, late, early and out of order.
import { speed, toWorkerTime } from "./clock.ts";
import { count, happens, isAway, random } from "./faults.ts";
import type { Life } from "./life.ts";

const DOWN = "Queue is overloaded. Please back off.";

/** A queue's delays are whole seconds of the machine: most messages come late by that, some early. */
function machineSeconds(seconds: number): number {
  const exact = seconds / speed;
  return exact > 0 && happens("queue: message early") ? Math.floor(exact) : Math.ceil(exact);
}

/** `DELIVERIES` as one invocation sees it: messages are spread over the queues, so that many batches run at once. */
export function troubledQueue(queues: readonly Queue[], life: Life): Queue {
  const deliver = async (messages: readonly MessageSendRequest[]) => {
    await life.reach();
    if (isAway("queue: away") || happens("queue: send fails")) throw new Error(DOWN);
    const sent = messages.flatMap((message) => (happens("queue: message twice") ? [message, message] : [message]));
    const pages = new Map<Queue, MessageSendRequest[]>();
    for (const message of sent) {
      const queue = queues[Math.floor(random() * queues.length)] ?? fail();
      const late = happens("queue: message late") ? 1 + Math.floor(random() * 3) : 0;
      const delaySeconds = machineSeconds(message.delaySeconds ?? 0) + late;
      pages.set(queue, [...(pages.get(queue) ?? []), { ...message, delaySeconds }]);
    }
    for (const [queue, page] of pages) await queue.sendBatch(page);
    if (happens("queue: sent, reply lost")) throw new Error("Network connection lost.");
    await life.reach();
  };
  const queue = {
    send: (body: unknown, options: QueueSendOptions = {}) => deliver([{ body, ...options }]),
    sendBatch: (messages: Iterable<MessageSendRequest>) => deliver([...messages]),
    metrics: () => oldestOf(queues),
  };
  return queue as unknown as Queue;
}

async function oldestOf(queues: readonly Queue[]): Promise<{ readonly oldestMessageTimestamp: Date }> {
  const all = await Promise.all(queues.map((queue) => queue.metrics()));
  const times = all.flatMap(({ oldestMessageTimestamp: at }) => (at && at.getTime() > 0 ? [at.getTime()] : []));
  return { oldestMessageTimestamp: new Date(times.length > 0 ? toWorkerTime(Math.min(...times)) : 0) };
}

/** A batch as the Worker sees it: under the queue's own name, with delays of the Worker's time. */
export function troubledBatch(batch: MessageBatch, life: Life): MessageBatch {
  const dead = batch.queue.includes("dead");
  if (dead) count("queue: gave a message up");
  const messages = batch.messages.map((message) => ({
    id: message.id,
    timestamp: new Date(toWorkerTime(message.timestamp.getTime())),
    body: message.body,
    attempts: message.attempts,
    ack() {
      if (life.lives()) message.ack();
    },
    retry({ delaySeconds = 0 }: QueueRetryOptions = {}) {
      if (life.lives()) message.retry({ delaySeconds: machineSeconds(delaySeconds) });
    },
  }));
  return { queue: dead ? "kicc-deliveries-dead" : "kicc-deliveries", messages } as unknown as MessageBatch;
}

function fail(): never {
  throw new RangeError("Cannot choose a queue");
}
