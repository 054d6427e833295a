// The queues of the stand-in's account and their consumers. Miniflare runs the messages, see edge.ts.
import { randomUUID } from "node:crypto";
import { type Account, type Consumer, type Queue, Refusal, needRight } from "./account.ts";
import { type Handlers, paged } from "./api.ts";

const RETENTION = { free: { usual: 86_400, most: 86_400 }, paid: { usual: 345_600, most: 1_209_600 } };

export function queueHandlers(account: Account): Handlers {
  const queues = "/accounts/:account/queues";
  const find = (id = ""): Queue => {
    needRight(account, "queues");
    const queue = account.queues.find(({ queue_id }) => queue_id === id);
    if (!queue) throw new Refusal(404, 11000, `Queue ${id} not found`);
    return queue;
  };
  return {
    [`GET ${queues}`]: ({ query }) => {
      needRight(account, "queues");
      const names = query.getAll("name");
      const found = account.queues.filter(({ queue_name }) => names.length === 0 || names.includes(queue_name));
      return paged(found.map((queue) => shown(account, queue)));
    },
    [`POST ${queues}`]: ({ json }) => {
      needRight(account, "queues");
      const { queue_name, settings } = json() as { queue_name: string; settings?: Record<string, number> };
      if (account.queues.some((queue) => queue.queue_name === queue_name)) {
        throw new Refusal(
          409,
          11009,
          `Queue name '${queue_name}' is already taken. Please use a different name and try again.`,
        );
      }
      const queue = {
        queue_id: randomUUID().replaceAll("-", ""),
        queue_name,
        retentionSeconds: retention(account, settings),
        consumers: [],
      };
      account.queues.push(queue);
      return shown(account, queue);
    },
    [`PATCH ${queues}/:id`]: ({ params, json }) => {
      const queue = find(params["id"]);
      queue.retentionSeconds = retention(account, json()["settings"] as Record<string, number>, queue.retentionSeconds);
      return shown(account, queue);
    },
    [`POST ${queues}/:id/consumers`]: ({ params, json }) => {
      const queue = find(params["id"]);
      if (queue.consumers.length > 0) {
        throw new Refusal(400, 11004, `Queue ${queue.queue_name} already has a consumer`);
      }
      const consumer: Consumer = { consumer_id: randomUUID(), ...consumerOf(json()) };
      queue.consumers.push(consumer);
      return consumer;
    },
    [`PUT ${queues}/:id/consumers/:consumer`]: ({ params, json }) => {
      const consumer = find(params["id"]).consumers.find(({ consumer_id }) => consumer_id === params["consumer"]);
      if (!consumer) throw new Refusal(404, 11005, "Consumer not found");
      return Object.assign(consumer, consumerOf(json()));
    },
  };
}

function consumerOf(body: Record<string, unknown>): Omit<Consumer, "consumer_id"> {
  if (body["type"] !== "worker") throw new Refusal(400, 100127, "The specified consumer settings are invalid.");
  const { script_name, dead_letter_queue, settings } = body as {
    script_name: string;
    dead_letter_queue?: string;
    settings: Record<string, unknown>;
  };
  return { type: "worker", script: script_name, dead_letter_queue, settings };
}

function retention({ plan }: Account, settings: Readonly<Record<string, number>> = {}, present?: number): number {
  const seconds = settings["message_retention_period"] ?? present ?? RETENTION[plan].usual;
  if (seconds < 60 || seconds > RETENTION[plan].most) throw new Refusal(400, 100128, "invalid queue settings");
  return seconds;
}

function shown({ scripts }: Account, { queue_id, queue_name, retentionSeconds, consumers }: Queue): object {
  const producers = [...scripts.values()].filter(({ versions }) =>
    versions.at(-1)?.bindings.some(({ type, queue_name: name }) => type === "queue" && name === queue_name),
  );
  return {
    queue_id,
    queue_name,
    created_on: new Date(0).toISOString(),
    modified_on: new Date(0).toISOString(),
    producers: producers.map(({ name }) => ({
      type: "worker",
      script: name,
      service: name,
      environment: "production",
    })),
    producers_total_count: producers.length,
    consumers: consumers.map((consumer) => ({ ...consumer, service: consumer.script, environment: "production" })),
    consumers_total_count: consumers.length,
    settings: { delivery_delay: 0, delivery_paused: false, message_retention_period: retentionSeconds },
  };
}
