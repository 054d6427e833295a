import { CANCELLATIONS } from "../../src/store/register.ts";
import { announce } from "../../src/store/announced.ts";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { storeNotification, storingOf } from "../../src/intake.ts";
import { supersede } from "../../src/store/insert.ts";
import { clear, configWith, copied, kiccBody, notificationFrom, rowOf, stored } from "../fixtures.ts";
import { given } from "../given.ts";
import { meteredD1 } from "../metered.ts";

/** The parts of a body that tell one cancellation. */
function cancellation(cancelPgCno: string, about: Readonly<Record<string, unknown>> = {}): string {
  return kiccBody({ cancelPgCno, pgCno: "26011314205510990001", shopOrderNo: "ORD-1", ...about });
}

function won(amount: number | string | null, currency: string | null = "KRW"): Readonly<Record<string, unknown>> {
  return { amountInfo: { currency, amount } };
}

beforeEach(clear);

describe("one notification", () => {
  it("stores thirty-two simultaneous sendings once, and counts them all", async () => {
    const body = cancellation("C1");
    const endings = await Promise.all(Array.from({ length: 32 }, () => stored(body)));
    expect(endings.filter(({ receipts }) => receipts === 1)).toHaveLength(1);
    expect(await rowOf(endings[0]?.id ?? "")).toMatchObject({ receipts: 32, state: "pending" });
  });

  it("keeps partial cancellations of one payment apart", async () => {
    const [one, other] = [await stored(cancellation("C1")), await stored(cancellation("C2"))];
    expect(one.id).not.toBe(other.id);
    expect(await rowOf(other.id)).toMatchObject({ state: "pending" });
  });

  it("keys on a twenty-digit cancelPgCno to its last digit, even as a bare number", async () => {
    const bare = (id: string) => `{"resCd":"0000","resMsg":"ok","cancelPgCno":${id}}`;
    const [one, next] = [await stored(bare("26011409120310990042")), await stored(bare("26011409120310990043"))];
    expect(one.id).not.toBe(next.id);
    expect((await stored(bare("26011409120310990042"))).receipts).toBe(2);
  });
});

describe("several of one cancellation", () => {
  it("counts a success that only adds or lacks the amount as a receipt of the first", async () => {
    const first = await stored(cancellation("C1", { amountInfo: null }));
    const adding = await stored(cancellation("C1", won(51000)));
    const lacking = await stored(cancellation("C1", won(null, "KRW")));
    expect([adding.id, lacking.id]).toEqual([first.id, first.id]);
    expect(await rowOf(first.id)).toMatchObject({ receipts: 3, state: "pending", currency: "KRW", amount: "51000" });
  });

  it("holds a success with another amount, even one that differs only from what a receipt added", async () => {
    const first = await stored(cancellation("C1", { amountInfo: null }));
    await stored(cancellation("C1", won(51000)));
    const other = await stored(cancellation("C1", won(52000)));
    expect(await rowOf(other.id)).toMatchObject({ state: "held", reason: "conflict", contradicts: first.id });
    expect(await rowOf(first.id)).toMatchObject({ state: "pending" });
  });

  it("holds a success with another currency", async () => {
    const first = await stored(cancellation("C1", won(100, "00")));
    expect((await stored(cancellation("C1", won("0100", "KRW")))).id).toBe(first.id);
    const other = await stored(cancellation("C1", won(100, "USD")));
    expect(await rowOf(other.id)).toMatchObject({ state: "held", reason: "conflict", contradicts: first.id });
  });

  it("holds a failure after a success, whatever became of the success", async () => {
    const success = await stored(cancellation("C1"));
    await given.delivered("all");
    const failure = await stored(cancellation("C1", { resCd: "W901", amountInfo: null }));
    expect(await rowOf(failure.id)).toMatchObject({ state: "held", reason: "contradicts", contradicts: success.id });
  });

  it("holds a failure that is still pending when the success comes: the origin hears of the success alone", async () => {
    const failure = await stored(cancellation("C1", { resCd: "W901", amountInfo: null }));
    const success = await stored(cancellation("C1"));
    expect(await rowOf(failure.id)).toMatchObject({ state: "held", reason: "superseded", contradicts: success.id });
    expect(await rowOf(success.id)).toMatchObject({ state: "pending" });
  });

  it("delivers a failure and the success after it, when the failure had gone its way", async () => {
    const failure = await stored(cancellation("C1", { resCd: "W901", amountInfo: null }));
    await given.delivered("all");
    const success = await stored(cancellation("C1"));
    expect(await rowOf(failure.id)).toMatchObject({ state: "delivered" });
    expect(await rowOf(success.id)).toMatchObject({ state: "pending", reason: null });
  });

  it("does not hold again a superseded failure that a person replayed, when the success is resent", async () => {
    const failure = await stored(cancellation("C1", { resCd: "W901", amountInfo: null }));
    const success = cancellation("C1");
    await stored(success);
    await given.pending({}, failure.id);
    await stored(success);
    expect(await rowOf(failure.id)).toMatchObject({ state: "pending" });
  });

  it("compares no amount with one that the status API told", async () => {
    const asked = await stored(cancellation("C1", won(9000)), { source: "status-api" });
    expect((await stored(cancellation("C1", won(51000)))).id).toBe(asked.id);
    const real = await stored(cancellation("C2", won(51000)));
    expect((await stored(cancellation("C2", won(9000)), { source: "status-api" })).id).toBe(real.id);
    expect(await rowOf(asked.id)).toMatchObject({ state: "pending", receipts: 2, amount: "9000" });
  });

  it("takes no amount from the status API that a later success of KICC's own could contradict", async () => {
    const real = await stored(cancellation("C1", { amountInfo: null }));
    await stored(cancellation("C1", won(1000)), { source: "status-api" });
    expect(await rowOf(real.id)).toMatchObject({ receipts: 2, amount: null, currency: null });
    expect((await stored(cancellation("C1", won(2000)))).id).toBe(real.id);
    expect(await rowOf(real.id)).toMatchObject({ receipts: 3, amount: "2000" });
  });

  it("delivers the success after a failure that names another amount: what a failure says of amounts is compared with nothing", async () => {
    const failure = await stored(cancellation("C1", { resCd: "W901", ...won(0) }));
    const success = await stored(cancellation("C1", won(33_000)));
    expect(await rowOf(success.id)).toMatchObject({ state: "pending" });
    expect(await rowOf(failure.id)).toMatchObject({ state: "held", reason: "superseded", contradicts: success.id });
  });

  it("counts KICC's answer as a receipt of the same cancellation's own row, not of one that only shares its reference", async () => {
    const about = { cancelPgCno: "C1", mallId: "T0099001", pgCno: "26011314205510990001", reference: "R-1" };
    await announce(
      env.DB,
      CANCELLATIONS,
      { ...about, id: "C1", kind: "wechat.cancel", shopOrderNo: null },
      300_000,
      Date.now(),
    );
    const unnamed = await stored(cancellation("C1", { cancelPgCno: null }), { reference: "R-1" });
    const named = await stored(cancellation("C1"), { reference: "R-1" });
    expect(named.id).not.toBe(unnamed.id);
    const asked = await stored(cancellation("C1"), { reference: "R-1", source: "status-api" });
    expect(asked.id).toBe(named.id);
  });

  it("leaves one success to be delivered when two with different amounts come at once", async () => {
    const both = await Promise.all([stored(cancellation("C1", won(1))), stored(cancellation("C1", won(2)))]);
    expect(both.map(({ state }) => state).toSorted()).toEqual(["held", "pending"]);
  });
});

describe("one that looks like a second event", () => {
  const transfer = JSON.stringify({ resCd: "9999", resMsg: "x", notiType: "51", mallId: "T0099001", pgCno: "P-1" });

  it("is a resend for 45 minutes, and a second one then, which says what it may repeat", async () => {
    const at = (minutes: number) => stored(transfer, { receivedAt: 1_768_349_530_000 + minutes * 60_000 });
    const first = await at(0);
    expect(await at(45)).toMatchObject({ id: first.id, receipts: 2 });
    const second = await at(46);
    expect(second).toMatchObject({ receipts: 1, repeats: first.id });
    expect(await at(50)).toMatchObject({ id: second.id, receipts: 2 });
  });
});

describe("one receipt", () => {
  it("counts once, though the reply of storing it was lost and it is stored again", async () => {
    const alike = { shopOrderNo: "ORD-1", pgCno: "P-1", cancelPgCno: "C-1" };
    for (const body of [kiccBody(alike), kiccBody({ ...alike, amountInfo: null })]) {
      const notification = notificationFrom(body);
      const storing = storingOf(configWith().storing, notification, `receipt of ${body}`, Date.now());
      await storeNotification(env.DB, notification, storing);
      await storeNotification(env.DB, notification, storing);
    }
    expect(await rowOf(notificationFrom(kiccBody(alike)).id)).toMatchObject({ receipts: 2 });
  });

  it.each([
    ["mallId", { mallId: "T0099002" }],
    ["pgCno", { pgCno: "P-2" }],
    ["shopOrderNo", { shopOrderNo: "ORD-2" }],
  ])("is none of a notification with another %s: it is held", async (_name, other) => {
    const ids = { shopOrderNo: "ORD-1", pgCno: "P-1", mallId: "T0099001", cancelPgCno: "C-1" };
    const first = await stored(kiccBody(ids));
    const held = await stored(kiccBody({ ...ids, ...other }));
    expect(held.id).not.toBe(first.id);
    expect(await rowOf(held.id)).toMatchObject({ state: "held", reason: "conflict", contradicts: first.id });
    expect(await rowOf(first.id)).toMatchObject({ receipts: 1 });
  });

  it.each([
    ["mallId", "mall_id"],
    ["pgCno", "pg_cno"],
    ["shopOrderNo", "shop_order_no"],
  ])("fills in the %s that the first lacked", async (name, column) => {
    const ids: Readonly<Record<string, unknown>> = {
      shopOrderNo: "ORD-1",
      pgCno: "P-1",
      mallId: "M-1",
      cancelPgCno: "C-1",
    };
    const first = await stored(kiccBody({ ...ids, [name]: null }));
    expect(await stored(kiccBody(ids))).toMatchObject({ id: first.id, receipts: 2 });
    const row = await env.DB.prepare(`SELECT ${column} AS value FROM notifications`).first<{ value: string }>();
    expect(row?.value).toBe(ids[name]);
  });
});

it(
  "one of thousands with one pgCno, as of a fixed account, is compared with the newest alone",
  { timeout: 60_000 },
  async () => {
    const deposit = { notiType: "30", pgCno: "P-1", cancelPgCno: null, shopOrderNo: "ORD-1" };
    const { id } = await stored(kiccBody({ ...deposit, tlfSno: "T-1" }));
    await copied(id, 4000);
    const { db, take } = meteredD1(env.DB);
    const notification = notificationFrom(kiccBody({ ...deposit, tlfSno: "T-2" }));
    await storeNotification(db, notification, storingOf(configWith().storing, notification, "receipt", Date.now()));
    expect(take().read).toBeLessThan(2000);
  },
);

describe("an attempt in queue mode", () => {
  const QUEUE = { DELIVERY: "queue" };

  it("is open for what is enqueued, and for nothing that is held or asked about first", async () => {
    const ids = { cancelPgCno: "C-1" };
    const first = await stored(kiccBody(ids), {}, QUEUE);
    expect(await rowOf(first.id)).toMatchObject({ attempts: 1, leaseUntil: expect.any(Number) });
    const held = await stored(kiccBody({ ...ids, resCd: "W901" }), {}, QUEUE);
    expect(await rowOf(held.id)).toMatchObject({ state: "held", attempts: 0, leaseUntil: null });
    const asked = await stored(kiccBody(), {}, { ...QUEUE, CONFIRM: "before-delivery" });
    expect(await rowOf(asked.id)).toMatchObject({ state: "pending", attempts: 0, leaseUntil: null });
  });
});

it("a success holds failures when it is stored, and not when it comes again", async () => {
  const failure = await stored(kiccBody({ resCd: "W901" }));
  const success = await stored(kiccBody());
  await supersede(env.DB, [failure.id], success.id, "another receipt").run();
  expect(await rowOf(failure.id)).toMatchObject({ state: "pending" });
});

describe("what the settings say", () => {
  it("holds another merchant's notification, and one without a mallId unless one of its ids is known as ours", async () => {
    const settings = { MALL_IDS: "05599001, 05599002" };
    const foreign = await stored(kiccBody({ mallId: "T0099001" }), {}, settings);
    expect(await rowOf(foreign.id)).toMatchObject({ state: "held", reason: "foreign" });
    expect(await stored(kiccBody({ mallId: "05599002" }), {}, settings)).toMatchObject({ state: "pending" });
    const nobodys = await stored(kiccBody({ mallId: null }), {}, settings);
    expect(await rowOf(nobodys.id)).toMatchObject({ state: "held", reason: "foreign" });
    await stored(kiccBody({ mallId: "05599001", pgCno: "P-1" }), {}, settings);
    expect(await stored(kiccBody({ mallId: null, pgCno: "P-1" }), {}, settings)).toMatchObject({ state: "pending" });
    await announce(
      env.DB,
      CANCELLATIONS,
      {
        id: "C-9",
        kind: "wechat.cancel",
        cancelPgCno: "C-9",
        mallId: "05599001",
        pgCno: "P-9",
        shopOrderNo: null,
        reference: null,
      },
      1,
      1,
    );
    const announced = kiccBody({ mallId: null, cancelPgCno: "C-9", pgCno: "P-8" });
    expect(await stored(announced, {}, settings)).toMatchObject({ state: "pending" });
  });

  it("takes none for ours for the sake of one that is held as foreign, though its mallId is ours since", async () => {
    await stored(kiccBody({ mallId: "05599002", pgCno: "P-2" }), {}, { MALL_IDS: "05599001" });
    const nobodys = await stored(kiccBody({ mallId: null, pgCno: "P-2" }), {}, { MALL_IDS: "05599001,05599002" });
    expect(await rowOf(nobodys.id)).toMatchObject({ state: "held", reason: "foreign" });
  });

  it("takes a made-up one for ours, whatever its mallId", async () => {
    const about = { source: "test" } as const;
    const settings = { MALL_IDS: "05599001" };
    expect(await stored(kiccBody({ mallId: "00000000" }), about, settings)).toMatchObject({ state: "pending" });
  });

  it("asks about a success first, and about no failure, where KICC is to confirm", async () => {
    const settings = { CONFIRM: "before-delivery" };
    expect(await stored(kiccBody(), {}, settings)).toMatchObject({ state: "pending", confirm: "asking" });
    expect(await stored(kiccBody({ resCd: "W901" }), {}, settings)).toMatchObject({ confirm: null });
  });

  it("fills in the reference that a resend brings", async () => {
    const body = cancellation("C1");
    const first = await stored(body);
    await stored(body, { reference: "R-1" });
    expect(await rowOf(first.id)).toMatchObject({ reference: "R-1" });
  });
});
