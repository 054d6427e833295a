// Claiming a batch: an attempt that nobody makes is not counted, and a failure of one message does not touch the
// others.
import { env } from "cloudflare:workers";
import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deliverBatch } from "../../src/deliver/consumer.ts";
import { encodeMessage } from "../../src/queue/message.ts";
import type { Notification } from "../../src/rules/notification.ts";
import { clear, configWith, faultyD1, kiccBody, notificationFrom, rowOf, stored } from "../fixtures.ts";
import { given } from "../given.ts";

const LATER_THAN_ANY_DEADLINE_MS = 15_000;

beforeEach(clear);
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

interface Outcome {
  readonly acked: readonly string[];
  /** Ids of what the origin got. */
  readonly sent: readonly (string | null)[];
}

async function deliver(
  notifications: readonly Notification[],
  given: { readonly db?: D1Database; readonly settings?: Readonly<Record<string, unknown>> } = {},
): Promise<Outcome> {
  const sent: (string | null)[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (_input, init) => {
    sent.push(new Headers(init?.headers).get("webhook-id"));
    return new Response("OK");
  });
  const messages = notifications.map((notification, index) => ({
    id: `m${index}`,
    timestamp: new Date(),
    attempts: 1,
    body: encodeMessage(notification, 1),
  }));
  const batch = createMessageBatch("kicc-deliveries", messages);
  await deliverBatch(batch, configWith(given.settings), given.db ?? env.DB);
  const { explicitAcks, retryMessages } = await getQueueResult(batch, createExecutionContext());
  expect(explicitAcks.length + retryMessages.length).toBe(messages.length);
  return { acked: explicitAcks, sent };
}

/** D1 takes no row more, as where it is full; what is there can still be changed. */
async function full<T>(work: () => Promise<T>): Promise<T> {
  await env.DB.exec(
    "CREATE TRIGGER full BEFORE INSERT ON notifications BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
  );
  try {
    return await work();
  } finally {
    await env.DB.exec("DROP TRIGGER full");
  }
}

const HANGS = () => new Promise<void>(() => {});

/** Deadlines ring a hundred times as soon, in their order. */
function quickTimers(): void {
  const original = globalThis.setTimeout;
  vi.spyOn(globalThis, "setTimeout").mockImplementation((run: () => void, ms = 0) => original(run, ms / 100));
}

describe("a claim that comes too late", () => {
  const sleep = globalThis.setTimeout;
  /** Time goes on by 15 s at the moment that a round trip begins, or ends. */
  const passes = (at: number) => async (trip: number) => {
    await Promise.resolve();
    if (trip === at) vi.advanceTimersByTime(LATER_THAN_ANY_DEADLINE_MS);
  };

  it.each([
    ["its reply hung", { after: passes(1) }],
    ["it hung before D1 committed it", { before: passes(1) }],
    [
      "D1 committed it long after",
      {
        before: async (trip: number) => {
          await passes(1)(trip);
          if (trip === 1) await new Promise((resolve) => sleep(resolve, 100));
        },
      },
    ],
  ])("is given back where %s: no attempt is counted, and the next delivers", async (_how, faults) => {
    const { notification, id } = await stored();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    expect(await deliver([notification], { db: faultyD1(env.DB, faults) })).toEqual({ acked: [], sent: [] });
    await new Promise((resolve) => sleep(resolve, 150));
    expect(await rowOf(id)).toMatchObject({ state: "pending", attempts: 0, tries: 0, leaseUntil: null, history: [] });
    vi.useRealTimers();
    expect(await deliver([notification])).toEqual({ acked: ["m0"], sent: [id] });
    expect(await rowOf(id)).toMatchObject({ state: "delivered", attempts: 1 });
  });

  it("leaves what another consumer has claimed since", async () => {
    const { notification, id } = await stored();
    const faults = {
      after: async (trip: number) => {
        if (trip !== 1) return;
        vi.advanceTimersByTime(LATER_THAN_ANY_DEADLINE_MS);
        await given.pending({ attempts: 2, tries: 2, claim: "another" }, id);
      },
    };
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await deliver([notification], { db: faultyD1(env.DB, faults) });
    expect(await rowOf(id)).toMatchObject({ attempts: 2, tries: 2, leaseUntil: expect.any(Number) });
  });
});

describe("D1 that takes no new row", () => {
  it("delivers what it has, once, and keeps only what it has not waiting, until it takes rows again", async () => {
    const known = await stored();
    const unknown = notificationFrom(kiccBody());
    await full(async () => {
      expect(await deliver([unknown, known.notification])).toEqual({ acked: ["m1"], sent: [known.id] });
      expect(await deliver([unknown])).toEqual({ acked: [], sent: [] });
    });
    expect(await rowOf(known.id)).toMatchObject({ state: "delivered", attempts: 1, tries: 1 });
    expect(await deliver([unknown])).toEqual({ acked: ["m0"], sent: [unknown.id] });
  });

  it("or hangs at it delivers what it has all the same", async () => {
    const known = await stored();
    const unknown = notificationFrom(kiccBody());
    quickTimers();
    const db = faultyD1(env.DB, { before: (trip) => (trip === 2 ? HANGS() : undefined) });
    expect(await deliver([unknown, known.notification], { db })).toEqual({ acked: ["m1"], sent: [known.id] });
  });

  it("keeps for the pullers each that it can take", async () => {
    const [one, other] = [notificationFrom(kiccBody()), notificationFrom(kiccBody())];
    const settings = { DELIVERY: "pull", DELIVERY_TOKEN: "delivery-token" };
    await env.DB.exec(
      `CREATE TRIGGER full BEFORE INSERT ON notifications WHEN NEW.cancel_pg_cno = '${one.cancelPgCno}' BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`,
    );
    try {
      expect(await deliver([one, other], { settings })).toEqual({ acked: ["m1"], sent: [] });
    } finally {
      await env.DB.exec("DROP TRIGGER full");
    }
    expect(await rowOf(other.id)).toMatchObject({ state: "pending", attempts: 0 });
    expect(await deliver([one], { settings })).toMatchObject({ acked: ["m0"] });
  });
});

describe("what came through the queue alone, while nothing may be delivered", () => {
  it.each([
    ["a setting is wrong", { ORIGIN_URL: "nowhere" }],
    ["the console has no token", { CONSOLE_TOKEN: "" }],
    ["another Worker consumes the queue", { DELIVERY: "queue", DELIVERY_TOKEN: "delivery-token" }],
  ])("is in the console, waits untried, and is delivered once: %s", async (_why, settings) => {
    const notification = notificationFrom(kiccBody());
    expect(await deliver([notification], { settings })).toEqual({ acked: [], sent: [] });
    expect(await rowOf(notification.id)).toMatchObject({ state: "pending", attempts: 0, tries: 0, leaseUntil: null });
    expect(await deliver([notification], { settings })).toEqual({ acked: [], sent: [] });
    expect(await rowOf(notification.id)).toMatchObject({ receipts: 1, attempts: 0 });
    expect(await deliver([notification])).toEqual({ acked: ["m0"], sent: [notification.id] });
  });

  it.each([
    ["is away", () => Promise.reject(new Error("D1_ERROR: D1 DB is overloaded."))],
    ["hangs", HANGS],
  ])("stays in the queue while D1 %s too", async (_how, before) => {
    quickTimers();
    const db = faultyD1(env.DB, { before });
    const notification = notificationFrom(kiccBody());
    expect(await deliver([notification], { db, settings: { ORIGIN_URL: "" } })).toEqual({ acked: [], sent: [] });
    expect(await rowOf(notification.id)).toBeNull();
  });
});
