import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { DeliveryMessage } from "../../src/queue/message.ts";
import { reconcileDue } from "../../src/inquire/reconcile-due.ts";
import { type AnnouncedRow, announce, readAnnounced } from "../../src/store/announced.ts";
import { CANCELLATIONS } from "../../src/store/register.ts";
import { clear, configWith, faultyD1, kiccBody, notificationFrom, rowOf, stored, queueInto } from "../fixtures.ts";
import { type Answering, says, standInForKicc } from "../kicc-stand-in.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const ANNOUNCED_AT = Date.parse("2026-01-14T00:12:10Z");
const IDS = { mallId: "T0099001", pgCno: "26011314205510990001", cancelPgCno: "26011409120310990042" };
const REAL = { ...IDS, shopOrderNo: "ORD-20260113-0007" };
const TS01 = says({ cancelStatus: "TS01" });

let kicc = standInForKicc();
let sent: DeliveryMessage[] = [];
let deliveries = queueInto(sent);

beforeEach(async () => {
  await clear();
  await env.DB.exec("DELETE FROM cancellations");
  kicc = standInForKicc();
  sent = [];
  deliveries = queueInto(sent);
  vi.useFakeTimers({ toFake: ["Date"], now: ANNOUNCED_AT });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function expect300(fields: Partial<Parameters<typeof announce>[2]> = {}, dueAfterMs = 300_000): Promise<string> {
  const ids = { ...IDS, shopOrderNo: null, reference: null, ...fields };
  const announced = { id: ids.cancelPgCno ?? "", kind: "wechat.cancel", ...ids };
  const row = await announce(env.DB, CANCELLATIONS, announced, dueAfterMs, ANNOUNCED_AT);
  return row?.id ?? "";
}

/** One cron run, so long after the announcement. */
async function runAt(afterMs: number, settings: object = {}, db: D1Database = env.DB): Promise<void> {
  vi.setSystemTime(ANNOUNCED_AT + afterMs);
  await reconcileDue(configWith({ KICC_API_URL: "https://kicc.example", ...settings }), db, deliveries);
}

async function cancellation(cancelPgCno: string = IDS.cancelPgCno): Promise<AnnouncedRow> {
  const row = await readAnnounced(env.DB, CANCELLATIONS, cancelPgCno);
  if (row === null) throw new Error(`Cannot find ${cancelPgCno}`);
  return row;
}

async function countNotifications(): Promise<number> {
  return (await env.DB.prepare("SELECT count(*) AS n FROM notifications").first<number>("n")) ?? 0;
}

describe("the instants", () => {
  it("are dueAfterSeconds, 15 min, 1 h, 3 h, 6 h, 12 h and 24 h: asked once at each, then unresolved", async () => {
    await expect300();
    kicc.answering = TS01;
    const instants = [5, 15, 60, 180, 360, 720, 1440].map((minutes) => minutes * MINUTE_MS);
    for (const [index, instant] of instants.entries()) {
      await runAt(instant - SECOND_MS);
      expect(kicc.asked).toHaveLength(index);
      expect((await cancellation()).dueAt).toBe(ANNOUNCED_AT + instant);
      await runAt(instant);
      await runAt(instant + SECOND_MS);
      expect(kicc.asked).toHaveLength(index + 1);
    }
    const row = await cancellation();
    expect(row).toMatchObject({ state: "unresolved", asks: 7 });
    expect(JSON.parse(row.history)).toHaveLength(7);
    await runAt(48 * HOUR_MS);
    expect(kicc.asked).toHaveLength(7);
    expect(new Set(kicc.asked.map(({ shopTransactionId }) => shopTransactionId)).size).toBe(7);
    expect(kicc.asked[0]).toMatchObject(IDS);
  });

  it("that come before dueAfterSeconds are left out, and those a standing cron missed are made up for once", async () => {
    await expect300({}, 2 * HOUR_MS);
    kicc.answering = TS01;
    await runAt(HOUR_MS);
    expect(kicc.asked).toHaveLength(0);
    await runAt(7 * HOUR_MS);
    await runAt(7 * HOUR_MS + MINUTE_MS);
    expect(kicc.asked).toHaveLength(1);
    expect((await cancellation()).dueAt).toBe(ANNOUNCED_AT + 12 * HOUR_MS);
  });

  it("may be one alone, a day later", async () => {
    await expect300({}, 24 * HOUR_MS);
    kicc.answering = TS01;
    await runAt(24 * HOUR_MS);
    expect(await cancellation()).toMatchObject({ state: "unresolved", asks: 1 });
  });
});

describe("what KICC says", () => {
  it.each(["TS02", "TS06", "TS12"])("%s makes a notification in the webhook's own shape", async (cancelStatus) => {
    await expect300({ shopOrderNo: REAL.shopOrderNo, reference: "R-1" });
    kicc.answering = says({ cancelStatus, amountInfo: { currency: "00", totAmount: "51000" } });
    await runAt(300_000);
    const row = await cancellation();
    expect(row).toMatchObject({ state: "reconciled", asks: 1, dueAt: null });
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      id: row.notificationId,
      attempt: 1,
      source: "status-api",
      sourceAddress: null,
      reference: "R-1",
      currency: "KRW",
      amount: "51000",
      contentType: "application/json; charset=utf-8",
    });
    expect(new TextDecoder().decode(Uint8Array.fromBase64(sent[0]?.body ?? ""))).toBe(
      JSON.stringify({
        resCd: "0000",
        resMsg: "정상처리",
        mallId: IDS.mallId,
        shopOrderNo: REAL.shopOrderNo,
        pgCno: IDS.pgCno,
        cancelPgCno: IDS.cancelPgCno,
        cancelDate: "20260114091210",
        amountInfo: { currency: "KRW", amount: 51000 },
      }),
    );
    expect(notificationFrom(kiccBody(REAL)).id).toBe(row.notificationId);
    expect(await rowOf(row.notificationId ?? "")).toMatchObject({ state: "pending", attempts: 0 });
  });

  it("leaves out what KICC does not say", async () => {
    await expect300();
    kicc.answering = says({ resMsg: undefined, transactionDate: undefined, amountInfo: undefined });
    await runAt(300_000);
    const text = new TextDecoder().decode(Uint8Array.fromBase64(sent[0]?.body ?? ""));
    expect(JSON.parse(text)).toEqual({ resCd: "0000", resMsg: "Success", ...IDS });
  });

  it.each<[string, Answering, string | null]>([
    ["TS01", TS01, "TS01"],
    ["an unknown status", says({ cancelStatus: "TS77" }), "TS77"],
    ["an error", says({ resCd: "R003", resMsg: "No such transaction" }), "R003"],
    ["HTTP 500", () => new Response("", { status: 500 }), "500"],
    ["wrong JSON", () => new Response("{"), "200"],
    ["no connection", () => Promise.reject(new Error("refused")), null],
    ["a status of another cancellation", says({ cancelPgCno: "1" }), "TS02"],
  ])("%s is kept, and asked again at the next instant", async (_name, answering, status) => {
    await expect300();
    kicc.answering = answering;
    await runAt(300_000);
    const row = await cancellation();
    expect(row).toMatchObject({ state: "expected", dueAt: ANNOUNCED_AT + 15 * MINUTE_MS });
    expect(JSON.parse(row.history)).toEqual([{ at: ANNOUNCED_AT + 300_000, status, text: expect.any(String) }]);
    expect(await countNotifications()).toBe(0);
    kicc.answering = says();
    await runAt(15 * MINUTE_MS);
    expect(await cancellation()).toMatchObject({ state: "reconciled", asks: 2 });
  });

  it("is not asked for while the settings are wrong", async () => {
    await expect300();
    await runAt(300_000, { ORIGIN_URL: "ftp://wrong" });
    expect(kicc.asked).toEqual([]);
    await runAt(301_000);
    expect(kicc.asked).toHaveLength(1);
  });
});

describe("what came", () => {
  it("settles without a query, also where it came before the announcement", async () => {
    const { id } = await stored(kiccBody(REAL));
    await expect300();
    await runAt(300_000);
    expect(await cancellation()).toMatchObject({ state: "notified", notificationId: id, asks: 0 });
    expect(kicc.asked).toEqual([]);
    await runAt(900_000);
    expect(kicc.asked).toEqual([]);
  });

  it("settles by the reference where it has no cancelPgCno", async () => {
    await expect300({ reference: "R-7" });
    const { id } = await stored(kiccBody({ ...REAL, cancelPgCno: null }), { reference: "R-7" });
    await runAt(300_000);
    expect(await cancellation()).toMatchObject({ state: "notified", notificationId: id });
    expect(kicc.asked).toEqual([]);
  });

  it("cannot be tied by a reference that two cancellations have, or that came with another payment", async () => {
    await expect300({ reference: "R-8" });
    await expect300({ reference: "R-8", cancelPgCno: "26011409120310990043" });
    await stored(kiccBody({ ...REAL, cancelPgCno: null }), { reference: "R-8" });
    await expect300({ reference: "R-9", cancelPgCno: "26011409120310990044" });
    await stored(kiccBody({ ...REAL, pgCno: "1", cancelPgCno: null }), { reference: "R-9" });
    await runAt(300_000);
    expect(kicc.asked).toHaveLength(3);
    for (const { cancelPgCno } of kicc.asked) expect((await cancellation(cancelPgCno)).state).toBe("reconciled");
    expect(await countNotifications()).toBe(5);
  });

  it("as a failure does not stop the asking, and makes it failed after the last query", async () => {
    await expect300();
    await stored(kiccBody({ ...REAL, resCd: "W901", amountInfo: undefined, cancelDate: undefined }));
    kicc.answering = TS01;
    for (const minutes of [5, 15, 60, 180, 360, 720]) await runAt(minutes * MINUTE_MS);
    expect(await cancellation()).toMatchObject({ state: "expected", asks: 6 });
    await runAt(24 * HOUR_MS);
    expect(await cancellation()).toMatchObject({ state: "failed", asks: 7 });
  });

  it("as a failure without cancelPgCno counts by its reference", async () => {
    await expect300({ reference: "R-3" }, 24 * HOUR_MS);
    await stored('{"resCd":"9999","resMsg":"System error"}', { reference: "R-3" });
    kicc.answering = TS01;
    await runAt(24 * HOUR_MS);
    expect((await cancellation()).state).toBe("failed");
  });

  it("as a failure and then KICC's TS02 is delivered as a success", async () => {
    await expect300();
    const failure = await stored(kiccBody({ ...REAL, resCd: "W901" }));
    await runAt(300_000);
    expect(await cancellation()).toMatchObject({ state: "reconciled" });
    expect(await rowOf(failure.id)).toMatchObject({ state: "held", reason: "superseded" });
  });

  it("after all settles an unresolved one within the hour", async () => {
    await expect300({}, 24 * HOUR_MS);
    kicc.answering = TS01;
    await runAt(24 * HOUR_MS);
    const { id } = await stored(kiccBody(REAL));
    await runAt(25 * HOUR_MS);
    expect(await cancellation()).toMatchObject({ state: "notified", notificationId: id, dueAt: null, asks: 1 });
  });

  it("while KICC was asked for the last time makes it notified, not unresolved", async () => {
    await expect300({}, 24 * HOUR_MS);
    kicc.answering = async (asked) => {
      await stored(kiccBody(REAL));
      return TS01(asked);
    };
    await runAt(24 * HOUR_MS);
    expect((await cancellation()).state).toBe("notified");
  });
});

describe("one delivery", () => {
  it("is made of the status API's success and the real one that follows, whatever its amount", async () => {
    await expect300();
    await runAt(300_000);
    const { notificationId } = await cancellation();
    const real = await stored(kiccBody({ ...REAL, amountInfo: { currency: "KRW", amount: 12000 } }));
    expect(real).toMatchObject({ id: notificationId, receipts: 2 });
    expect(sent).toHaveLength(1);
    expect((await cancellation()).state).toBe("reconciled");
  });

  it("is made of the two at the same moment, whichever is stored first", async () => {
    await expect300();
    kicc.answering = async (asked) => {
      const amountInfo = { currency: "KRW", totAmount: 63000 };
      await stored(kiccBody(REAL));
      return says({ amountInfo })(asked);
    };
    await runAt(300_000);
    expect(await countNotifications()).toBe(1);
    expect(await cancellation()).toMatchObject({ state: "notified" });
    expect(sent).toEqual([]);
    const both = { pgCno: "26011314205510990002", cancelPgCno: "26011409120310990050" };
    await expect300(both);
    kicc.answering = says();
    await Promise.all([runAt(300_000), stored(kiccBody({ ...REAL, ...both }))]);
    expect(await countNotifications()).toBe(2);
  });

  it("is left to the real one's own message where that comes while KICC is asked", async () => {
    await expect300();
    kicc.answering = async (asked) => {
      await stored(kiccBody(REAL));
      return says()(asked);
    };
    await runAt(300_000);
    expect(await countNotifications()).toBe(1);
    expect(sent).toEqual([]);
  });

  it("is made of the status API's success and a real one that has the reference alone, in either order", async () => {
    await expect300({ reference: "R-1" });
    await runAt(300_000);
    await stored(kiccBody({ ...REAL, cancelPgCno: null }), { reference: "R-1" });
    expect(await countNotifications()).toBe(1);
    const other = { cancelPgCno: "26011409120310990051", reference: "R-2" };
    await expect300(other);
    kicc.answering = async (asked) => {
      await stored(kiccBody({ ...REAL, cancelPgCno: null }), { reference: "R-2" });
      return says()(asked);
    };
    await runAt(300_000);
    expect(await countNotifications()).toBe(2);
    expect((await cancellation(other.cancelPgCno)).state).toBe("notified");
  });

  it("comes of a success that waits for KICC's confirmation, or was held for want of it", async () => {
    const confirm = { CONFIRM: "before-delivery" };
    for (const hold of [false, true]) {
      const ids = { pgCno: "26011314205510990009", cancelPgCno: `2601140912031099006${hold ? 1 : 0}` };
      await expect300(ids);
      const real = await stored(kiccBody({ ...REAL, ...ids }), {}, confirm);
      if (hold) await env.DB.exec("UPDATE notifications SET state='held', reason='unconfirmed', confirm=NULL");
      await runAt(300_000, confirm);
      expect(await cancellation(ids.cancelPgCno)).toMatchObject({ state: "notified", notificationId: real.id });
      const row = await env.DB.prepare("SELECT state, confirm, receipts FROM notifications WHERE id = ?")
        .bind(real.id)
        .first();
      expect(row).toEqual({ state: "pending", confirm: "confirmed", receipts: 2 });
    }
  });

  it("is not kept back by a forged success that KICC contradicts", async () => {
    const confirm = { CONFIRM: "before-delivery" };
    await expect300();
    const amountInfo = { currency: "KRW", amount: 9_000_000 };
    const forged = await stored(kiccBody({ ...REAL, amountInfo }), {}, confirm);
    await runAt(300_000, confirm);
    const row = await cancellation();
    expect(row.state).toBe("reconciled");
    expect(row.notificationId).not.toBe(forged.id);
    expect(sent.map(({ id }) => id)).toEqual([row.notificationId]);
  });

  it("of a mallId that is not ours is held, as any other", async () => {
    await expect300();
    await runAt(300_000, { MALL_IDS: "05599001" });
    const { notificationId } = await cancellation();
    expect(notificationId).toBeNull();
    const { results } = await env.DB.prepare("SELECT state, reason, source FROM notifications").run();
    expect(results).toEqual([{ state: "held", reason: "foreign", source: "status-api" }]);
    expect(sent).toEqual([]);
  });

  it("is an open attempt in queue mode, and waits for its puller in pull mode", async () => {
    await expect300();
    await runAt(300_000, { DELIVERY: "queue" });
    const { notificationId } = await cancellation();
    expect(await rowOf(notificationId ?? "")).toMatchObject({ attempts: 1 });
    expect(sent).toEqual([expect.objectContaining({ id: notificationId, attempt: 1 })]);
    await expect300({ cancelPgCno: "26011409120310990099" });
    await runAt(300_000, { DELIVERY: "pull" });
    expect(sent).toHaveLength(1);
    expect((await cancellation("26011409120310990099")).state).toBe("reconciled");
  });

  it("survives dying between storing and settling, and any failing round trip", async () => {
    for (let trip = 1; trip <= 4; trip++) {
      await clear();
      await env.DB.exec("DELETE FROM cancellations");
      await expect300();
      const broken = (at: number) => (at === trip ? Promise.reject(new Error("D1_ERROR: gone")) : undefined);
      await runAt(300_000, {}, faultyD1(env.DB, trip % 2 ? { before: broken } : { after: broken }));
      await runAt(300_000 + 2 * MINUTE_MS);
      expect((await cancellation()).state).toBe("reconciled");
      expect(await countNotifications()).toBe(1);
      expect((await rowOf((await cancellation()).notificationId ?? ""))?.receipts).toBe(1);
    }
  });
});

describe("many at once", { timeout: 60_000 }, () => {
  async function announceMany(count: number): Promise<void> {
    const numbers = Array.from({ length: count }, (_, index) => index);
    await env.DB.batch(
      numbers.map((number) =>
        env.DB.prepare(
          `INSERT INTO cancellations (cancel_pg_cno, mall_id, pg_cno, state, announced_at, due_after_ms, due_at)
           VALUES (?1, 'T0099001', '26011314205510990001', 'expected', ?2, 300000, ?2 + 300000)`,
        ).bind(`260114091203${String(number).padStart(8, "0")}`, ANNOUNCED_AT),
      ),
    );
  }

  it("asks about 1,000 due ones in at most 15 bounded runs, never one twice, never two at once", async () => {
    await announceMany(1000);
    kicc.answering = TS01;
    let runs = 0;
    for (; runs < 15 && kicc.asked.length < 1000; runs++) {
      const before = kicc.asked.length;
      // Two crons at once: the second one found the first still at work.
      const instant = 300_000 + runs * 30_000;
      await Promise.all([runAt(instant), runAt(instant)]);
      expect(kicc.asked.length - before).toBeLessThanOrEqual(200);
    }
    expect(kicc.asked).toHaveLength(1000);
    expect(new Set(kicc.asked.map(({ cancelPgCno }) => cancelPgCno)).size).toBe(1000);
    expect(kicc.mostUnderWay).toBeLessThanOrEqual(12);
  });

  it("asks about 100 in a run over six connections, in under a thousand D1 queries", async () => {
    await announceMany(150);
    const db = faultyD1(env.DB);
    await runAt(300_000, {}, db);
    expect(kicc.asked).toHaveLength(100);
    expect(kicc.mostUnderWay).toBeLessThanOrEqual(6);
    // A round trip of storing is three queries, the others are one.
    expect(db.trips + 2 * 100).toBeLessThan(600);
    await runAt(300_000 + MINUTE_MS);
    expect(kicc.asked).toHaveLength(150);
    expect(await countNotifications()).toBe(150);
  });

  it("begins nothing after its time, and gives back what it took", async () => {
    await announceMany(20);
    kicc.answering = (asked) => {
      vi.setSystemTime(Date.now() + 30_000);
      return TS01(asked);
    };
    await runAt(300_000);
    const first = kicc.asked.length;
    expect(first).toBeLessThanOrEqual(6);
    kicc.answering = TS01;
    await runAt(600_000);
    expect(kicc.asked).toHaveLength(20);
    expect(new Set(kicc.asked.map(({ cancelPgCno }) => cancelPgCno)).size).toBe(20);
  });

  it("settles many that came without asking, several pages in one run", async () => {
    await announceMany(120);
    const { results } = await env.DB.prepare("SELECT cancel_pg_cno AS id FROM cancellations").run<{ id: string }>();
    for (const { id } of results) await stored(kiccBody({ cancelPgCno: id }));
    await runAt(300_000);
    expect(kicc.asked).toEqual([]);
    expect((await cancellation(results[119]?.id)).state).toBe("notified");
  });

  it("prunes what is long past, and nothing that is expected", async () => {
    await announceMany(2);
    await env.DB.exec("UPDATE cancellations SET state = 'unresolved' WHERE cancel_pg_cno LIKE '%1'");
    kicc.answering = () => new Promise(() => {});
    await env.DB.exec("UPDATE cancellations SET due_at = NULL");
    await runAt(401 * 24 * HOUR_MS);
    const { results } = await env.DB.prepare("SELECT state FROM cancellations").run();
    expect(results).toEqual([{ state: "expected" }]);
  });
});
