// What the console's overview shows of now: what came today, what waits, the last attempts. Counting stops at a bound.
import type { Attempt } from "../rules/outcome.ts";
import { OVERDUE_MS } from "./due-window.ts";
import { attemptOfEntry } from "./history.ts";
import { isState, seqAt } from "./insert.ts";
import { pendingSeqs } from "./pending.ts";
import { LISTED, type ListedRow, newestDelivered } from "./search.ts";

/** A count that reaches this means "at least". */
export const OVERVIEW_COUNTS_AT_MOST = 1000;
// Due rows that wait for KICC or have an open attempt are not overdue: so many due rows are looked through.
const DUE_LOOKED_AT = 300;
// How many of the rows that are due first, and of those due last, are read. With fewer pending rows none is missed.
const PENDING_LOOKED_AT = 150;
const TRIED_LOOKED_AT = 50;
const PER_STATE = 12;

export interface Traffic {
  readonly pending: number;
  readonly oldestPending: { readonly id: string; readonly receivedAt: number } | null;
  readonly lastReceivedAt: number | null;
  /** What the cron has counted today, and what came since, up to OVERVIEW_COUNTS_AT_MOST. */
  readonly receivedToday: number;
}

/**
 * One query. Measured with 100,000 rows: at most 2,000 rows read, and the rollups of a day.
 * @param midnight KST, epoch ms
 */
export async function readTraffic(db: D1Database, midnight: number): Promise<Traffic> {
  const row = await db
    .prepare(
      `SELECT ${counted("SELECT 1 FROM notifications INDEXED BY due WHERE state = 'pending'")} AS pending,
         (SELECT json_object('id', id, 'receivedAt', received_at) FROM notifications
          WHERE seq = (SELECT min(seq) FROM (${pendingSeqs(PENDING_LOOKED_AT)}))) AS oldestPending,
         (SELECT received_at FROM notifications ORDER BY seq DESC LIMIT 1) AS lastReceivedAt,
         (SELECT coalesce(sum(count), 0) FROM rollups WHERE hour >= ?1 AND name = 'received')
         + ${counted("SELECT 1 FROM notifications WHERE seq > max(?2, (SELECT seq FROM rollup_cursor))")} AS receivedToday`,
    )
    .bind(midnight, seqAt(midnight))
    .first<Omit<Traffic, "oldestPending"> & { readonly oldestPending: string | null }>();
  if (row === null) throw new Error("Cannot read the overview: D1 returned no row");
  return { ...row, oldestPending: JSON.parse(row.oldestPending ?? "null") as Traffic["oldestPending"] };
}

function counted(select: string): string {
  return `(SELECT count(*) FROM (${select} LIMIT ${OVERVIEW_COUNTS_AT_MOST}))`;
}

/** SQL: rows due since ?1 without an open attempt that do not wait for KICC. */
function overdue(columns: string): string {
  return `SELECT ${columns} FROM (
    SELECT id, next_attempt_at, lease_until, confirm FROM notifications INDEXED BY due
    WHERE state = 'pending' AND next_attempt_at <= ?1 ORDER BY next_attempt_at LIMIT ${DUE_LOOKED_AT})
    WHERE confirm IS NOT 'asking' AND (lease_until IS NULL OR lease_until <= ?1)`;
}

/** The overdue ones, the longest first. */
export async function listOverdue(db: D1Database, now: number, limit: number): Promise<ListedRow[]> {
  const { results } = await db
    .prepare(
      `WITH page AS (${overdue("id, next_attempt_at")} ORDER BY next_attempt_at LIMIT ?2)
       SELECT ${LISTED} FROM page CROSS JOIN notifications AS n ON n.id = page.id ORDER BY page.next_attempt_at`,
    )
    .bind(now - OVERDUE_MS, limit)
    .run<ListedRow>();
  return results;
}

export interface LastAttempt extends Attempt {
  readonly id: string;
  readonly kind: string;
  readonly shopOrderNo: string | null;
  readonly amount: string | null;
  readonly currency: string | null;
}

/**
 * The last attempts of the newest delivered, pending and dead notifications, newest first. They show how the origin
 * answers at present.
 */
export async function readLastAttempts(db: D1Database, limit: number): Promise<LastAttempt[]> {
  const newest = [
    newestDelivered("true"),
    `SELECT DISTINCT seq FROM (${pendingSeqs(TRIED_LOOKED_AT)}) ORDER BY seq DESC`,
    `SELECT seq FROM notifications WHERE ${isState("dead")} ORDER BY seq DESC`,
  ].map((select) => `SELECT * FROM (${select} LIMIT ${PER_STATE})`);
  const { results } = await db
    .prepare(
      `WITH newest AS (${newest.join(" UNION ALL ")})
       SELECT n.id, n.kind, n.shop_order_no AS shopOrderNo, n.amount, n.currency, n.received_at AS receivedAt,
         n.history -> '$[#-1]' AS attempt
       FROM newest CROSS JOIN notifications AS n ON n.seq = newest.seq
       WHERE n.settled_at IS NOT NULL ORDER BY n.settled_at DESC LIMIT ?`,
    )
    .bind(limit)
    .run<Omit<LastAttempt, keyof Attempt> & { readonly receivedAt: number; readonly attempt: string }>();
  return results.map(({ attempt, receivedAt, ...row }) => ({ ...attemptOfEntry(attempt, receivedAt), ...row }));
}
