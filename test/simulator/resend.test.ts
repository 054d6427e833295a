import { afterEach, expect, test } from "vitest";
import { seededRandom } from "./random.ts";
import { ACK, type Answering, NOT_NOW, type Receiver, startReceiver } from "./receiver.ts";
import { RESEND_DELAYS_MS, type Sending, sendUntilAcked } from "./resend.ts";

const BODY = new TextEncoder().encode('{"resCd":"9999","resMsg":"System error"}');
let receiver: Receiver | null = null;

afterEach(async () => {
  await receiver?.stop();
  receiver = null;
});

async function receive(answering: Answering): Promise<Receiver> {
  receiver = await startReceiver(answering);
  return receiver;
}

test("waits as WeChat Pay does: 15 resends within 24 h 04 min", () => {
  expect(RESEND_DELAYS_MS).toHaveLength(15);
  const minutes = RESEND_DELAYS_MS.reduce((sum, delayMs) => sum + delayMs) / 60_000;
  expect(minutes).toBe(24 * 60 + 4);
});

test("resends the same bytes until they are acked, and then no more", async () => {
  const { url, arrivals } = await receive((number) => (number < 4 ? NOT_NOW : ACK));
  const sendings: Sending[] = [];
  const conclusion = await sendUntilAcked(url, BODY, { factor: 0, onSending: (sending) => sendings.push(sending) });
  expect(conclusion).toMatchObject({ kind: "acked", sendings: 4 });
  expect(arrivals.map(({ body }) => body.toString())).toEqual(
    Array.from({ length: 4 }, () => String(Buffer.from(BODY))),
  );
  expect(sendings.map(({ number, next }) => [number, next.kind])).toEqual([
    [1, "resend"],
    [2, "resend"],
    [3, "resend"],
    [4, "acked"],
  ]);
});

test("gives up after 15 resends", async () => {
  const { url, arrivals } = await receive(() => NOT_NOW);
  const waits: number[] = [];
  const conclusion = await sendUntilAcked(url, BODY, {
    factor: 1e-6,
    onSending: ({ next }) => next.kind === "resend" && waits.push(Math.round(next.afterMs * 1e6)),
  });
  expect(conclusion).toMatchObject({ kind: "given-up", sendings: 16, seen: { kind: "refused", resCd: "5001" } });
  expect(arrivals).toHaveLength(16);
  expect(waits).toEqual(RESEND_DELAYS_MS);
});

test("resends to a receiver that answered too late", async () => {
  const { url, arrivals } = await receive((number) => (number === 1 ? null : ACK));
  expect(await sendUntilAcked(url, BODY, { factor: 0, timeoutMs: 50 })).toMatchObject({ kind: "acked", sendings: 2 });
  expect(arrivals).toHaveLength(2);
});

test("stops in the middle of a wait", async () => {
  const { url, arrivals } = await receive(() => NOT_NOW);
  const stopping = new AbortController();
  const { signal } = stopping;
  const conclusion = await sendUntilAcked(url, BODY, {
    signal,
    onSending: () => void setImmediate(() => stopping.abort()),
  });
  expect(conclusion).toMatchObject({ kind: "stopped", sendings: 1 });
  expect(await sendUntilAcked(url, BODY, { signal })).toEqual({ kind: "stopped", sendings: 0, seen: null });
  expect(arrivals).toHaveLength(1);
});

test("loses sendings and acks alike, and the same ones for the same seed", async () => {
  const { url, arrivals } = await receive(() => ACK);
  async function losses(seed: number): Promise<string[]> {
    const loss = { probability: 0.8, random: seededRandom(seed) };
    const seen: string[] = [];
    for (let count = 0; count < 20; count++) {
      await sendUntilAcked(url, BODY, { factor: 0, loss, onSending: ({ lost }) => seen.push(lost ?? "-") });
    }
    return seen;
  }
  const first = await losses(7);
  expect(new Set(first)).toEqual(new Set(["sending", "ack", "-"]));
  // What was lost before it arrived, the receiver never saw; where only the ack was lost, it did.
  expect(arrivals).toHaveLength(first.filter((lost) => lost !== "sending").length);
  expect(await losses(7)).toEqual(first);
  expect(await losses(8)).not.toEqual(first);
});

test("tells what the receiver answered where KICC saw nothing of it", async () => {
  const { url } = await receive(() => ACK);
  const sendings: Sending[] = [];
  const random = [0.9, 1];
  const loss = { probability: 0.99, random: () => random.shift() ?? 1 };
  await sendUntilAcked(url, BODY, { factor: 0, loss, onSending: (sending) => sendings.push(sending) });
  expect(sendings).toMatchObject([
    { lost: "ack", answer: { kind: "acked" }, seen: { kind: "no-connection" }, next: { kind: "resend" } },
    { lost: null, answer: { kind: "acked" }, seen: { kind: "acked" }, next: { kind: "acked" } },
  ]);
});
