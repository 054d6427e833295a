import { env, exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { DeliveryMessage } from "../../src/queue/message.ts";
import { type ReceiveResources, receive } from "../../src/receive/hook.ts";
import {
  type FaultyD1,
  KICC_ADDRESS,
  type Sending,
  clear,
  configWith,
  faultyD1,
  kiccBody,
  kiccRequest,
  notificationFrom,
  rowOf,
  queueInto,
} from "../fixtures.ts";

interface Ending {
  readonly status: number;
  readonly headers: Headers;
  readonly resCd: string;
  readonly resMsg: string;
  readonly pgCno: string;
  readonly keys: readonly string[];
  readonly sent: readonly DeliveryMessage[];
  readonly trips: number;
}

interface Circumstances extends Sending {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly d1?: FaultyD1;
  readonly queue?: () => Promise<void>;
}

/** Sends one request through the step, with the real D1 and a queue that keeps what it is given. */
async function send(body: BodyInit | null = kiccBody(), how: Circumstances = {}): Promise<Ending> {
  const sent: DeliveryMessage[] = [];
  const db = faultyD1(env.DB, how.d1);
  const after: Promise<unknown>[] = [];
  const deliveries = queueInto(sent, how.queue);
  const stores: ReceiveResources = {
    db,
    deliveries,
    noteWrongDoor: async () => {},
    askNow: async () => {},
    waitUntil: (work) => after.push(work),
  };
  const response = await receive(kiccRequest(body, how), configWith(how.settings), stores);
  const { trips } = db;
  await Promise.all(after);
  const answer = await response.json<{ resCd: string; resMsg: string; pgCno: string }>();
  const { status, headers } = response;
  return { status, headers, ...answer, keys: Object.keys(answer), sent, trips };
}

/** A body of one chunk. `passes` is called when the chunk is asked for, before it is given. */
function slowBody(passes: () => void): ReadableStream<Uint8Array> {
  const source = {
    pull(controller: ReadableStreamDefaultController<Uint8Array>) {
      passes();
      controller.enqueue(new TextEncoder().encode(kiccBody()));
      controller.close();
    },
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}

beforeEach(clear);

describe("the ack table", () => {
  it("acks a new notification 0000 with its pgCno, stores it in one round trip and enqueues it", async () => {
    const body = kiccBody({ pgCno: "26011314205510990001" });
    const ending = await send(body);
    expect(ending).toMatchObject({ status: 200, resCd: "0000", pgCno: "26011314205510990001", trips: 1 });
    expect(ending.keys).toEqual(["resCd", "resMsg", "pgCno"]);
    expect(ending.headers.get("content-type")).toMatch("application/json");
    const { id } = notificationFrom(body);
    expect(ending.sent).toEqual([expect.objectContaining({ version: 1, id, attempt: 1, kind: "wechat.cancel" })]);
    expect(await rowOf(id)).toMatchObject({ state: "pending", attempts: 0, receipts: 1 });
  });

  it("acks a resend 0000 and counts it", async () => {
    const body = kiccBody();
    await send(body);
    expect(await send(body)).toMatchObject({ status: 200, resCd: "0000", trips: 1 });
    expect(await rowOf(notificationFrom(body).id)).toMatchObject({ receipts: 2 });
  });

  it("acks a failed cancellation 0000: the ack tells of the receiving, and KICC need not resend", async () => {
    const body = kiccBody({ resCd: "W901", resMsg: "잔액 부족으로 취소할 수 없습니다" });
    const ending = await send(body);
    expect(ending).toMatchObject({ status: 200, resCd: "0000" });
    expect(ending.sent).toHaveLength(1);
  });

  it("takes a message with nothing but resCd and resMsg, and echoes an empty pgCno", async () => {
    expect(await send('{"resCd":"9999","resMsg":"System error"}')).toMatchObject({
      status: 200,
      resCd: "0000",
      pgCno: "",
    });
  });

  it.each([
    ["KICC_ENVIRONMENT", { KICC_ENVIRONMENT: "staging" }],
    ["KICC_SOURCES", { KICC_SOURCES: "203.0.113.0/33" }],
    ["NOTIFY_TOKEN", { NOTIFY_TOKEN: "not a token" }],
  ])("answers 503 5001 while %s is wrong, so that KICC keeps resending", async (_name, settings) => {
    expect(await send(kiccBody(), { settings })).toMatchObject({ status: 503, resCd: "5001", pgCno: "", trips: 0 });
    expect(await send(kiccBody(), { settings, method: "GET" })).toMatchObject({ status: 503, resCd: "5001" });
  });

  it("stores and acks while a setting that only delivering needs is wrong, and leaves it untried", async () => {
    const body = kiccBody();
    const ending = await send(body, { settings: { ORIGIN_URL: "ftp://origin.example", CONSOLE_TOKEN: undefined } });
    expect(ending).toMatchObject({ status: 200, resCd: "0000", sent: [] });
    expect(await rowOf(notificationFrom(body).id)).toMatchObject({ state: "pending", attempts: 0 });
    const queued = kiccBody();
    expect(await send(queued, { settings: { DELIVERY: "queue", RETENTION_DAYS: "3" } })).toMatchObject({ sent: [] });
    const row = await rowOf(notificationFrom(queued).id);
    expect(row).toMatchObject({ state: "pending", attempts: 0, tries: 0, leaseUntil: null });
    // Once it is right, the sweep opens the attempt; a resend before that enqueues none that is not open.
    expect(await send(queued, { settings: { DELIVERY: "queue" } })).toMatchObject({
      resMsg: "OK, known already",
      sent: [],
    });
  });

  it("answers 405 with Allow to another method", async () => {
    for (const method of ["GET", "PUT", "DELETE", "OPTIONS"]) {
      const ending = await send(kiccBody(), { method });
      expect(ending).toMatchObject({ status: 405, resCd: "4050", pgCno: "" });
      expect(ending.headers.get("allow")).toBe("POST");
    }
  });

  it.each([
    ["wrong", "/kicc/wechat/cancel/wrong", "right"],
    ["missing", "/kicc/wechat/cancel", "right"],
    ["superfluous", "/kicc/wechat/cancel/right", undefined],
  ])("answers 404 to a %s token, before it looks at the caller", async (_name, path, token) => {
    const ending = await send(kiccBody(), { path, address: "198.51.100.1", settings: { NOTIFY_TOKEN: token } });
    expect(ending).toMatchObject({ status: 404, resCd: "4040", pgCno: "", trips: 0 });
  });

  it("opens to either token while one is being rotated out", async () => {
    for (const token of ["old", "new"]) {
      const path = `/kicc/wechat/cancel/${token}`;
      expect(await send(kiccBody(), { path, settings: { NOTIFY_TOKEN: "old,new" } })).toMatchObject({ resCd: "0000" });
    }
  });

  it.each([
    ["a stranger", { address: "198.51.100.1" }],
    ["KICC's development address in production", { address: "61.33.205.151" }],
    ["a caller without CF-Connecting-IP", { address: null }],
    ["several addresses", { address: `${KICC_ADDRESS}, 198.51.100.1` }],
    ["an unreadable address", { address: "kicc" }],
    ["a Worker that forges the address", { headers: { "cf-worker": "other.example" } }],
  ])("answers 403 to %s and costs D1 nothing", async (_name, sending: Sending) => {
    expect(await send(kiccBody(), sending)).toMatchObject({ status: 403, resCd: "4030", pgCno: "", trips: 0 });
  });

  it("answers 413 to a body over 64 KiB, announced or not, and takes one of 64 KiB", async () => {
    const padded = (length: number) => `{"resCd":"0000","resMsg":"${"x".repeat(length - 29)}"}`.padEnd(length);
    expect(padded(65_536)).toHaveLength(65_536);
    expect(await send(padded(65_536))).toMatchObject({ status: 200 });
    expect(await send(padded(65_537))).toMatchObject({ status: 413, resCd: "4130", pgCno: "", trips: 0 });
    const unannounced = new Blob([padded(65_537)]).stream();
    expect(await send(unannounced)).toMatchObject({ status: 413, resCd: "4130" });
  });

  it.each([
    ["no JSON", "resCd=0000", ""],
    ["no object", '["0000"]', ""],
    ["no resCd", '{"resMsg":"Success","pgCno":"26011314205510990001"}', "26011314205510990001"],
    ["an empty resMsg", '{"resCd":"0000","resMsg":""}', ""],
    ["nothing", "", ""],
  ])("answers 400 to a body with %s", async (_name, body, pgCno) => {
    expect(await send(body)).toMatchObject({ status: 400, resCd: "4000", pgCno, trips: 0 });
  });

  it("acks 0000 through the queue while D1 is down, a missing migration included", async () => {
    for (const message of ["D1_ERROR: no such table: notifications: SQLITE_ERROR", "D1_ERROR: D1 DB is overloaded."]) {
      const d1 = { before: () => Promise.reject(new Error(message)) };
      const body = kiccBody();
      const ending = await send(body, { d1 });
      expect(ending).toMatchObject({ status: 200, resCd: "0000" });
      expect(ending.sent).toEqual([
        expect.objectContaining({ attempt: 1, body: btoa(unescape(encodeURIComponent(body))) }),
      ]);
    }
  });

  it("asks KICC to send it again where the body breaks off", async () => {
    const breaks = () =>
      new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("Network connection lost")) });
    for (const headers of [{}, { "content-length": "300" }]) {
      expect(await send(breaks(), { headers })).toMatchObject({ status: 503, resCd: "5001", trips: 0, sent: [] });
    }
  });

  it("answers 503 5001 with the pgCno when both stores are down", async () => {
    const d1 = { before: () => Promise.reject(new Error("down")) };
    const queue = () => Promise.reject(new Error("down"));
    expect(await send(kiccBody({ pgCno: "1" }), { d1, queue })).toMatchObject({
      status: 503,
      resCd: "5001",
      pgCno: "1",
    });
  });

  it("answers 503 5001 when D1 is down and another Worker consumes the queue: it could not store", async () => {
    const d1 = { before: () => Promise.reject(new Error("down")) };
    const ending = await send(kiccBody(), { d1, settings: { DELIVERY: "queue" } });
    expect(ending).toMatchObject({ status: 503, resCd: "5001", sent: [] });
  });
});

describe("storing", () => {
  it("takes a store that hangs for one that is down, and still acks within 5 s", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    try {
      const hangs = { before: () => new Promise<void>(() => {}) };
      const startedAt = Date.now();
      const ending = send(kiccBody(), { d1: hangs });
      await vi.advanceTimersByTimeAsync(3000);
      expect(await ending).toMatchObject({ status: 200, resCd: "0000" });
      const both = send(kiccBody(), { d1: hangs, queue: () => new Promise<void>(() => {}) });
      await vi.advanceTimersByTimeAsync(4500);
      expect(await both).toMatchObject({ status: 503, resCd: "5001" });
      expect(Date.now() - startedAt).toBe(7500);
    } finally {
      vi.useRealTimers();
    }
  });

  it("acks within 5 s though the body was slow to come and D1 hangs then", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    try {
      const slow = slowBody(() => vi.advanceTimersByTime(3200));
      const reached = Promise.withResolvers<void>();
      const ending = send(slow, {
        d1: {
          before: () => {
            reached.resolve();
            return new Promise<void>(() => {});
          },
        },
      });
      await reached.promise;
      await vi.advanceTimersByTimeAsync(1300);
      expect(await ending).toMatchObject({ status: 200, resCd: "0000", sent: [{ attempt: 1 }] });
    } finally {
      vi.useRealTimers();
    }
  });

  it("tries again after a transient error, and acks what it then stored", async () => {
    const d1 = {
      before: (trip: number) =>
        trip < 3 ? Promise.reject(new Error("D1_ERROR: Network connection lost.")) : undefined,
    };
    expect(await send(kiccBody(), { d1 })).toMatchObject({ status: 200, resCd: "0000", trips: 3 });
  });

  it("enqueues a notification whose insert committed but whose reply was lost, and counts one receipt", async () => {
    const d1 = {
      after: (trip: number) =>
        trip === 1 ? Promise.reject(new Error("D1_ERROR: Network connection lost.")) : undefined,
    };
    const body = kiccBody();
    const ending = await send(body, { d1 });
    expect(ending).toMatchObject({ status: 200, resCd: "0000", trips: 2 });
    expect(ending.sent).toHaveLength(1);
    expect(await rowOf(notificationFrom(body).id)).toMatchObject({ receipts: 1 });
  });

  it("acks 0000 when the queue fails after D1 has it: the sweep will find it", async () => {
    const ending = await send(kiccBody(), { queue: () => Promise.reject(new Error("Too Many Requests")) });
    expect(ending).toMatchObject({ status: 200, resCd: "0000", sent: [] });
  });

  it("enqueues nothing for a receipt of another one's row: that one has its own message", async () => {
    const ids = { cancelPgCno: "C-1", pgCno: "P-1", shopOrderNo: "ORD-1" };
    expect((await send(kiccBody(ids))).sent).toHaveLength(1);
    expect(await send(kiccBody({ ...ids, amountInfo: null }))).toMatchObject({ resMsg: "OK, known already", sent: [] });
  });

  it("enqueues again on a resend that finds the notification untried, as after a lost enqueueing", async () => {
    const body = kiccBody();
    await send(body, { queue: () => Promise.reject(new Error("lost")) });
    expect((await send(body)).sent).toHaveLength(1);
  });

  it("keeps EUC-KR bytes as they came", async () => {
    const before = new TextEncoder().encode('{"resCd":"0000","cancelPgCno":"9","resMsg":"');
    const euckr = new Uint8Array([0xc1, 0xa4, 0xbb, 0xf3, 0xc3, 0xeb, 0xbc, 0xd2]);
    const bytes = new Uint8Array([...before, ...euckr, 0x22, 0x7d]);
    const ending = await send(bytes);
    expect(ending.sent[0]?.body).toBe(bytes.toBase64());
    const row = await env.DB.prepare("SELECT res_msg AS resMsg, body FROM notifications").first();
    expect(row).toEqual({ resMsg: "정상취소", body: bytes.toBase64() });
  });

  it("hands on the reference that follows the token, and takes one outside the allowed set as none", async () => {
    const settings = { NOTIFY_TOKEN: "right" };
    const reference = "R-2026.01~13_7";
    const known = await send(kiccBody(), { path: `/kicc/wechat/cancel/right/${reference}`, settings });
    expect(known.sent[0]?.reference).toBe(reference);
    for (const odd of ["a%20b", "a/b", "x".repeat(201), "%ff", ""]) {
      const taken = await send(kiccBody(), { path: `/kicc/wechat/cancel/right/${odd}`, settings });
      expect(taken).toMatchObject({ status: 200, resCd: "0000" });
      expect(taken.sent[0]?.reference).toBeNull();
    }
  });

  it("enqueues nothing in pull mode, and one attempt, open until it is reported, in queue mode", async () => {
    expect((await send(kiccBody(), { settings: { DELIVERY: "pull", ORIGIN_URL: undefined } })).sent).toEqual([]);
    const body = kiccBody();
    const ending = await send(body, { settings: { DELIVERY: "queue", ORIGIN_URL: undefined } });
    expect(ending.sent).toHaveLength(1);
    expect((await send(body, { settings: { DELIVERY: "queue" } })).sent).toEqual([]);
    const row = await rowOf(notificationFrom(body).id);
    expect(row).toMatchObject({ attempts: 1, tries: 1 });
    expect(row?.leaseUntil).toBeGreaterThan(Date.now() + 9 * 60_000);
  });

  it("counts no attempt in queue mode where the queue did not take the message", async () => {
    const body = kiccBody();
    const queue = () => Promise.reject(new Error("Too Many Requests"));
    expect(await send(body, { queue, settings: { DELIVERY: "queue" } })).toMatchObject({ status: 200, resCd: "0000" });
    const row = await rowOf(notificationFrom(body).id);
    expect(row).toMatchObject({ state: "pending", attempts: 0, tries: 0, leaseUntil: null });
  });

  it("in queue mode enqueues what D1 committed after KICC was told to resend: its attempt is open", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    try {
      let reply = (): void => {};
      const late = new Promise<void>((resolve) => {
        reply = resolve;
      });
      const sent: DeliveryMessage[] = [];
      const after: Promise<unknown>[] = [];
      const stores: ReceiveResources = {
        db: faultyD1(env.DB, { after: () => late }),
        deliveries: queueInto(sent),
        noteWrongDoor: async () => {},
        askNow: async () => {},
        waitUntil: (work) => after.push(work),
      };
      const answer = receive(kiccRequest(kiccBody(), {}), configWith({ DELIVERY: "queue" }), stores);
      await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0));
      await vi.advanceTimersByTimeAsync(3000);
      expect((await answer).status).toBe(503);
      expect(sent).toEqual([]);
      reply();
      await Promise.all(after);
      expect(sent).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });

  it("leaves D1 its time where the body was slow to come", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const slow = slowBody(() => vi.setSystemTime(Date.now() + 3200));
    try {
      expect(await send(slow, { settings: { DELIVERY: "queue" } })).toMatchObject({ status: 200, resMsg: "OK" });
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("the Worker", () => {
  it("routes the hook's paths, and nothing beside them, to the receiver", async () => {
    const at = async (path: string) => (await exports.default.fetch(kiccRequest(kiccBody(), { path }))).status;
    expect(await at("/kicc/wechat/cancel")).toBe(200);
    expect(await at("/kicc/wechat/cancel/token/reference")).toBe(404);
    expect(await at("/kicc/wechat/cancelled")).toBe(404);
    expect(
      await (await exports.default.fetch(kiccRequest(kiccBody(), { path: "/kicc/wechat/cancel/x" }))).json(),
    ).toMatchObject({
      resCd: "4040",
    });
  });
});
