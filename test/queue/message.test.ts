import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { delaySeconds, enqueue, oldestWaiting, sendDeliveries } from "../../src/queue/send.ts";
import {
  type DeliveryMessage,
  decodeMessage,
  encodeMessage,
  messageBytes,
  toNotification,
} from "../../src/queue/message.ts";
import { readNotification } from "../../src/kinds/read.ts";
import { wechatCancel } from "../../src/kinds/wechat-cancel.ts";
import type { Notification } from "../../src/rules/notification.ts";

const BODY =
  '{"resCd":"0000","resMsg":"Success","mallId":"T0099001","shopOrderNo":"ORD-20260113-0007","pgCno":"26011314205510990001","cancelPgCno":"26011409120310990042","cancelDate":"20260114091210","amountInfo":{"currency":"KRW","amount":51000}}';
const QUEUE_TAKES_BYTES = 128_000 - 100;

const bytesOf = (text: string) => new TextEncoder().encode(text);
const sizeOf = (message: DeliveryMessage) => bytesOf(JSON.stringify(message)).length;

/** What the queue does to a message in between. */
const overTheQueue = (message: DeliveryMessage): unknown => JSON.parse(JSON.stringify(message));

function notificationOf(body: string | Uint8Array, more: Partial<Notification> = {}): Notification {
  const bytes = typeof body === "string" ? bytesOf(body) : body;
  const reading = readNotification(bytes, null, wechatCancel);
  if (!reading.readable) throw new Error("Cannot read notification");
  return {
    ...reading.fields,
    ambiguous: false,
    id: "ntf_ed9f76cb0fa8fc409032b2c27f7a0b22",
    receivedAt: Date.parse("2026-01-14T00:12:10.123Z"),
    source: "notification",
    sourceAddress: "203.233.72.66",
    reference: null,
    contentType: "application/json; charset=utf-8",
    body: bytes,
    ...more,
  };
}

const MESSAGE = encodeMessage(notificationOf(BODY), 1);

describe("the queue message", () => {
  it("is the contract's, field by field", () => {
    expect(MESSAGE).toEqual({
      version: 1,
      id: "ntf_ed9f76cb0fa8fc409032b2c27f7a0b22",
      attempt: 1,
      kind: "wechat.cancel",
      receivedAt: "2026-01-14T00:12:10.123Z",
      source: "notification",
      sourceAddress: "203.233.72.66",
      reference: null,
      mallId: "T0099001",
      shopOrderNo: "ORD-20260113-0007",
      pgCno: "26011314205510990001",
      cancelPgCno: "26011409120310990042",
      resCd: "0000",
      currency: "KRW",
      amount: "51000",
      contentType: "application/json; charset=utf-8",
      body: bytesOf(BODY).toBase64(),
    });
  });

  it("gives the notification back whole, resMsg and cancelDate included", () => {
    const notification = notificationOf(BODY, { reference: "ORD-1", source: "test" });
    const message = decodeMessage(overTheQueue(encodeMessage(notification, 7)));
    expect(message?.attempt).toBe(7);
    expect(message && toNotification(message)).toEqual(notification);
  });

  it("gives the bytes back as they came, whatever their charset", () => {
    const body = Uint8Array.from([...bytesOf('{"resCd":"1","resMsg":"'), 0xc1, 0xa4, 0xbb, 0xf3, ...bytesOf('"}')]);
    const message = decodeMessage(overTheQueue(encodeMessage(notificationOf(body), 1)));
    expect(message && toNotification(message)).toMatchObject({ body, resMsg: "정상" });
  });

  it("gives any notification back", () => {
    const fields = fc.record({
      resCd: fc.string({ unit: "binary", minLength: 1 }),
      resMsg: fc.string({ unit: "binary", minLength: 1 }),
      cancelPgCno: fc.oneof(fc.string({ unit: "binary" }), fc.integer(), fc.constant(null)),
      amountInfo: fc.record({ currency: fc.string(), amount: fc.oneof(fc.double(), fc.string()) }),
    });
    fc.assert(
      fc.property(fields, fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }), (content, date) => {
        fc.pre(readNotification(bytesOf(JSON.stringify(content)), null, wechatCancel).readable);
        const notification = notificationOf(JSON.stringify(content), { receivedAt: date.getTime() });
        const message = decodeMessage(overTheQueue(encodeMessage(notification, 1)));
        expect(message && toNotification(message)).toEqual(notification);
      }),
    );
  });

  it("fits the queue with a body of 64 KiB", () => {
    const message = encodeMessage(notificationOf(BODY.padEnd(65_536)), 1);
    expect(sizeOf(message)).toBeLessThan(QUEUE_TAKES_BYTES);
    expect(message).toMatchObject({ mallId: "T0099001", cancelPgCno: "26011409120310990042" });
  });

  it("fits the queue with fields and a content type of any length, which the body still has", () => {
    const long = "\0".repeat(6000);
    const body = JSON.stringify({
      resCd: "한".repeat(4000),
      resMsg: "ok",
      mallId: long,
      cancelPgCno: "9".repeat(3000),
    });
    const notification = notificationOf(body, { contentType: "x".repeat(60_000) });
    const message = encodeMessage(notification, 1);
    expect(sizeOf(message)).toBeLessThan(QUEUE_TAKES_BYTES);
    expect(message).toMatchObject({ mallId: null, cancelPgCno: null, contentType: null });
    expect(decodeMessage(overTheQueue(message))).not.toBeNull();
    expect(toNotification(message)).toEqual({ ...notification, contentType: null });
  });

  it("fits the queue whatever is in it", () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("\0".repeat(9000), "한".repeat(20_000)));
    fc.assert(
      fc.property(text, text, text, fc.nat(65_536), (mallId, pgCno, contentType, length) => {
        // No body is shorter than the fields that were read from it.
        const body = new Uint8Array(Math.min(65_536, Math.max(length, bytesOf(mallId + pgCno).length)));
        const notification = notificationOf(BODY, { mallId, pgCno, contentType, body });
        const message = encodeMessage(notification, 1);
        expect(messageBytes(message)).toBe(sizeOf(message));
        expect(sizeOf(message)).toBeLessThan(QUEUE_TAKES_BYTES);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ["nothing", null],
    ["a text", "ntf_"],
    ["a later version", { ...MESSAGE, version: 2 }],
    ["another kind", { ...MESSAGE, kind: "alipay.complete" }],
    ["no id of ours", { ...MESSAGE, id: "ntf_" }],
    ["an id in capitals", { ...MESSAGE, id: MESSAGE.id.toUpperCase() }],
    ["attempt 0", { ...MESSAGE, attempt: 0 }],
    ["half an attempt", { ...MESSAGE, attempt: 1.5 }],
    ["a time in another zone", { ...MESSAGE, receivedAt: "2026-01-14T09:12:10+09:00" }],
    ["a time that is none", { ...MESSAGE, receivedAt: "2026-02-30T00:00:00Z" }],
    ["a body that is no base64", { ...MESSAGE, body: "{}" }],
    ["an unknown source", { ...MESSAGE, source: "elsewhere" }],
    ["a missing field", { ...MESSAGE, resCd: undefined }],
    ["an id as a number", { ...MESSAGE, cancelPgCno: 1 }],
  ])("is refused with %s", (_what, message) => {
    expect(decodeMessage(message)).toBeNull();
  });

  it("may have fields that a later version adds", () => {
    expect(decodeMessage({ ...MESSAGE, extra: 1 })).toEqual(MESSAGE);
  });

  it("keeps an unreadable body, which a person let through, as its bytes without fields", () => {
    const let_through = toNotification({ ...MESSAGE, body: bytesOf("[]").toBase64() });
    expect(let_through).toMatchObject({ id: MESSAGE.id, kind: "wechat.cancel", resCd: "", pgCno: null });
  });
});

function queueOf() {
  const sendBatch = vi.fn<(page: Iterable<MessageSendRequest>) => Promise<void>>(() => Promise.resolve());
  return { queue: { sendBatch } as unknown as Queue, pages: () => sendBatch.mock.calls.map(([page]) => [...page]) };
}

describe("sending deliveries", () => {
  it("sends nothing for no messages", async () => {
    const { queue, pages } = queueOf();
    await sendDeliveries(queue, []);
    expect(pages()).toEqual([]);
  });

  it("sends each as JSON", async () => {
    const { queue, pages } = queueOf();
    await sendDeliveries(queue, [MESSAGE]);
    expect(pages()).toEqual([[{ body: MESSAGE, contentType: "json" }]]);
  });

  it("keeps the order, and every page within a hundred messages", async () => {
    const { queue, pages } = queueOf();
    const messages = Array.from({ length: 250 }, (_, index) => ({ ...MESSAGE, attempt: index + 1 }));
    await sendDeliveries(queue, messages);
    expect(pages().map((page) => page.length)).toEqual([100, 100, 50]);
    expect(
      pages()
        .flat()
        .map(({ body }) => body),
    ).toEqual(messages);
  });

  it("keeps every page within 256 KB, though three of the largest messages are more", async () => {
    const { queue, pages } = queueOf();
    const largest = encodeMessage(notificationOf(BODY, { body: new Uint8Array(65_536) }), 1);
    await sendDeliveries(
      queue,
      Array.from({ length: 7 }, () => largest),
    );
    expect(pages().flat()).toHaveLength(7);
    for (const page of pages()) {
      expect(page.reduce((sum, { body }) => sum + sizeOf(body as DeliveryMessage) + 100, 0)).toBeLessThan(256_000);
    }
  });

  it("tells how many the queue took before it refused a page, and why", async () => {
    let pages = 0;
    const sendBatch = async () => {
      pages += 1;
      if (pages === 2) throw new Error("Too Many Requests");
    };
    const messages = Array.from({ length: 250 }, () => MESSAGE);
    const sent = await sendDeliveries({ sendBatch } as unknown as Queue, messages);
    expect(sent).toEqual({ count: 100, error: new Error("Too Many Requests") });
    expect(pages).toBe(2);
  });

  it.each([
    [-1, 0],
    [0, 0],
    [1, 1],
    [15_000, 15],
    [15_001, 16],
    [1e12, 86_400],
  ])("delays a message that is due in %i ms by %i s", (ms, seconds) => {
    expect(delaySeconds(ms)).toBe(seconds);
  });

  it.each([
    [{ oldestMessageTimestamp: new Date(1_768_349_530_123) }, 1_768_349_530_123],
    [{ oldestMessageTimestamp: new Date(0) }, null],
    [{}, null],
  ])("tells since when the oldest message waits: %j", async (metrics, sentAt) => {
    const queue = { metrics: () => Promise.resolve(metrics) } as unknown as Queue;
    expect(await oldestWaiting(queue)).toBe(sentAt);
  });

  it("gives up a queue that takes a message and never says so: the attempt is another's then", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const queue = { send: () => new Promise(() => {}) } as unknown as Queue;
    const isSent = enqueue(queue, notificationOf(BODY), 1);
    await vi.advanceTimersByTimeAsync(10_000);
    vi.useRealTimers();
    expect(await isSent).toBe(false);
  });

  it("knows of no waiting message where the queue does not say", async () => {
    expect(await oldestWaiting({ metrics: () => Promise.reject(new Error("no")) } as unknown as Queue)).toBeNull();
    expect(await oldestWaiting({} as Queue)).toBeNull();
  });
});
