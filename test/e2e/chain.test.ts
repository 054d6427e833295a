// The whole way over real HTTP: the KICC simulator → the Worker in workerd with D1 and the local queue → an origin.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, type Delivery, type MerchantOrigin, startOrigin } from "../demo/origin.ts";
import { inEucKr, newCancellation, succeeded } from "../simulator/messages.ts";
import { seededRandom } from "../simulator/random.ts";
import { sendUntilAcked } from "../simulator/resend.ts";
import { SAMPLES } from "../simulator/samples.ts";
import { send } from "../simulator/send.ts";
import { type Receiver, SIGNING_SECRET, eventually, startReceiver } from "./receiver.ts";

let origin: MerchantOrigin;
let receiver: Receiver;
const answers = new Map<string, (delivery: Delivery) => Answer | Promise<Answer>>();
const random = seededRandom(1);
let serial = 0;

function cancellation() {
  serial += 1;
  return newCancellation(serial, random, Date.now());
}

/** What the origin got of one cancellation. */
function gotten(cancelPgCno: string): Delivery[] {
  return origin.deliveries.filter(({ text }) => text.includes(cancelPgCno));
}

async function stateOf(cancelPgCno: string): Promise<string | undefined> {
  const row = await receiver.db
    .prepare("SELECT state FROM notifications WHERE cancel_pg_cno = ?")
    .bind(cancelPgCno)
    .first<{ state: string }>();
  return row?.state;
}

beforeAll(async () => {
  origin = await startOrigin(SIGNING_SECRET, async (delivery) => {
    for (const [cancelPgCno, answer] of answers) if (delivery.text.includes(cancelPgCno)) return answer(delivery);
    return { status: 200, body: '{"resCd":"0000","resMsg":"OK"}' };
  });
  receiver = await startReceiver({ ORIGIN_URL: origin.url, ORIGIN_TIMEOUT_MS: "1000", RETRY_DELAYS_SECONDS: "1,1,1" });
});
afterAll(async () => {
  await receiver.close();
  await origin.close();
});

describe("the chain", () => {
  it("brings every sample of the protocol page to the origin, bytes unchanged and signed", async () => {
    const ownEucKr = { name: "own-euc-kr", body: inEucKr(cancellation()) };
    for (const { body } of [...SAMPLES, ownEucKr]) {
      expect(await send(receiver.hookUrl, body)).toMatchObject({ kind: "acked" });
      // The next sample may supersede one that is still pending.
      await eventually(
        async () => !(await receiver.db.prepare("SELECT 1 FROM notifications WHERE state = 'pending'").first()),
      );
    }
    // Two are receipts: bare-ids tells what full told, euc-kr what succeeded told.
    const expected = [...SAMPLES.filter(({ name }) => !["bare-ids", "euc-kr"].includes(name)), ownEucKr];
    expect(origin.deliveries.map(({ body }) => hex(body))).toEqual(expected.map(({ body }) => hex(body)));
    for (const { headers, body, verified } of origin.deliveries) {
      // The library takes strings: over bytes that are not UTF-8 it cannot compute the HMAC (contract section 5).
      expect(verified).toBe(hex(body) !== hex(ownEucKr.body));
      // It names the charset that the body is in: the stand-in sends EUC-KR under utf-8 once.
      const isEucKr = hex(body) === hex(ownEucKr.body);
      expect(headers["content-type"]).toBe(`application/json; charset=${isEucKr ? "euc-kr" : "utf-8"}`);
    }
  });

  it("delivers once what is sent thirty-two times at once, over warm connections", async () => {
    await Promise.all(Array.from({ length: 32 }, () => send(receiver.hookUrl, succeeded(cancellation()))));
    const one = cancellation();
    const acks = await Promise.all(Array.from({ length: 32 }, () => send(receiver.hookUrl, succeeded(one))));
    expect(acks.every(({ kind }) => kind === "acked")).toBe(true);
    await eventually(async () => (await stateOf(one.cancelPgCno)) === "delivered");
    const { results } = await receiver.db
      .prepare("SELECT receipts FROM notifications WHERE cancel_pg_cno = ?")
      .bind(one.cancelPgCno)
      .run();
    expect(results).toEqual([{ receipts: 32 }]);
    expect(gotten(one.cancelPgCno)).toHaveLength(1);
  });

  it("acks before a slow origin answers, and delivers once though KICC would have resent", async () => {
    const slow = cancellation();
    let done = 0;
    answers.set(slow.cancelPgCno, async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      done += 1;
      return { status: 200 };
    });
    const conclusion = await sendUntilAcked(receiver.hookUrl, succeeded(slow), { factor: 0.001 });
    expect(conclusion).toMatchObject({ kind: "acked", sendings: 1 });
    expect(done).toBe(0);
    await eventually(async () => (await stateOf(slow.cancelPgCno)) === "delivered");
    expect(gotten(slow.cancelPgCno)).toHaveLength(1);
  });

  it("tries again after KICC's own word for it, 5001 in a 200, until the origin takes it", async () => {
    const refused = cancellation();
    answers.set(refused.cancelPgCno, ({ headers }) =>
      headers["kicc-attempt"] === "1"
        ? { status: 200, body: '{"resCd":"5001","resMsg":"Internal DB Error"}' }
        : { status: 200, body: '{"resCd":"0000","resMsg":"OK"}' },
    );
    await send(receiver.hookUrl, succeeded(refused));
    await eventually(async () => (await stateOf(refused.cancelPgCno)) === "delivered");
    expect(gotten(refused.cancelPgCno).map(({ headers }) => headers["kicc-attempt"])).toEqual(["1", "2"]);
    const ids = gotten(refused.cancelPgCno).map(({ headers }) => headers["webhook-id"]);
    expect(new Set(ids).size).toBe(1);
  });

  it("gives up an origin that hangs, and has it dead when the delays are used up", async () => {
    const hung = cancellation();
    answers.set(hung.cancelPgCno, () => new Promise(() => {}));
    await send(receiver.hookUrl, succeeded(hung));
    await eventually(async () => (await stateOf(hung.cancelPgCno)) === "dead", 40_000);
    expect(gotten(hung.cancelPgCno)).toHaveLength(4);
  });

  it("lets a stranger and a forged address in no further than the door", async () => {
    const before = origin.deliveries.length;
    const body = succeeded(cancellation());
    expect(await send(receiver.hookUrl, body, { from: "198.51.100.7" })).toMatchObject({
      kind: "refused",
      status: 403,
    });
    expect(await send(receiver.hookUrl, body, { headers: { "cf-worker": "evil.example" } })).toMatchObject({
      status: 403,
    });
    expect(origin.deliveries).toHaveLength(before);
  });

  it("logs ids alone: no body, no order number, no secret", async () => {
    const told = JSON.stringify(receiver.events());
    expect(told).toContain("delivery.attempted");
    for (const secret of ["ORD-", "정상취소", SIGNING_SECRET, "console-token"]) expect(told).not.toContain(secret);
  });
});

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
