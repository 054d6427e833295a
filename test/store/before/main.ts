// The statement that stored notifications before beside judge, over random steps. Prints where they differ, and by which changed rule.
import { strict as assert } from "node:assert";
import { argv } from "node:process";
import { storeNotification as storeNow } from "../../../src/intake.ts";
import { identify } from "../../../src/kinds/notification.ts";
import { readNotification } from "../../../src/kinds/read.ts";
import { wechatCancel } from "../../../src/kinds/wechat-cancel.ts";
import { type Notification, SUCCESS } from "../../../src/rules/notification.ts";
import { seededRandom } from "../../simulator/random.ts";
import { storeNotification as storeBefore } from "./insert.ts";
import { databaseOf } from "./sqlite.ts";

const STEPS = Number(argv[2] ?? 100_000);
const random = seededRandom(Number(argv[3] ?? 1));
const before = databaseOf("test/deploy/migrations-1.0.0");
const after = databaseOf("migrations");
const START = Date.UTC(2026, 0, 14, 1);

interface Row {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly contradicts: string | null;
  readonly confirm: string | null;
  readonly receipts: number;
  readonly currency: string | null;
  readonly amount: string | null;
  readonly reference: string | null;
  readonly resCd: string;
  readonly seq: number;
}

function pick<Value>(...values: readonly Value[]): Value {
  return values[Math.floor(random() * values.length)] as Value;
}

function rowsOf({ sqlite }: typeof before, world: number): Row[] {
  const rows = sqlite
    .prepare(
      `SELECT id, state, reason, contradicts, confirm, receipts, currency, amount, reference, res_cd AS resCd, seq
       FROM notifications WHERE mall_id = ? ORDER BY seq`,
    )
    .all(`M${world}`) as unknown as Row[];
  // Ids of what is held are over more fields now: rows are told by their order.
  const place = new Map(rows.map(({ id }, at) => [id, String(at)]));
  return rows.map((row) => ({
    ...row,
    id: "",
    seq: 0,
    contradicts: row.contradicts === null ? null : (place.get(row.contradicts) ?? "?"),
  }));
}

function arriving(world: number, step: number, contradictory: boolean): Notification {
  const source = pick("notification", "notification", "notification", "status-api") as Notification["source"];
  const named = source === "status-api" || random() < 0.8;
  const message = {
    resCd: source === "status-api" || random() < 0.65 ? SUCCESS : pick("E101", "E102"),
    resMsg: "m",
    mallId: `M${world}`,
    shopOrderNo: `S${world}`,
    pgCno: `P${world}`,
    ...(named ? { cancelPgCno: `C${world}` } : {}),
    cancelDate: "20260114100000",
    amountInfo: {
      currency: contradictory ? pick("KRW", "USD", null) : pick("KRW", "KRW", null),
      amount: contradictory ? pick(1000, 2000, null) : pick(1000, 1000, null),
    },
  };
  const body = new TextEncoder().encode(JSON.stringify(message));
  const reading = readNotification(body, "application/json", wechatCancel);
  assert(reading.readable);
  const reference = pick(null, `R${world}`);
  return identify(reading, { receivedAt: START + world * 1000 + step, source, sourceAddress: null, reference, body });
}

/** Which rule of the contract's section 4 has changed for what is stored here. */
function changedRule(known: readonly Row[], { resCd, currency, amount }: Notification, asks: boolean): string | null {
  const differs = (one: string | null, other: string | null) => one !== null && other !== null && one !== other;
  if (known.some(({ confirm, reason }) => confirm === "asking" || reason === "unconfirmed"))
    return "what waits for KICC's word, or lacks it, says nothing";
  if (asks && known.some((one) => one.resCd !== SUCCESS)) return "what waits for KICC's word supersedes nothing";
  if (known.some(({ reason }) => reason === "conflict")) return "what is held as conflict says nothing";
  const others = known.filter((one) => differs(one.currency, currency) || differs(one.amount, amount));
  if (others.some((one) => one.resCd !== SUCCESS) || (resCd !== SUCCESS && others.length > 0))
    return "what a failure says of amounts is compared with nothing";
  if (
    known.some(
      (one) => resCd !== SUCCESS && one.resCd === resCd && (one.currency !== currency || one.amount !== amount),
    )
  )
    return "a failure that lacks a part of its value is a receipt as well";
  return null;
}

function ownResend({ id, reference, cancelPgCno }: Notification): string | null {
  if (cancelPgCno !== null || reference === null) return null;
  const itself = before.sqlite.prepare("SELECT 1 FROM notifications WHERE id = ?").get(id);
  return itself === undefined
    ? null
    : "a resend is a receipt of its own row, also where a reference ties it to another";
}

const differing = new Map<string, number>();
let [agreed, compared, world] = [0, 0, 0];
while (agreed < STEPS) {
  world++;
  const contradictory = random() < 0.3;
  const confirms = random() < 0.25;
  for (const { sqlite } of [before, after]) {
    sqlite.prepare("DELETE FROM notifications").run();
    sqlite.prepare("DELETE FROM cancellations").run();
    sqlite
      .prepare(
        `INSERT INTO cancellations (cancel_pg_cno, mall_id, pg_cno, reference, state, announced_at, due_after_ms)
         VALUES (?1, ?2, ?3, ?4, 'expected', 1, 1)`,
      )
      .run(`C${world}`, `M${world}`, `P${world}`, `R${world}`);
  }
  const sent: Notification[] = [];
  for (let step = 0; step < 12; step++) {
    if (random() < 0.3) {
      const to = pick("delivered", "dead", "closed");
      for (const { sqlite } of [before, after]) {
        sqlite
          .prepare(
            `UPDATE notifications SET state = ?1 WHERE seq =
               (SELECT min(seq) FROM notifications WHERE state = 'pending' AND confirm IS NOT 'asking')`,
          )
          .run(to);
      }
    }
    const again = sent.length > 0 && random() < 0.25 ? pick(...sent) : null;
    const notification =
      again === null ? arriving(world, step, contradictory) : { ...again, receivedAt: START + world * 1000 + step };
    sent.push(notification);
    const asks = confirms && notification.source === "notification" && notification.resCd === SUCCESS;
    const confirm = notification.source === "status-api" ? ("confirmed" as const) : asks ? ("asking" as const) : null;
    const storing = { foreign: false, oursAmong: null, confirm, attemptOpenUntil: null, receipt: `${world}-${step}` };
    const rule = changedRule(rowsOf(before, world), notification, asks) ?? ownResend(notification);
    const old = await storeBefore(before.db, notification, storing);
    const now = await storeNow(after.db, notification, storing);
    compared++;
    const [one, other] = [rowsOf(before, world), rowsOf(after, world)];
    const said = (stored: { state: string; receipts: number; confirm: string | null }) => ({
      state: stored.state,
      receipts: stored.receipts,
      confirm: stored.confirm,
    });
    try {
      assert.deepEqual(said(now), said(old));
      assert.deepEqual(other, one);
      if (rule === null) agreed++;
    } catch (error) {
      if (rule === null) {
        console.error(`Step ${step} of ${world}`, { notification, storing }, "before", old, one, "after", now, other);
        throw error;
      }
      differing.set(rule, (differing.get(rule) ?? 0) + 1);
      break;
    }
  }
}
console.log(`${compared} steps compared, ${agreed} under rules that did not change: all of them agree.`);
for (const [rule, times] of differing) console.log(`${times} differ where the contract changed: ${rule}`);
