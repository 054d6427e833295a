// Dead letters of the queue: a notification outlives its message, and a message ends no other attempt than its own.
import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { returnDeadLetters } from "../../src/deliver/dead-letters.ts";
import { type DeliveryMessage, encodeMessage } from "../../src/queue/message.ts";
import { sweep } from "../../src/upkeep/sweep.ts";
import { clear, configWith, faultyD1, kiccBody, notificationFrom, queueInto, rowOf, stored } from "../fixtures.ts";
import { given } from "../given.ts";

const MINUTE_MS = 60_000;
const QUEUE_MODE = { settings: { DELIVERY: "queue" } };

beforeEach(clear);
afterEach(() => vi.restoreAllMocks());

interface Returned {
  readonly acked: readonly string[];
  /** Seconds. */
  readonly retried: readonly (number | undefined)[];
  readonly sent: readonly DeliveryMessage[];
  readonly delays: readonly (number | undefined)[];
}

async function returned(
  content: DeliveryMessage,
  how: {
    readonly db?: D1Database;
    readonly queueFails?: boolean;
    readonly settings?: Readonly<Record<string, unknown>>;
  } = {},
): Promise<Returned> {
  const batch = createMessageBatch("kicc-deliveries-dead", [
    { id: "m0", timestamp: new Date(), attempts: 1, body: content },
  ]);
  const retried: (number | undefined)[] = [];
  for (const message of batch.messages) {
    const retry = message.retry.bind(message);
    vi.spyOn(message, "retry").mockImplementation((options) => {
      retried.push(options?.delaySeconds);
      retry(options);
    });
  }
  const sent: DeliveryMessage[] = [];
  const queue = queueInto(sent, async () => {
    if (how.queueFails) throw new Error("Too Many Requests");
  });
  const send = vi.spyOn(queue, "send");
  await returnDeadLetters(batch, configWith(how.settings), how.db ?? env.DB, queue);
  const { explicitAcks } = await getQueueResult(batch, createExecutionContext());
  return { acked: explicitAcks, retried, sent, delays: send.mock.calls.map(([, options]) => options?.delaySeconds) };
}

const away = () => faultyD1(env.DB, { before: () => Promise.reject(new Error("away")) });

describe("a dead letter", () => {
  it("stores one that D1 has not got, and leaves it to the sweep", async () => {
    const notification = notificationFrom(kiccBody(), { receivedAt: Date.now() - 2 * MINUTE_MS });
    expect(await returned(encodeMessage(notification, 1))).toMatchObject({ acked: ["m0"], sent: [] });
    expect(await rowOf(notification.id)).toMatchObject({ state: "pending", attempts: 0 });
    const sent: DeliveryMessage[] = [];
    await sweep(configWith(), env.DB, queueInto(sent));
    expect(sent).toHaveLength(1);
  });

  it("leaves a row that has delays left pending: only used-up delays or a 410 make it dead", async () => {
    const { notification, id } = await stored();
    await returned(encodeMessage(notification, 1));
    expect(await rowOf(id)).toMatchObject({ state: "pending" });
  });

  it("is stored and stays, with a delay, while a setting is wrong", async () => {
    const notification = notificationFrom(kiccBody());
    const settings = { ORIGIN_URL: "ftp://origin.example" };
    expect(await returned(encodeMessage(notification, 1), { settings })).toMatchObject({ acked: [], retried: [300] });
    expect(await rowOf(notification.id)).toMatchObject({ state: "pending", attempts: 0 });
  });

  it("goes back to the deliveries as a fresh message with a delay while D1 is away, and waits if the queue is too", async () => {
    const content = encodeMessage(notificationFrom(kiccBody()), 1);
    expect(await returned(content, { db: away() })).toMatchObject({ acked: ["m0"], sent: [content], delays: [900] });
    const stays = await returned(content, { db: away(), queueFails: true });
    expect(stays).toMatchObject({ acked: [], retried: [300] });
  });

  it("goes back as well where D1 hangs: the batch ends", async () => {
    const original = globalThis.setTimeout;
    vi.spyOn(globalThis, "setTimeout").mockImplementation((run: () => void, ms = 0) => original(run, ms / 100));
    const content = encodeMessage(notificationFrom(kiccBody()), 1);
    const db = faultyD1(env.DB, { before: () => new Promise<void>(() => {}) });
    expect(await returned(content, { db })).toMatchObject({ acked: ["m0"], sent: [content] });
  });
});

describe("where another Worker consumes the queue, a dead letter", () => {
  it("counts as its failed attempt", async () => {
    const { notification, id } = await stored(kiccBody(), {}, QUEUE_MODE.settings);
    await returned(encodeMessage(notification, 1), QUEUE_MODE);
    expect(await rowOf(id)).toMatchObject({ state: "pending", leaseUntil: null, history: [{ outcome: "failed" }] });
  });

  it("of an earlier attempt leaves the one that is open since to its own report", async () => {
    const { notification, id } = await stored(kiccBody(), {}, QUEUE_MODE.settings);
    await given.pending({ attempts: 2, tries: 2 }, id);
    await returned(encodeMessage(notification, 1), QUEUE_MODE);
    expect(await rowOf(id)).toMatchObject({ attempts: 2, leaseUntil: expect.any(Number), history: [] });
  });

  it("of an attempt that has ended counts no second failure", async () => {
    const { notification, id } = await stored(kiccBody(), {}, QUEUE_MODE.settings);
    await returned(encodeMessage(notification, 1), QUEUE_MODE);
    await returned(encodeMessage(notification, 1), QUEUE_MODE);
    expect((await rowOf(id))?.history).toHaveLength(1);
  });
});

it("in push mode ends no attempt that this Worker is making: it settles that itself, or its lease does", async () => {
  const { notification, id } = await stored();
  await given.pending({ attempts: 1, tries: 1, lease_until: Date.now() + MINUTE_MS }, id);
  await returned(encodeMessage(notification, 1));
  expect(await rowOf(id)).toMatchObject({ attempts: 1, leaseUntil: expect.any(Number), history: [] });
});
