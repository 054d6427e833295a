// Between reading what is stored of an event and writing what was judged by it another may write: then it is judged again.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { storeNotification, storingOf } from "../../src/intake.ts";
import { clear, configWith, faultyD1, kiccBody, notificationFrom, rowOf, stored } from "../fixtures.ts";
import { given, set } from "../given.ts";

const EVENT = { cancelPgCno: "C-1", pgCno: "P-1", shopOrderNo: "ORD-1" };
const OTHER_AMOUNT = { amountInfo: { currency: "KRW", amount: 9_000_000 } };

beforeEach(clear);

/** Stores it; `between` happens after the second round trip, which reads. */
async function storedWhile(body: string, between: () => Promise<unknown>): Promise<string> {
  const notification = notificationFrom(body);
  const storing = storingOf(configWith().storing, notification, crypto.randomUUID(), Date.now());
  const after = async (trip: number) => {
    if (trip === 2) await between();
  };
  return (await storeNotification(faultyD1(env.DB, { after }), notification, storing)).id;
}

describe("a success", () => {
  it("is held where another one was confirmed meanwhile", async () => {
    const asked = await stored(kiccBody({ ...EVENT, ...OTHER_AMOUNT }), {}, { CONFIRM: "before-delivery" });
    const id = await storedWhile(kiccBody(EVENT), () => set(asked.id, { confirm: "confirmed" }));
    expect(await rowOf(id)).toMatchObject({ state: "held", reason: "conflict", contradicts: asked.id });
  });

  it("is held where a person let another one go its way meanwhile", async () => {
    const other = await stored(kiccBody({ ...EVENT, ...OTHER_AMOUNT }));
    await given.held("ambiguous", other.id);
    const id = await storedWhile(kiccBody(EVENT), () => given.pending({}, other.id));
    expect(await rowOf(id)).toMatchObject({ state: "held", reason: "conflict" });
  });

  it("holds the failure that a person replayed meanwhile", async () => {
    const failure = await stored(kiccBody({ ...EVENT, resCd: "W901" }));
    await given.delivered(failure.id);
    await storedWhile(kiccBody(EVENT), () => given.pending({}, failure.id));
    expect(await rowOf(failure.id)).toMatchObject({ state: "held", reason: "superseded" });
  });

  it("is stored beside a success that came meanwhile only where a person looks at it", async () => {
    await stored(kiccBody({ ...EVENT, resCd: "W901" }));
    const id = await storedWhile(kiccBody(EVENT), () => stored(kiccBody({ ...EVENT, ...OTHER_AMOUNT })));
    expect(await rowOf(id)).toMatchObject({ state: "held", reason: "conflict" });
  });
});

it("a resend is a receipt of what stands there then, not of what stood there", async () => {
  const first = await stored(kiccBody({ ...EVENT, amountInfo: null }));
  const resent = kiccBody({ ...EVENT, amountInfo: { currency: "KRW", amount: 51_000 } });
  const id = await storedWhile(resent, () => given.held("foreign", first.id));
  expect(id).not.toBe(first.id);
  expect(await rowOf(first.id)).toMatchObject({ receipts: 1, amount: null });
});
