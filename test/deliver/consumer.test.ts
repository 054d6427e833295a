import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deliverBatch } from "../../src/deliver/consumer.ts";
import { type DeliveryMessage, encodeMessage } from "../../src/queue/message.ts";
import { clear, configWith, faultyD1, kiccBody, notificationFrom, rowOf, stored } from "../fixtures.ts";
import { given } from "../given.ts";

const QUEUE = "kicc-deliveries";
const ACCEPTS = () => new Response("OK");

interface Delivered {
  readonly acked: readonly string[];
  /** Seconds, by message id. */
  readonly retried: Readonly<Record<string, number | undefined>>;
  readonly requests: readonly Request[];
  readonly trips: number;
}

interface Given {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly db?: ReturnType<typeof faultyD1>;
  readonly attempts?: number;
}

/** Hands the consumer one batch. `origin` stands in for the internet; real HTTP is in test/e2e. */
async function deliver(
  contents: readonly DeliveryMessage[],
  origin: (request: Request) => Response | Promise<Response> = ACCEPTS,
  given: Given = {},
): Promise<Delivered> {
  const requests: Request[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    requests.push(request.clone());
    return origin(request);
  });
  const batch = createMessageBatch(
    QUEUE,
    contents.map((body, index) => ({ id: `m${index}`, timestamp: new Date(), attempts: given.attempts ?? 1, body })),
  );
  // getQueueResult() drops the delays.
  const retries = batch.messages.map((message) => ({ id: message.id, retry: vi.spyOn(message, "retry") }));
  const db = given.db ?? faultyD1(env.DB);
  const context = createExecutionContext();
  await deliverBatch(batch, configWith(given.settings), db);
  const { explicitAcks } = await getQueueResult(batch, context);
  const retried = retries.flatMap(({ id, retry }) => retry.mock.calls.map(([options]) => [id, options?.delaySeconds]));
  return {
    acked: explicitAcks,
    retried: Object.fromEntries(retried) as Delivered["retried"],
    requests,
    trips: db.trips,
  };
}

async function pending(body: string = kiccBody(), about = {}): Promise<DeliveryMessage & { readonly attempt: number }> {
  const { notification } = await stored(body, about);
  return encodeMessage(notification, 1);
}

beforeEach(clear);
afterEach(() => vi.restoreAllMocks());

describe("a batch", () => {
  it("delivers each message in two D1 round trips for all, and records the attempt", async () => {
    const messages = await Promise.all([pending(), pending(), pending()]);
    const result = await deliver(messages);
    expect(result).toMatchObject({ acked: ["m0", "m1", "m2"], retried: {}, trips: 2 });
    expect(result.requests).toHaveLength(3);
    const row = await rowOf(messages[0]?.id ?? "");
    expect(row).toMatchObject({ state: "delivered", attempts: 1, leaseUntil: null });
    expect(row?.history).toEqual([
      {
        number: 1,
        startedAt: expect.any(Number),
        durationMs: expect.any(Number),
        outcome: "accepted",
        status: 200,
        error: null,
        answer: "OK",
      },
    ]);
  });

  it("sends the bytes as they came with the headers of contract section 5", async () => {
    const body = kiccBody();
    const message = await pending(body, { reference: "R-1", receivedAt: Date.UTC(2026, 0, 14) });
    const { requests } = await deliver([message]);
    const [request] = requests;
    expect(request?.url).toBe("https://origin.example/kicc");
    expect(await request?.text()).toBe(body);
    expect(Object.fromEntries(request?.headers ?? [])).toMatchObject({
      "content-type": "application/json; charset=utf-8",
      "webhook-id": message.id,
      "webhook-signature": expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
      "kicc-notification": "wechat.cancel",
      "kicc-attempt": "1",
      "kicc-received-at": "2026-01-14T00:00:00.000Z",
      "kicc-source": "notification",
      "kicc-reference": "R-1",
      "user-agent": "kicc-edge-receiver/1.0.0",
    });
  });

  it("sends the body and the time of the receipt that D1 stored first, though a later one's message comes", async () => {
    const about = { cancelPgCno: "C1", shopOrderNo: "O1", pgCno: "P1" };
    const first = kiccBody(about);
    await pending(first, { receivedAt: Date.UTC(2026, 0, 14) });
    const second = await pending(kiccBody({ ...about, resMsg: "다시 보냄" }), { receivedAt: Date.UTC(2026, 0, 15) });
    const { requests } = await deliver([second, await pending()]);
    expect(await requests[0]?.text()).toBe(first);
    expect(requests[0]?.headers.get("kicc-received-at")).toBe("2026-01-14T00:00:00.000Z");
    expect(requests).toHaveLength(2);
  });

  it("keeps one message's trouble from the others, and tries it again after its delay", async () => {
    const [good, bad] = [await pending(), await pending()];
    const origin = async (request: Request) =>
      request.headers.get("webhook-id") === bad.id ? Promise.reject(new Error("connection reset")) : new Response();
    const result = await deliver([bad, good], origin);
    expect(result.acked).toEqual(["m1"]);
    expect(result.retried["m0"]).toBeGreaterThanOrEqual(14);
    expect(result.retried["m0"]).toBeLessThanOrEqual(17);
    expect(await rowOf(bad.id)).toMatchObject({ state: "pending", attempts: 1, leaseUntil: null });
    expect(await rowOf(good.id)).toMatchObject({ state: "delivered" });
  });

  it("has all its deliveries under way at once", async () => {
    const messages = await Promise.all(Array.from({ length: 6 }, () => pending()));
    let [under, most] = [0, 0];
    await deliver(messages, async () => {
      under += 1;
      most = Math.max(most, under);
      await new Promise((resolve) => setTimeout(resolve, 20));
      under -= 1;
      return new Response();
    });
    expect(most).toBe(6);
  });

  it("delivers once what several of its messages name", async () => {
    const message = await pending();
    const result = await deliver([message, message, message]);
    expect(result.requests).toHaveLength(1);
    expect(result.acked).toHaveLength(3);
  });

  it("delivers once what two batches name at the same time", async () => {
    const message = await pending();
    const results = await Promise.all([deliver([message]), deliver([message])]);
    expect(results.at(-1)?.requests.length).toBe(1);
    expect(await rowOf(message.id)).toMatchObject({ attempts: 1 });
  });

  it("tries a replayed one again as often and as soon as a new one, however many attempts it had", async () => {
    const { notification, id } = await stored();
    await given.pending({ attempts: 16, tries: 0 }, id);
    const { retried } = await deliver([encodeMessage(notification, 17)], () => new Response(null, { status: 500 }));
    expect(retried["m0"]).toBeLessThanOrEqual(17);
    expect(await rowOf(id)).toMatchObject({ state: "pending", attempts: 17, tries: 1 });
  });

  it("buries a notification whose delays are used up, and one that the origin calls gone", async () => {
    const settings = { RETRY_DELAYS_SECONDS: "0" };
    const message = await pending();
    await deliver([message], () => new Response("no", { status: 500 }), { settings });
    await deliver([message], () => new Response("no", { status: 500 }), { settings, attempts: 2 });
    expect(await rowOf(message.id)).toMatchObject({ state: "dead", reason: "exhausted", attempts: 2 });
    const gone = await pending();
    expect((await deliver([gone], () => new Response(null, { status: 410 }))).acked).toEqual(["m0"]);
    expect(await rowOf(gone.id)).toMatchObject({ state: "dead", reason: "gone", attempts: 1 });
  });
});

describe("a message that may not be delivered now", () => {
  it("is acked when its notification is delivered already: the side effect runs once", async () => {
    const message = await pending();
    await deliver([message]);
    expect(await deliver([message], ACCEPTS, { attempts: 2 })).toMatchObject({ acked: ["m0"], requests: [] });
  });

  it("is delayed for the rest when it comes before its notification is due", async () => {
    const message = await pending();
    await deliver([message], () => new Response(null, { status: 500 }));
    const early = await deliver([message], ACCEPTS, { attempts: 2 });
    expect(early.requests).toEqual([]);
    expect(early.retried["m0"]).toBeGreaterThan(10);
  });

  it("is dropped when KICC is asked about it: its word sends another", async () => {
    const message = await pending();
    await given.asking({}, message.id);
    expect(await deliver([message])).toMatchObject({ acked: ["m0"], requests: [] });
  });

  it("is dropped when another message made its attempt: it would go round for nothing", async () => {
    const message = await pending();
    await deliver([message], () => new Response(null, { status: 500 }));
    expect(await deliver([message])).toMatchObject({ acked: ["m0"], retried: {}, requests: [] });
  });

  it("is dropped when its notification has no try left, as after the delays were shortened: the sweep buries it", async () => {
    const message = await pending();
    await given.pending({ attempts: 3, tries: 3 }, message.id);
    const result = await deliver([message], ACCEPTS, { attempts: 4, settings: { RETRY_DELAYS_SECONDS: "1,1" } });
    expect(result).toMatchObject({ acked: ["m0"], retried: {}, requests: [] });
  });

  it("is delayed until the lease of a consumer that died runs out, and then counts that attempt as failed", async () => {
    const message = await pending();
    await given.pending({ attempts: 1, tries: 1, claimed_at: 1, lease_until: Date.now() + 20_000 }, message.id);
    expect((await deliver([message], ACCEPTS, { attempts: 2 })).retried["m0"]).toBeGreaterThan(18);
    await given.expiredLeases();
    const after = await deliver([message], ACCEPTS, { attempts: 3 });
    expect(after.requests).toEqual([]);
    expect(after.retried["m0"]).toBeGreaterThanOrEqual(14);
    const row = await rowOf(message.id);
    expect(row).toMatchObject({ state: "pending", attempts: 1, leaseUntil: null });
    expect(row?.history).toMatchObject([{ number: 1, outcome: "failed", error: "no report before the lease ran out" }]);
  });

  it("is left with a delay, and no attempt is counted, while a setting is wrong or another Worker consumes", async () => {
    const message = await pending();
    for (const settings of [{ ORIGIN_URL: "nowhere" }, { CONSOLE_TOKEN: "" }, { DELIVERY: "queue" }]) {
      const result = await deliver([message], ACCEPTS, { settings });
      expect(result).toMatchObject({ acked: [], requests: [] });
      expect(result.retried["m0"]).toBeGreaterThan(0);
    }
    expect(await rowOf(message.id)).toMatchObject({ attempts: 0 });
  });

  it("waits when it cannot be read, as one of a later version", async () => {
    const later = { ...(await pending()), version: 2 } as unknown as DeliveryMessage;
    expect((await deliver([later])).retried["m0"]).toBeGreaterThan(0);
  });
});

describe("D1 away", () => {
  it("stores first what came while D1 was down, by the same id, and then delivers it", async () => {
    const notification = notificationFrom(kiccBody());
    const result = await deliver([encodeMessage(notification, 1)]);
    expect(result).toMatchObject({ acked: ["m0"] });
    expect(await rowOf(notification.id)).toMatchObject({ state: "delivered", attempts: 1, receipts: 1 });
  });

  it.each(["", ", even where the reply of storing it is lost"])(
    "sends nothing of a failure that a success of the same batch supersedes, and counts no attempt%s",
    async (lost) => {
      const about = { cancelPgCno: "C1", amountInfo: null };
      const failure = await pending(kiccBody({ ...about, resCd: "W901" }));
      const success = notificationFrom(kiccBody(about));
      const after = (trip: number) =>
        lost !== "" && trip === 2 ? Promise.reject(new Error("Network connection lost.")) : undefined;
      const db = faultyD1(env.DB, { after });
      const { acked, requests } = await deliver([failure, encodeMessage(success, 1)], ACCEPTS, { db });
      expect(acked.toSorted()).toEqual(["m0", "m1"]);
      expect(requests.map(({ headers }) => headers.get("webhook-id"))).toEqual([success.id]);
      const superseded = { state: "held", reason: "superseded", attempts: 0, tries: 0, leaseUntil: null, history: [] };
      expect(await rowOf(failure.id)).toMatchObject(superseded);
    },
  );

  it("stores for the pullers what came while D1 was down, and delivers nothing itself", async () => {
    const notification = notificationFrom(kiccBody());
    const result = await deliver([encodeMessage(notification, 1)], ACCEPTS, { settings: { DELIVERY: "pull" } });
    expect(result).toMatchObject({ acked: ["m0"], requests: [] });
    expect(await rowOf(notification.id)).toMatchObject({ state: "pending", attempts: 0 });
  });

  it("waits seconds at first and minutes later, and sends nothing it has not claimed", async () => {
    const message = await pending();
    const db = () => faultyD1(env.DB, { before: () => Promise.reject(new Error("D1_ERROR: D1 DB is overloaded.")) });
    expect((await deliver([message], ACCEPTS, { db: db() })).retried).toEqual({ m0: 5 });
    const late = await deliver([message], ACCEPTS, { db: db(), attempts: 50 });
    expect(late).toMatchObject({ retried: { m0: 900 }, requests: [] });
  });

  it("makes one attempt of a claim whose reply was lost", async () => {
    const lost = (trip: number) => (trip === 1 ? Promise.reject(new Error("Network connection lost.")) : undefined);
    const message = await pending();
    const result = await deliver([message], ACCEPTS, { db: faultyD1(env.DB, { after: lost }) });
    expect(result).toMatchObject({ acked: ["m0"], trips: 3 });
    expect(await rowOf(message.id)).toMatchObject({ state: "delivered", attempts: 1, tries: 1 });
  });

  it("settles once what it settles twice, after a lost reply", async () => {
    const lost = (trip: number) => (trip === 2 ? Promise.reject(new Error("D1 is away")) : undefined);
    const message = await pending();
    const result = await deliver([message], () => new Response(null, { status: 500 }), {
      db: faultyD1(env.DB, { after: lost }),
    });
    expect(result.trips).toBe(3);
    expect((await rowOf(message.id))?.history).toHaveLength(1);
    expect(result.retried["m0"]).toBeGreaterThanOrEqual(13);
  });

  it("leaves what D1 does not take down until the lease ends to whoever comes after it", async () => {
    const message = await pending();
    vi.useFakeTimers({ toFake: ["Date"] });
    const startedAt = Date.now();
    // The lease is the origin's 10 s and 30 more.
    const away = (trip: number) => {
      if (trip === 1) return;
      vi.setSystemTime(startedAt + 39_800);
      throw new Error("D1 is away");
    };
    const result = await deliver([message], ACCEPTS, { db: faultyD1(env.DB, { before: away }) });
    vi.useRealTimers();
    expect(result).toMatchObject({ acked: [], retried: { m0: 2 } });
    expect(await rowOf(message.id)).toMatchObject({ state: "pending", attempts: 1, leaseUntil: startedAt + 40_000 });
  });

  it("goes on trying to settle while D1 is away after the origin accepted: nothing is delivered twice", async () => {
    const away = (trip: number) => (trip === 2 || trip === 3 ? Promise.reject(new Error("D1 is away")) : undefined);
    const message = await pending();
    const result = await deliver([message], ACCEPTS, { db: faultyD1(env.DB, { before: away }) });
    expect(result).toMatchObject({ acked: ["m0"], trips: 4 });
    expect(await rowOf(message.id)).toMatchObject({ state: "delivered" });
  });
});

describe("several routes", () => {
  it("lets one that hung rest, and delivers to the others meanwhile, without counting an attempt", async () => {
    const settings = { ORIGIN_ROUTES: { T0099009: "https://slow.example/kicc" }, ORIGIN_TIMEOUT_MS: "100" };
    const origin = (request: Request) =>
      request.url.includes("slow") ? new Promise<Response>(() => {}) : new Response("OK");
    await deliver([await pending(kiccBody({ mallId: "T0099009" }))], origin, { settings });
    const [slow, quick] = [await pending(kiccBody({ mallId: "T0099009" })), await pending()];
    const result = await deliver([slow, quick], origin, { settings });
    expect(result).toMatchObject({ acked: ["m1"], retried: { m0: 10 } });
    expect(result.requests).toHaveLength(1);
    expect(await rowOf(slow.id)).toMatchObject({ state: "pending", attempts: 0 });
  });

  it("has no rest for an only origin: there is nobody to protect from it", async () => {
    const settings = { ORIGIN_TIMEOUT_MS: "100" };
    const hangs = () => new Promise<Response>(() => {});
    await deliver([await pending()], hangs, { settings });
    const next = await pending();
    await deliver([next], hangs, { settings });
    expect(await rowOf(next.id)).toMatchObject({ attempts: 1 });
  });
});
