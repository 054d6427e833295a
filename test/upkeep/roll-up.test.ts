import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { DELAY_BOUNDS_MS, percentile } from "../../src/rules/histogram.ts";
import { type Outcome, failed } from "../../src/rules/outcome.ts";
import { decide } from "../../src/rules/retry.ts";
import { rollUp } from "../../src/upkeep/roll-up.ts";
import { claim } from "../../src/store/claim.ts";
import { attemptOf, settle } from "../../src/store/settle.ts";
import { addUp, readCursor } from "../../src/store/rollup-writes.ts";
import { type Hour, readSpans } from "../../src/store/rollup-reads.ts";
import { clear, faultyD1, kiccBody, stored } from "../fixtures.ts";
import { given } from "../given.ts";

const HOUR = 3_600_000;
const NINE = Date.UTC(2026, 0, 14, 9);
const ACCEPTED: Outcome = { kind: "accepted", status: 200, answer: null };
const FAILED = failed("origin answered 500", { status: 500 });

/** Stores one as received at `receivedAt`. */
async function receivedAt(instant: number): Promise<string> {
  return (await stored(kiccBody(), { receivedAt: instant })).id;
}

/** One attempt, from claim to settlement. */
async function attempt(id: string, startedAt: number, endedAt: number, outcome: Outcome = ACCEPTED): Promise<void> {
  const lease = { claimant: crypto.randomUUID(), now: startedAt, until: startedAt + 40_000, maxTries: 16 };
  const { claimed } = await claim(env.DB, [id], lease);
  const [row] = claimed;
  if (!row) throw new Error(`Cannot claim ${id}`);
  const decision = decide(outcome, row.tries, [15_000, 15_000], endedAt, 0.5);
  await settle(env.DB, [{ id, attempt: attemptOf(row.attempts, startedAt, endedAt, outcome), decision }], endedAt);
}

async function hours(): Promise<Pick<Hour, "hour" | "received" | "delivered" | "failed">[]> {
  const rows = await readSpans(env.DB, 0, NINE + 48 * HOUR);
  return rows.map(({ hour, received, delivered, failed: failures }) => ({
    hour,
    received,
    delivered,
    failed: failures,
  }));
}

beforeEach(clear);

describe("counting", () => {
  it("counts a prompt delivery along with its receipt, once, and writes nothing to its row", async () => {
    const id = await receivedAt(NINE);
    await attempt(id, NINE + 300, NINE + 700);
    await rollUp(env.DB, NINE + 60_000);
    expect(await hours()).toEqual([]);
    for (const now of [NINE + 120_000, NINE + 180_000]) await rollUp(env.DB, now);
    expect(await hours()).toEqual([{ hour: NINE, received: 1, delivered: 1, failed: 0 }]);
    expect(await env.DB.prepare("SELECT counted FROM notifications").first()).toEqual({ counted: null });
    const [hour] = await readSpans(env.DB, NINE, NINE + HOUR);
    expect(percentile(hour?.delays ?? [], 0.95)).toBeGreaterThan(500);
    expect(hour?.delaySumMs).toBe(700);
  });

  it("counts each attempt in the hour in which it ended, however late", async () => {
    const id = await receivedAt(NINE + HOUR - 20_000);
    await attempt(id, NINE + HOUR - 19_000, NINE + HOUR - 18_000, FAILED);
    await rollUp(env.DB, NINE + HOUR);
    await attempt(id, NINE + HOUR, NINE + HOUR + 1000, FAILED);
    await rollUp(env.DB, NINE + HOUR + 60_000);
    await rollUp(env.DB, NINE + HOUR + 120_000);
    await attempt(id, NINE + 2 * HOUR, NINE + 2 * HOUR + 1000);
    await rollUp(env.DB, NINE + 2 * HOUR + 60_000);
    expect(await hours()).toEqual([
      { hour: NINE, received: 1, delivered: 0, failed: 1 },
      { hour: NINE + HOUR, received: 0, delivered: 0, failed: 1 },
      { hour: NINE + 2 * HOUR, received: 0, delivered: 1, failed: 0 },
    ]);
  });

  it("counts a late delivery by the first attempt, with its whole delay", async () => {
    const id = await receivedAt(NINE);
    await rollUp(env.DB, NINE + 120_000);
    await attempt(id, NINE + 240_000, NINE + 250_000);
    await rollUp(env.DB, NINE + 300_000);
    await rollUp(env.DB, NINE + 360_000);
    expect(await hours()).toEqual([{ hour: NINE, received: 1, delivered: 1, failed: 0 }]);
    expect((await readSpans(env.DB, NINE, NINE + HOUR))[0]?.delaySumMs).toBe(250_000);
  });

  it("counts a replay's delivery, but not again the prompt one before it, nor a delay", async () => {
    const id = await receivedAt(NINE);
    await attempt(id, NINE + 300, NINE + 700);
    await rollUp(env.DB, NINE + 120_000);
    await given.pending({ tries: 0, next_attempt_at: NINE }, id);
    await rollUp(env.DB, NINE + 180_000);
    await attempt(id, NINE + HOUR, NINE + HOUR + 500);
    await rollUp(env.DB, NINE + HOUR + 60_000);
    expect(await hours()).toEqual([
      { hour: NINE, received: 1, delivered: 1, failed: 0 },
      { hour: NINE + HOUR, received: 0, delivered: 1, failed: 0 },
    ]);
    expect((await readSpans(env.DB, NINE + HOUR, NINE + 2 * HOUR))[0]?.delaySumMs).toBe(0);
  });

  it("counts what was stored late, as after an outage of D1, in the hour in which it came", async () => {
    await receivedAt(NINE + HOUR);
    await rollUp(env.DB, NINE + 2 * HOUR);
    const id = await receivedAt(NINE);
    await attempt(id, NINE + 2 * HOUR, NINE + 2 * HOUR + 1000, FAILED);
    await attempt(id, NINE + 2 * HOUR + 20_000, NINE + 2 * HOUR + 21_000);
    await rollUp(env.DB, NINE + 2 * HOUR + 60_000);
    await rollUp(env.DB, NINE + 2 * HOUR + 120_000);
    expect(await hours()).toEqual([
      { hour: NINE, received: 1, delivered: 0, failed: 0 },
      { hour: NINE + HOUR, received: 1, delivered: 0, failed: 0 },
      { hour: NINE + 2 * HOUR, received: 0, delivered: 1, failed: 1 },
    ]);
  });

  it("counts once where a run dies after its transaction, and where two run at once", async () => {
    for (let serial = 0; serial < 20; serial++) {
      const id = await receivedAt(NINE + serial);
      if (serial % 2 === 0) await attempt(id, NINE + 1000, NINE + 2000, serial % 4 === 0 ? FAILED : ACCEPTED);
    }
    const dies = faultyD1(env.DB, { after: (trip) => (trip === 3 ? Promise.reject(new Error("died")) : undefined) });
    await expect(rollUp(dies, NINE + 120_000)).rejects.toThrow("died");
    await Promise.all([1, 2, 3].map(() => rollUp(env.DB, NINE + 180_000)));
    expect(await hours()).toEqual([{ hour: NINE, received: 20, delivered: 5, failed: 5 }]);
  });

  it("adds up once what two runs read at one time", async () => {
    const cursor = await readCursor(env.DB);
    const add = () => addUp(env.DB, cursor, cursor.seq + 1, [[NINE, "received", 7]], new Map());
    await add();
    await add();
    expect(await hours()).toEqual([{ hour: NINE, received: 7, delivered: 0, failed: 0 }]);
  });

  it("works through what has piled up in bounded pages", async () => {
    const id = await receivedAt(NINE);
    await env.DB.prepare(
      `INSERT INTO notifications SELECT (received_at + value / 3) * 1000 + value % 4 + 1, 'ntf_' || value, state, reason, contradicts, source, source_address, reference,
         mall_id, shop_order_no, pg_cno, cancel_pg_cno || value, res_cd, res_msg, cancel_date, currency, amount,
         received_at + value / 3, receipts, receipt, attempts, tries, next_attempt_at, claim, claimed_at, lease_until,
         enqueued_at, settled_at, delivered_at, confirm, confirm_tries, note, history, counted, content_type, body, kind, event_date, repeats, content
       FROM notifications, generate_series(1, 6000) WHERE id = ?`.replace(
        "generate_series(1, 6000)",
        "(WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 6000) SELECT value FROM n)",
      ),
    )
      .bind(id)
      .run();
    await rollUp(env.DB, NINE + HOUR);
    expect(await hours()).toMatchObject([{ received: 5000 }]);
    await rollUp(env.DB, NINE + HOUR);
    expect(await hours()).toMatchObject([{ received: 6001 }]);
  });
});

describe("the index of what is uncounted", () => {
  it("costs a prompt delivery no written row", async () => {
    const id = await receivedAt(NINE);
    const { meta } = await env.DB.prepare(
      `UPDATE notifications SET state = 'delivered', attempts = 1, settled_at = received_at + 500, lease_until = NULL,
         history = json_insert(history, '$[#]', json('{"outcome":"accepted"}')) WHERE id = ?`,
    )
      .bind(id)
      .run();
    // the row, and its ends in by_state and `due`
    expect(meta.rows_written).toBeLessThanOrEqual(3);
  });
});

describe("percentiles", () => {
  it("reads them off the bucket that they fall in", () => {
    const counts = DELAY_BOUNDS_MS.map(() => 0);
    counts[0] = 50;
    counts[2] = 50;
    expect(percentile(counts, 0.5)).toBe(250);
    expect(percentile(counts, 0.75)).toBe(750);
    expect(percentile(counts, 1)).toBe(1000);
    expect(percentile([], 0.5)).toBeNull();
    expect(percentile([...DELAY_BOUNDS_MS.map(() => 0), 1], 0.5)).toBe(86_400_000);
  });
});
