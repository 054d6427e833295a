// What the console's overview shows of now: counts that stop at a bound, the oldest pending one, the last attempts.
import type { Attempt } from "../rules/outcome.ts";
import { attemptOfEntry } from "./history.ts";
import { isState } from "./insert.ts";
import { pendingSeqs } from "./pending.ts";
import { LISTED, type ListedRow, newestDelivered } from "./search.ts";

/** Nobody needs a larger number to begin: a count of it means "at least". */
export const OVERVIEW_COUNTS_AT_MOST = 100;
export const OVERDUE_MS = 5 * 60 * 1000;
// Those that wait for KICC's word, or are being tried, are due too, and not overdue: so many are looked at.
const DUE_LOOKED_AT = 300;
// Of those due first and of those due last, for the oldest and for the last attempts. Of fewer none is missed.
const PENDING_LOOKED_AT = 150;
const TRIED_LOOKED_AT = 50;
const PER_STATE = 12;

export interface Needs {
  readonly dead: number;
  readonly held: number;
  readonly quarantined: number;
  readonly overdue: number;
  readonly unresolved: number;
  readonly oldestPending: { readonly id: string; readonly receivedAt: number } | null;
}

/** One query. Measured with 100,000 rows: at most 1,100 rows read. */
export async function readNeeds(db: D1Database, now: number): Promise<Needs> {
  const row = await db
    .prepare(
      `SELECT ${counted(`SELECT 1 FROM notifications WHERE ${isState("dead")}`)} AS dead,
         ${counted(`SELECT 1 FROM notifications WHERE ${isState("held")}`)} AS held,
         ${counted("SELECT 1 FROM quarantine")} AS quarantined,
         ${counted(overdue("1"))} AS overdue,
         ${counted("SELECT 1 FROM cancellations WHERE state = 'unresolved'")} AS unresolved,
         (SELECT json_object('id', id, 'receivedAt', received_at) FROM notifications
          WHERE seq = (SELECT min(seq) FROM (${pendingSeqs(PENDING_LOOKED_AT)}))) AS oldestPending`,
    )
    .bind(now - OVERDUE_MS)
    .first<Omit<Needs, "oldestPending"> & { readonly oldestPending: string | null }>();
  if (row === null) throw new Error("Cannot read the overview: D1 returned no row");
  return { ...row, oldestPending: JSON.parse(row.oldestPending ?? "null") as Needs["oldestPending"] };
}

function counted(select: string): string {
  return `(SELECT count(*) FROM (${select} LIMIT ${OVERVIEW_COUNTS_AT_MOST}))`;
}

/** Due since ?1 and neither under way nor waiting for KICC's word. */
function overdue(columns: string): string {
  return `SELECT ${columns} FROM (
    SELECT id, next_attempt_at, lease_until, confirm FROM notifications INDEXED BY due
    WHERE state = 'pending' AND next_attempt_at <= ?1 ORDER BY next_attempt_at LIMIT ${DUE_LOOKED_AT})
    WHERE confirm IS NOT 'asking' AND (lease_until IS NULL OR lease_until <= ?1)`;
}

/** Those overdue, the longest first. */
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
}

/** The last attempts of the newest delivered, pending and dead ones, newest first: how the origin has been of late. */
export async function readLastAttempts(db: D1Database, limit: number): Promise<LastAttempt[]> {
  const newest = [
    newestDelivered("true"),
    `SELECT DISTINCT seq FROM (${pendingSeqs(TRIED_LOOKED_AT)}) ORDER BY seq DESC`,
    `SELECT seq FROM notifications WHERE ${isState("dead")} ORDER BY seq DESC`,
  ].map((select) => `SELECT * FROM (${select} LIMIT ${PER_STATE})`);
  const { results } = await db
    .prepare(
      `WITH newest AS (${newest.join(" UNION ALL ")})
       SELECT n.id, n.received_at AS receivedAt, n.history -> '$[#-1]' AS attempt FROM newest CROSS JOIN notifications AS n ON n.seq = newest.seq
       WHERE n.settled_at IS NOT NULL ORDER BY n.settled_at DESC LIMIT ?`,
    )
    .bind(limit)
    .run<{ readonly id: string; readonly receivedAt: number; readonly attempt: string }>();
  return results.map(({ id, receivedAt, attempt }) => ({ ...attemptOfEntry(attempt, receivedAt), id }));
}
