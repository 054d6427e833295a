// What each path of a notification costs in D1, in exact numbers: one more row must be a decision, not an accident.
import { createExecutionContext, createMessageBatch, createScheduledController, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import worker from "../../src/index.ts";
import { deliverBatch } from "../../src/deliver/consumer.ts";
import { encodeMessage } from "../../src/queue/message.ts";
import { receive } from "../../src/receive/hook.ts";
import { pruneNotifications } from "../../src/store/prune-notifications.ts";
import { BUDGET, type Path } from "../bench/budget.ts";
import { type Sending, clear, configWith, kiccBody, kiccRequest, notificationFrom, queueInto } from "../fixtures.ts";
import { type Work, meteredD1 } from "../metered.ts";

const { db, take } = meteredD1(env.DB);
const deliveries = queueInto([]);

/** Through the hook, and all that comes after the ack. */
async function notify(body: string, sending: Sending = {}, settings = {}, kept = true): Promise<Work> {
  const after: Promise<unknown>[] = [];
  const limit = { limit: async () => ({ success: kept }) };
  const stores = {
    db,
    deliveries,
    limits: { strangers: limit, trusted: limit },
    noteWrongDoor: async () => {},
    askNow: async () => {},
    waitUntil: (work: Promise<unknown>) => after.push(work),
  };
  await receive(kiccRequest(body, sending), configWith(settings), stores);
  await Promise.all(after);
  return take();
}

/** One message through the consumer, to an origin that answers with this status. */
async function attempt(body: string, number: number, status: number, settings = {}): Promise<Work> {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(null, { status }));
  const { id } = notificationFrom(body);
  const receivedAt = await env.DB.prepare("SELECT received_at FROM notifications WHERE id = ?")
    .bind(id)
    .first<number>("received_at");
  const content = encodeMessage(notificationFrom(body, receivedAt === null ? {} : { receivedAt }), number);
  const batch = createMessageBatch("kicc-deliveries", [
    { id: "m", timestamp: new Date(), attempts: number, body: content },
  ]);
  await deliverBatch(batch, configWith(settings), db);
  await getQueueResult(batch, createExecutionContext());
  return take();
}

/** One minute of the cron, with its steps as the Worker has them. */
async function minute(now: number): Promise<Work> {
  vi.spyOn(Date, "now").mockReturnValue(now);
  await worker.scheduled(createScheduledController(), { ...env, DB: db, DELIVERIES: deliveries });
  return take();
}

beforeEach(async () => {
  await clear();
  take();
});
afterEach(() => vi.restoreAllMocks());

describe("receiving", () => {
  it("stores a new one in one round trip", async () => {
    expect(await notify(kiccBody())).toEqual(BUDGET.new);
  });

  it("writes one row more for a reference", async () => {
    const sending = { path: "/kicc/wechat/cancel/t0ken/R-1" };
    expect(await notify(kiccBody(), sending, { NOTIFY_TOKEN: "t0ken" })).toEqual(BUDGET["new, with a reference"]);
  });

  it("counts a resend", async () => {
    const body = kiccBody();
    await notify(body);
    expect(await notify(body)).toEqual(BUDGET.resend);
  });

  it("keeps a stranger's within the bounded rate, and asks D1 nothing beyond it", async () => {
    const stranger = { address: "198.51.100.7" };
    expect(await notify(kiccBody(), stranger)).toEqual(BUDGET["stranger, within the kept rate"]);
    expect(await notify(kiccBody(), stranger, {}, false)).toEqual(BUDGET["stranger, beyond it"]);
  });
});

describe("delivering", () => {
  it("claims and settles in two round trips", async () => {
    const body = kiccBody();
    await notify(body);
    expect(await attempt(body, 1, 200)).toEqual(BUDGET["delivered at once"]);
  });

  it("asks the same of the attempt that fails, of the third that succeeds, and of the last", async () => {
    const settings = { RETRY_DELAYS_SECONDS: "0,0" };
    const [taken, dying] = [kiccBody(), kiccBody()];
    await notify(taken);
    await notify(dying);
    expect(await attempt(taken, 1, 500, settings)).toEqual(BUDGET["a first attempt that fails"]);
    expect(await attempt(taken, 2, 500, settings)).toEqual(BUDGET["a second that fails"]);
    expect(await attempt(taken, 3, 200, settings)).toEqual(BUDGET["a third that succeeds"]);
    for (const number of [1, 2]) await attempt(dying, number, 500, settings);
    expect(await attempt(dying, 3, 500, settings)).toEqual(BUDGET["the last, of one that dies"]);
  });

  it("deletes it for one row written", async () => {
    const body = kiccBody();
    await notify(body);
    await attempt(body, 1, 200);
    await pruneNotifications(db, Date.now() + 1, 500);
    expect(take()).toEqual(BUDGET["pruned after 400 days"]);
  });

  it("asks no more where hundreds are pending and due", async () => {
    const bodies = Array.from({ length: 300 }, () => kiccBody());
    for (const body of bodies) await notify(body);
    const [body = "", failed = ""] = bodies;
    expect(await notify(kiccBody())).toEqual(BUDGET.new);
    expect(await attempt(body, 1, 200)).toEqual(BUDGET["delivered at once"]);
    expect(await attempt(failed, 1, 500)).toEqual(BUDGET["a first attempt that fails"]);
  });

  it("writes eight rows for a notification delivered at once, nine with a reference", () => {
    const written = (path: Path) => BUDGET[path].written + BUDGET["delivered at once"].written;
    expect(written("new")).toBe(8);
    expect(written("new, with a reference")).toBe(9);
  });
});

describe("the cron", () => {
  it("costs little where there is nothing to do", async () => {
    expect(await minute(Date.now())).toEqual(BUDGET["a minute of the cron, idle"]);
  });

  it("counts what was delivered without writing to it", async () => {
    for (let serial = 0; serial < 20; serial++) {
      const body = kiccBody();
      await notify(body);
      await attempt(body, 1, 200);
    }
    expect(await minute(Date.now() + 10 * 60_000)).toEqual(BUDGET["a minute of the cron, after 20 deliveries"]);
  });
});
