import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { confirmDue } from "../../src/inquire/confirm-due.ts";
import { confirmOneNow } from "../../src/inquire/confirm-one.ts";
import { deliverBatch } from "../../src/deliver/consumer.ts";
import type { DeliveryMessage } from "../../src/queue/message.ts";
import { type ReceiveResources, receive } from "../../src/receive/hook.ts";
import { replayOne } from "../../src/store/replay-one.ts";
import { clear, configWith, kiccBody, kiccRequest, notificationFrom, rowOf, stored, queueInto } from "../fixtures.ts";
import { type Answering, says, standInForKicc } from "../kicc-stand-in.ts";

const CONFIRM = { CONFIRM: "before-delivery", KICC_API_URL: "https://kicc.example" };
const MINUTE_MS = 60_000;

let kicc = standInForKicc();
let sent: DeliveryMessage[] = [];
let deliveries = queueInto(sent);

beforeEach(async () => {
  await clear();
  kicc = standInForKicc();
  sent = [];
  deliveries = queueInto(sent);
  // KICC's answers and D1 take their own time; only what the clock says is made up.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-01-14T00:12:10Z") });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** KICC sends it; `after` is what the receiver does once the ack has left. */
async function received(body: string, settings: object = {}): Promise<{ id: string; after: Promise<unknown> }> {
  const after: Promise<unknown>[] = [];
  const config = configWith({ ...CONFIRM, ...settings });
  const askNow = (id: string) => confirmOneNow(id, config, { db: env.DB, deliveries });
  const stores: ReceiveResources = {
    db: env.DB,
    deliveries,
    askNow,
    noteWrongDoor: async () => {},
    waitUntil: (work) => after.push(work),
  };
  const answer = await receive(kiccRequest(body), config, stores);
  expect(await answer.json()).toMatchObject({ resCd: "0000" });
  return { id: notificationFrom(body).id, after: Promise.all(after) };
}

async function minutePasses(settings: object = {}): Promise<void> {
  vi.setSystemTime(Date.now() + MINUTE_MS);
  await confirmDue(configWith({ ...CONFIRM, ...settings }), env.DB, deliveries);
}

async function confirmOf(id: string): Promise<object | null> {
  return env.DB.prepare(
    `SELECT state, reason, confirm, confirm_tries AS tries, attempts FROM notifications WHERE id = ?`,
  )
    .bind(id)
    .first();
}

describe("a success under CONFIRM", () => {
  it("is acked before KICC answers, enqueued only after, and delivered with kicc-confirmed", async () => {
    let answer: () => void = () => {};
    kicc.answering = async (asked) => {
      await new Promise<void>((resolve) => void (answer = resolve));
      return says()(asked);
    };
    const { id, after } = await received(kiccBody());
    await vi.waitFor(() => expect(kicc.asked).toHaveLength(1));
    expect(sent).toEqual([]);
    expect(await confirmOf(id)).toEqual({ state: "pending", reason: null, confirm: "asking", tries: 1, attempts: 0 });
    answer();
    await after;
    expect(sent).toEqual([expect.objectContaining({ id, attempt: 1 })]);
    await deliver(sent);
    expect(kicc.delivered[0]?.headers.get("kicc-confirmed")).toBe("true");
    expect(kicc.delivered[0]?.headers.get("kicc-attempt")).toBe("1");
    expect(await rowOf(id)).toMatchObject({ state: "delivered", attempts: 1 });
  });

  it.each(["TS02", "TS06", "TS12"])("is confirmed by %s", async (cancelStatus) => {
    kicc.answering = says({ cancelStatus });
    const { id, after } = await received(kiccBody());
    await after;
    expect(await confirmOf(id)).toMatchObject({ state: "pending", confirm: "confirmed" });
  });

  it.each<[string, object]>([
    ["another amount", { amountInfo: { currency: "KRW", totAmount: 1 } }],
    ["another currency", { amountInfo: { currency: "USD", totAmount: 51000 } }],
    ["another cancelPgCno", { cancelPgCno: "26011409120310999999" }],
    ["another pgCno", { pgCno: "26011409120310999999" }],
  ])("is held where KICC names %s", async (_name, fields) => {
    kicc.answering = says({ ...fields });
    const { id, after } = await received(kiccBody());
    await after;
    expect(await confirmOf(id)).toMatchObject({ state: "held", reason: "unconfirmed", confirm: null });
    expect(sent).toEqual([]);
  });

  it("is confirmed where one of the two gives no amount", async () => {
    kicc.answering = says({ amountInfo: undefined });
    const first = await received(kiccBody());
    kicc.answering = says();
    const second = await received(kiccBody({ amountInfo: undefined }));
    await Promise.all([first.after, second.after]);
    for (const { id } of [first, second]) expect(await confirmOf(id)).toMatchObject({ confirm: "confirmed" });
  });

  it.each(["mallId", "pgCno", "cancelPgCno"])("is held without a query where it has no %s", async (field) => {
    const { id, after } = await received(kiccBody({ [field]: null }));
    await after;
    expect(await confirmOf(id)).toMatchObject({ state: "held", reason: "unconfirmed", attempts: 0 });
    expect(kicc.asked).toEqual([]);
  });

  it.each<[string, Answering]>([
    ["TS01", says({ cancelStatus: "TS01" })],
    ["an unknown status", says({ cancelStatus: "TS77" })],
    ["an error", says({ resCd: "R003" })],
    ["HTTP 500", () => new Response("", { status: 500 })],
    ["wrong JSON", () => new Response("{")],
    ["no connection", () => Promise.reject(new Error("refused"))],
  ])("is asked about again five times after %s, then held; queries are no attempts", async (_name, answering) => {
    kicc.answering = answering;
    const settings = { RETRY_DELAYS_SECONDS: "15,15,30,60,60,60,60" };
    const { id, after } = await received(kiccBody(), settings);
    await after;
    for (let minute = 1; minute <= 4; minute++) await minutePasses(settings);
    expect(await confirmOf(id)).toMatchObject({ state: "pending", confirm: "asking", tries: 5, attempts: 0 });
    await minutePasses(settings);
    expect(await confirmOf(id)).toEqual({
      state: "held",
      reason: "unconfirmed",
      confirm: null,
      tries: 6,
      attempts: 0,
    });
    await minutePasses(settings);
    expect(kicc.asked).toHaveLength(6);
    expect(new Set(kicc.asked.map(({ shopTransactionId }) => shopTransactionId)).size).toBe(6);
  });

  it("is asked about no sooner than the delay says", async () => {
    kicc.answering = says({ cancelStatus: "TS01" });
    const settings = { RETRY_DELAYS_SECONDS: "150" };
    const { id, after } = await received(kiccBody(), settings);
    await after;
    await minutePasses(settings);
    await minutePasses(settings);
    expect(kicc.asked).toHaveLength(1);
    kicc.answering = says();
    await minutePasses(settings);
    expect(await confirmOf(id)).toMatchObject({ confirm: "confirmed", tries: 2 });
  });

  it("is never asked about by two at once: not by a resend, not by overlapping crons", async () => {
    let release: () => void = () => {};
    const gate = new Promise<void>((resolve) => void (release = resolve));
    kicc.answering = async (asked) => {
      await gate;
      return says()(asked);
    };
    const body = kiccBody();
    const first = await received(body);
    const again = await received(body);
    await vi.waitFor(() => expect(kicc.asked).toHaveLength(1));
    // KICC has half a minute to answer.
    vi.setSystemTime(Date.now() + 30_000);
    await Promise.all([confirmDue(configWith(CONFIRM), env.DB, deliveries), received(body)]);
    release();
    await Promise.all([first.after, again.after]);
    expect(kicc.asked).toHaveLength(1);
    expect(await confirmOf(first.id)).toMatchObject({ confirm: "confirmed" });
  });

  it("is asked about again when whoever asked died on the way", async () => {
    const { id } = await stored(kiccBody(), {}, CONFIRM);
    kicc.answering = () => new Promise(() => {});
    void confirmDue(configWith(CONFIRM), env.DB, deliveries);
    await vi.waitFor(() => expect(kicc.asked).toHaveLength(1));
    kicc.answering = says();
    await minutePasses();
    expect(kicc.asked).toHaveLength(1);
    await minutePasses();
    expect(await confirmOf(id)).toMatchObject({ confirm: "confirmed", tries: 2 });
  });

  it("is asked about by the cron where the queue's consumer stored it, as after D1 was down", async () => {
    const { id, confirm } = await stored(kiccBody(), {}, CONFIRM);
    expect(confirm).toBe("asking");
    await confirmDue(configWith(CONFIRM), env.DB, deliveries);
    expect(await confirmOf(id)).toMatchObject({ confirm: "confirmed" });
    expect(sent).toEqual([expect.objectContaining({ id })]);
  });

  it("is asked about even when CONFIRM was switched off meanwhile, and not while the settings are wrong", async () => {
    const { id } = await stored(kiccBody(), {}, CONFIRM);
    await minutePasses({ CONFIRM: "off", ORIGIN_URL: "ftp://wrong" });
    expect(kicc.asked).toEqual([]);
    await minutePasses({ CONFIRM: "off" });
    expect(await confirmOf(id)).toMatchObject({ confirm: "confirmed" });
  });

  it("waits for its puller in pull mode, and is an open attempt in queue mode", async () => {
    const pull = await received(kiccBody(), { DELIVERY: "pull" });
    await pull.after;
    expect(sent).toEqual([]);
    expect(await confirmOf(pull.id)).toMatchObject({ state: "pending", confirm: "confirmed", attempts: 0 });
    const queue = await received(kiccBody(), { DELIVERY: "queue" });
    expect(sent).toEqual([]);
    await queue.after;
    expect(sent).toEqual([expect.objectContaining({ id: queue.id, attempt: 1 })]);
    expect(await rowOf(queue.id)).toMatchObject({ attempts: 1, tries: 1, leaseUntil: Date.now() + 10 * MINUTE_MS });
  });

  it("leaves a failure of the same event on its way until KICC has confirmed it", async () => {
    const ids = { cancelPgCno: "26011409120310880003" };
    const failure = await stored(kiccBody({ ...ids, resCd: "W901" }), {}, CONFIRM);
    await stored(kiccBody(ids), {}, CONFIRM);
    expect(await rowOf(failure.id)).toMatchObject({ state: "pending" });
    await minutePasses();
    expect(await rowOf(failure.id)).toMatchObject({ state: "held", reason: "superseded" });
  });

  it("counts no attempt in queue mode where the queue does not take its message", async () => {
    deliveries = queueInto(sent, () => Promise.reject(new Error("Too Many Requests")));
    const { id, after } = await received(kiccBody(), { DELIVERY: "queue" });
    await after;
    expect(await rowOf(id)).toMatchObject({ state: "pending", attempts: 0, tries: 0, leaseUntil: null });
  });

  it("is held where the status API's success of the event goes its way: one is delivered without a person", async () => {
    const cancelPgCno = "26011409120310880002";
    const body = kiccBody({ cancelPgCno, mallId: "T0099002" });
    const waiting = await stored(body, {}, CONFIRM);
    const said = await stored(kiccBody({ cancelPgCno }), { source: "status-api" });
    expect(said).toMatchObject({ isOwn: true, state: "pending" });
    await minutePasses();
    expect(await confirmOf(waiting.id)).toMatchObject({ state: "held", reason: "unconfirmed" });
    expect(sent).toEqual([]);
  });

  it("is not asked about where a person replays it, and says nothing of a confirmation then", async () => {
    kicc.answering = says({ pgCno: "another" });
    const { id, after } = await received(kiccBody());
    await after;
    const entry = { at: Date.now(), who: "token", what: "replay", subject: id, note: null };
    expect((await replayOne(env.DB, id, entry)).replayed).toMatchObject({ confirmed: 0 });
    await minutePasses();
    expect(kicc.asked).toHaveLength(1);
  });

  it("that was forged keeps neither the real one nor the status API's from the origin", async () => {
    const cancelPgCno = "26011409120310880001";
    const forged = await received(kiccBody({ cancelPgCno, amountInfo: { currency: "KRW", amount: 9_000_000 } }));
    await forged.after;
    expect(await confirmOf(forged.id)).toMatchObject({ state: "held", reason: "unconfirmed" });
    const real = await received(kiccBody({ cancelPgCno }));
    await real.after;
    expect(await confirmOf(real.id)).toMatchObject({ state: "pending", confirm: "confirmed" });
    expect(sent.map(({ id }) => id)).toEqual([real.id]);
  });
});

describe("what KICC is not asked about", () => {
  it("a failure, a test, what the status API said, what has none, and anything while CONFIRM is off", async () => {
    const failure = await stored(kiccBody({ resCd: "W901" }), {}, CONFIRM);
    const made = await stored(kiccBody(), { source: "test" }, CONFIRM);
    const said = await stored(kiccBody(), { source: "status-api" }, CONFIRM);
    const off = await stored(kiccBody());
    // KICC has no status API for it.
    const online = await stored(kiccBody({ notiType: "10" }), {}, CONFIRM);
    const confirms = [failure, made, said, off, online].map(({ confirm }) => confirm);
    expect(confirms).toEqual([null, null, "confirmed", null, null]);
    await minutePasses();
    expect(kicc.asked).toEqual([]);
  });
});

describe("one run", { timeout: 60_000 }, () => {
  it("asks about many with six connections at most, each once, and leaves what is too much to the next", async () => {
    for (let count = 0; count < 130; count++) await stored(kiccBody(), {}, CONFIRM);
    await confirmDue(configWith(CONFIRM), env.DB, deliveries);
    expect(kicc.asked).toHaveLength(100);
    expect(kicc.mostUnderWay).toBeLessThanOrEqual(6);
    await confirmDue(configWith(CONFIRM), env.DB, deliveries);
    expect(new Set(kicc.asked.map(({ cancelPgCno }) => cancelPgCno)).size).toBe(130);
    expect(kicc.asked).toHaveLength(130);
    expect(sent).toHaveLength(130);
  });

  it("begins nothing after its time, and gives back what it took", async () => {
    for (let count = 0; count < 10; count++) await stored(kiccBody(), {}, CONFIRM);
    kicc.answering = (asked) => {
      vi.setSystemTime(Date.now() + 30_000);
      return says()(asked);
    };
    await confirmDue(configWith(CONFIRM), env.DB, deliveries);
    const first = kicc.asked.length;
    expect(first).toBeLessThanOrEqual(6);
    const { results } = await env.DB.prepare(
      "SELECT confirm_tries AS tries FROM notifications WHERE confirm = 'asking' AND next_attempt_at <= ?",
    )
      .bind(Date.now())
      .run<{ tries: number }>();
    expect(results.map(({ tries }) => tries)).toEqual(Array.from({ length: 10 - first }, () => 0));
  });
});

async function deliver(messages: readonly DeliveryMessage[]): Promise<void> {
  const batch = {
    queue: "kicc-deliveries",
    messages: messages.map((body) => ({ id: body.id, body, attempts: 1, ack() {}, retry() {} })),
  } as unknown as MessageBatch;
  await deliverBatch(batch, configWith(CONFIRM), env.DB);
}
