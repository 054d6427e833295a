// Messages whose id belongs to another notification in D1, because ids were given without comparing while D1 was down.
// None may be lost.
import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { deliverBatch } from "../../src/deliver/consumer.ts";
import { returnDeadLetters } from "../../src/deliver/dead-letters.ts";
import { encodeMessage } from "../../src/queue/message.ts";
import type { Notification } from "../../src/rules/notification.ts";
import { clear, configWith, kiccBody, notificationFrom, queueInto, rowOf, stored } from "../fixtures.ts";
import { given } from "../given.ts";

const CANCELLATION = { cancelPgCno: "C-1", pgCno: "P-1", shopOrderNo: "ORD-1" };
const MINUTE_MS = 60_000;
type Settings = Readonly<Record<string, unknown>>;

beforeEach(async () => {
  await clear();
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("OK"));
});
afterEach(() => vi.restoreAllMocks());

function batchOf(notification: Notification): MessageBatch {
  const body = encodeMessage(notification, 1);
  return createMessageBatch("kicc-deliveries", [{ id: "m0", timestamp: new Date(), attempts: 1, body }]);
}

async function delivered(notification: Notification, settings: Settings = {}): Promise<readonly string[]> {
  const batch = batchOf(notification);
  await deliverBatch(batch, configWith(settings), env.DB);
  return (await getQueueResult(batch, createExecutionContext())).explicitAcks;
}

async function returned(notification: Notification): Promise<readonly string[]> {
  const batch = batchOf(notification);
  await returnDeadLetters(batch, configWith(), env.DB, queueInto([]));
  return (await getQueueResult(batch, createExecutionContext())).explicitAcks;
}

async function others(id: string): Promise<readonly object[]> {
  const { results } = await env.DB.prepare("SELECT state, reason, receipts FROM notifications WHERE id <> ?")
    .bind(id)
    .run();
  return results;
}

const HELD = { state: "held", reason: "conflict", receipts: 1 };

it.each([
  ["mallId", { mallId: "T0099002" }],
  ["pgCno", { pgCno: "P-2" }],
  ["shopOrderNo", { shopOrderNo: "ORD-2" }],
])(
  "a real one with another %s than the one that D1 has of its id is held for a person, not lost",
  async (_name, other) => {
    const first = await stored(kiccBody({ ...CANCELLATION, ...other }));
    await given.delivered(first.id);
    const real = notificationFrom(kiccBody(CANCELLATION));
    expect(real.id).toBe(first.id);
    expect(await delivered(real)).toEqual(["m0"]);
    expect(await others(first.id)).toEqual([HELD]);
    expect(await delivered(real)).toEqual(["m0"]);
    expect(await others(first.id)).toEqual([HELD]);
  },
);

it("another merchant's one is held as such, though ours has its id", async () => {
  const settings = { MALL_IDS: "T0099001" };
  const ours = await stored(kiccBody(CANCELLATION), {}, settings);
  const foreign = notificationFrom(kiccBody({ ...CANCELLATION, mallId: "T0099002" }));
  expect(await delivered(foreign, settings)).toEqual(["m0"]);
  expect(await others(ours.id)).toEqual([{ ...HELD, reason: "foreign" }]);
});

it.each([
  ["for pullers", (one: Notification) => delivered(one, { DELIVERY: "pull", DELIVERY_TOKEN: "token" })],
  ["while a setting is wrong", (one: Notification) => delivered(one, { ORIGIN_URL: "" })],
  ["as a dead letter", (one: Notification) => returned(one)],
])("such a one is held as well %s", async (_how, take) => {
  const first = await stored(kiccBody({ ...CANCELLATION, mallId: "T0099002" }));
  await take(notificationFrom(kiccBody(CANCELLATION)));
  expect(await others(first.id)).toEqual([HELD]);
});

it("a failed transfer that comes again after an hour is another one, and within half an hour a resend", async () => {
  const body = JSON.stringify({ resCd: "9999", resMsg: "x", notiType: "51", mallId: "T0099001", pgCno: "P-1" });
  const at = (minutesAgo: number) =>
    notificationFrom(body, { receivedAt: Date.now() - minutesAgo * MINUTE_MS }, "/kicc/online");
  const first = await stored(body, at(90));
  await given.delivered(first.id);
  await delivered(at(60));
  expect(await others(first.id)).toEqual([]);
  await delivered(at(30));
  expect(await others(first.id)).toEqual([{ state: "pending", reason: null, receipts: 1 }]);
});

it("what two parsers may read differently is held, though it came through the queue alone", async () => {
  const body = kiccBody().replace("{", '{"resCd":"0000",');
  await delivered(notificationFrom(body));
  expect(await others("")).toEqual([{ ...HELD, reason: "ambiguous" }]);
});

it("where D1 takes no new row it waits, and costs the one of its id no attempt", async () => {
  const first = await stored(kiccBody({ ...CANCELLATION, mallId: "T0099002" }));
  const real = notificationFrom(kiccBody(CANCELLATION));
  await env.DB.exec(
    "CREATE TRIGGER full BEFORE INSERT ON notifications BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
  );
  try {
    expect(await delivered(real)).toEqual([]);
  } finally {
    await env.DB.exec("DROP TRIGGER full");
  }
  expect(await rowOf(first.id)).toMatchObject({ state: "pending", attempts: 0, tries: 0, leaseUntil: null });
  await delivered(real);
  expect(await others(first.id)).toEqual([HELD]);
});
