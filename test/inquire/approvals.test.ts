import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { confirmOneNow } from "../../src/inquire/confirm-one.ts";
import { reconcileDue } from "../../src/inquire/reconcile-due.ts";
import type { DeliveryMessage } from "../../src/queue/message.ts";
import { type AnnouncedRow, announce, readAnnounced } from "../../src/store/announced.ts";
import { APPROVALS, CANCELLATIONS } from "../../src/store/register.ts";
import { clear, configWith, kiccBody, queueInto, rowOf, stored } from "../fixtures.ts";
import { says, standInForKicc } from "../kicc-stand-in.ts";

const MINUTE_MS = 60_000;
const ANNOUNCED_AT = Date.parse("2026-01-13T05:20:00Z");
const IDS = { mallId: "T0099001", pgCno: "26011314205510990001" };
const SETTINGS = { KICC_API_URL: "https://kicc.example" };
const CONFIRM = { ...SETTINGS, CONFIRM: "before-delivery" };

let kicc = standInForKicc();
let sent: DeliveryMessage[] = [];
let deliveries = queueInto(sent);

beforeEach(async () => {
  await clear();
  kicc = standInForKicc(says({ statusCd: "TS01" }));
  sent = [];
  deliveries = queueInto(sent);
  vi.useFakeTimers({ toFake: ["Date"], now: ANNOUNCED_AT });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function announced(kind: string = "wechat.approval", fields: { reference?: string } = {}): Promise<void> {
  const told = { ...IDS, id: IDS.pgCno, kind, cancelPgCno: null, shopOrderNo: null, reference: null, ...fields };
  await announce(env.DB, APPROVALS, told, 300_000, ANNOUNCED_AT);
}

async function runAt(afterMs: number): Promise<AnnouncedRow | null> {
  vi.setSystemTime(ANNOUNCED_AT + afterMs);
  await reconcileDue(configWith(SETTINGS), env.DB, deliveries);
  return readAnnounced(env.DB, APPROVALS, IDS.pgCno);
}

function approval(kind: string, fields: object = {}): string {
  const wallet = kind === "alipay.approval" ? { walletBrandName: "ALIPAY_CN" } : {};
  const amountInfo = { currency: "KRW", amount: 51_000 };
  const none = { cancelPgCno: null, cancelDate: null };
  return kiccBody({ ...IDS, ...none, ...wallet, approvalDate: "20260113142131", amountInfo, ...fields });
}

describe.each(["wechat.approval", "alipay.approval"])("an announced %s", (kind) => {
  it("is asked about when it is due; what KICC proves is delivered, and the real one is a receipt of it", async () => {
    await announced(kind);
    expect(await runAt(300_000 - 1)).toMatchObject({ state: "expected", asks: 0 });
    const row = await runAt(300_000);
    expect(row).toMatchObject({ state: "reconciled", asks: 1, dueAt: null });
    expect(sent).toMatchObject([{ id: row?.notificationId, kind, source: "status-api", pgCno: IDS.pgCno, attempt: 1 }]);
    expect((await stored(approval(kind))).id).toBe(row?.notificationId);
    expect(await rowOf(row?.notificationId ?? "")).toMatchObject({ receipts: 2 });
  });

  it.each([
    ["TS00", 200],
    ["TS12", 200],
    ["an error", 500],
  ])("is asked about again after %s, and unresolved after the last", async (statusCd, status) => {
    kicc.answering = async (asked) => new Response(await (await says({ statusCd })(asked)).text(), { status });
    await announced(kind);
    for (const minutes of [5, 15, 60, 180, 360, 720]) {
      expect(await runAt(minutes * MINUTE_MS)).toMatchObject({ state: "expected" });
    }
    expect(await runAt(1440 * MINUTE_MS)).toMatchObject({ state: "unresolved", asks: 7 });
    expect(sent).toEqual([]);
  });

  it("is failed after the last query where a failure came, and notified by a success that comes late", async () => {
    kicc.answering = says({ statusCd: "TS00" });
    await announced(kind);
    await stored(approval(kind, { resCd: "W901" }));
    await runAt(300_000);
    expect(await runAt(1440 * MINUTE_MS)).toMatchObject({ state: "failed" });
    const late = await stored(approval(kind));
    expect(await runAt(1500 * MINUTE_MS)).toMatchObject({ state: "notified", notificationId: late.id });
  });

  it("is not settled by what KICC says of another payment", async () => {
    kicc.answering = says({ statusCd: "TS01", pgCno: "26011314205510990002" });
    await announced(kind);
    expect(await runAt(300_000)).toMatchObject({ state: "expected", asks: 1 });
    expect(sent).toEqual([]);
  });

  it("is one with a notification that has no pgCno, by the reference that is its alone", async () => {
    await announced(kind, { reference: "R-1" });
    const about = { reference: "R-1" };
    const row = await runAt(300_000);
    expect((await stored(approval(kind, { pgCno: null }), about)).id).toBe(row?.notificationId);
    expect(sent).toHaveLength(1);
  });
});

describe("both registers", () => {
  it("take turns: approvals are asked about beside more cancellations than a run can do", async () => {
    kicc.answering = says({ cancelStatus: "TS01" });
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 299)
       INSERT INTO cancellations (cancel_pg_cno, mall_id, pg_cno, state, announced_at, due_after_ms, due_at)
       SELECT 'c' || i, 'm', 'p' || i, 'expected', ?1, 0, ?1 FROM n`,
    )
      .bind(ANNOUNCED_AT)
      .run();
    await announced();
    expect(await runAt(300_000)).toMatchObject({ asks: 1 });
    expect(kicc.asked.length).toBeLessThanOrEqual(100);
    expect(await readAnnounced(env.DB, CANCELLATIONS, "c0")).toMatchObject({ state: "expected" });
  });
});

describe.each(["wechat.approval", "alipay.approval"])("a success of %s under CONFIRM", (kind) => {
  async function confirmed(
    fields: Readonly<Record<string, unknown>>,
    body: string = approval(kind),
  ): Promise<object | null> {
    kicc.answering = says(fields);
    const { id } = await stored(body, {}, CONFIRM);
    await confirmOneNow(id, configWith(CONFIRM), { db: env.DB, deliveries });
    return env.DB.prepare("SELECT state, reason, confirm FROM notifications WHERE id = ?").bind(id).first();
  }
  const GOES = { state: "pending", reason: null, confirm: "confirmed" };
  const HELD = { state: "held", reason: "unconfirmed", confirm: null };
  const WAITS = { state: "pending", reason: null, confirm: "asking" };

  it.each<[string, Readonly<Record<string, unknown>>, object]>([
    ["TS01 with the same amount", { statusCd: "TS01" }, GOES],
    ["TS01 without an amount", { statusCd: "TS01", amountInfo: undefined }, GOES],
    ["TS01 with amountInfo.amount alone", { statusCd: "TS01", amountInfo: { currency: "KRW", amount: 51_000 } }, GOES],
    ["TS01 with totAmount before amount", { statusCd: "TS01", amountInfo: { totAmount: 51_000, amount: 1 } }, GOES],
    ["TS02, whatever amount is left", { statusCd: "TS02", amountInfo: { currency: "KRW", totAmount: 0 } }, GOES],
    ["TS06, whatever amount is left", { statusCd: "TS06", amountInfo: { currency: "KRW", totAmount: 1000 } }, GOES],
    ["another totAmount", { statusCd: "TS01", amountInfo: { currency: "KRW", totAmount: 1, amount: 51_000 } }, HELD],
    ["another amount alone", { statusCd: "TS01", amountInfo: { currency: "KRW", amount: 1 } }, HELD],
    ["another pgCno", { statusCd: "TS01", pgCno: "26011314205510990002" }, HELD],
    ["another pgCno after TS02", { statusCd: "TS02", pgCno: "26011314205510990002" }, HELD],
    ["no pgCno", { statusCd: "TS01", pgCno: undefined }, WAITS],
    ["TS12, which says nothing of an approval", { statusCd: "TS12" }, WAITS],
    ["TS00: the buyer has not paid", { statusCd: "TS00" }, WAITS],
  ])("after %s", async (_name, fields, becomes) => {
    expect(await confirmed(fields)).toEqual(becomes);
    expect(kicc.asked[0]).not.toHaveProperty("cancelPgCno");
  });

  it("is held without a query where it has no pgCno", async () => {
    expect(await confirmed({}, approval(kind, { pgCno: null }))).toEqual(HELD);
    expect(kicc.asked).toEqual([]);
  });
});
