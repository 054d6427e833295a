// Counting by hour: reads what is not counted yet, in pages, and adds it up once.
import type { Outcome } from "../rules/outcome.ts";
import { ENTRY } from "./history.ts";
import { seqAt } from "./insert.ts";

export interface Cursor {
  readonly run: number;
  /** The seq of the last notification that is counted. */
  readonly seq: number;
}

/** The fields that the sums by kind are made of. */
export interface Counting {
  readonly kind: string;
  readonly currency: string | null;
  readonly amount: string | null;
  readonly resCd: string;
  /** 0 for test notifications and foreign ones: they are not summed. */
  readonly ours: 0 | 1;
}

/** A received notification that no run has counted yet. */
export interface ReceivedRow extends Counting {
  readonly seq: number;
  readonly id: string;
  readonly receivedAt: number;
  /**
   * When it was delivered, epoch ms, if promptly by its first attempt: then it is counted together with its receipt.
   * Else null.
   */
  readonly promptAt: number | null;
}

/** A notification with attempts that no run has counted yet. */
export interface UncountedRow extends Counting {
  readonly seq: number;
  readonly id: string;
  readonly receivedAt: number;
  readonly counted: number | null;
  /** Start, duration and outcome of every attempt. */
  readonly attempts: readonly (readonly [startedAt: number, durationMs: number | null, outcome: Outcome["kind"]])[];
}

/** Adds `count` to `name` in an hour. The hour 0 is all time. */
export type Addition = readonly [hour: number, name: string, count: number];

export const PROMPT_MS = 60_000;
const PROMPT = `state = 'delivered' AND attempts = 1 AND counted IS NULL AND settled_at <= received_at + ${PROMPT_MS}`;
// Word for word the condition of the index `uncounted`. Otherwise SQLite does not use that index.
const UNCOUNTED = `json_array_length(history) > coalesce(counted, 0) AND NOT (${PROMPT})`;

const COUNTING = `kind, currency, amount, res_cd AS resCd, source <> 'test' AND reason IS NOT 'foreign' AS ours`;

export async function readCursor(db: D1Database): Promise<Cursor> {
  const cursor = await db.prepare("SELECT run, seq FROM rollup_cursor").first<Cursor>();
  if (cursor === null) throw new Error("Cannot count: rollup_cursor has no row");
  return cursor;
}

/**
 * The next page after the cursor of what was received until `to`, whatever its state; and a page of uncounted attempts.
 */
export async function readUncounted(
  db: D1Database,
  { seq }: Cursor,
  to: number,
  limit: number,
): Promise<{ received: ReceivedRow[]; uncounted: UncountedRow[] }> {
  const [received, uncounted] = await db.batch([
    db
      .prepare(
        `SELECT seq, id, received_at AS receivedAt, ${COUNTING}, iif(${PROMPT}, settled_at, NULL) AS promptAt
         FROM notifications WHERE seq > ?1 AND seq < ?2 ORDER BY seq LIMIT ?3`,
      )
      .bind(seq, seqAt(to + 1), limit),
    db
      .prepare(
        `SELECT seq, id, received_at AS receivedAt, ${COUNTING}, counted, (
           SELECT json_group_array(json_array(${ENTRY.startedAt}, ${ENTRY.durationMs}, ${ENTRY.outcome}))
           FROM json_each(history)) AS attempts
         FROM notifications INDEXED BY uncounted WHERE ${UNCOUNTED} ORDER BY settled_at LIMIT ?`,
      )
      .bind(limit),
  ]);
  const rows = (uncounted?.results ?? []) as (Omit<UncountedRow, "attempts"> & { readonly attempts: string })[];
  return {
    received: (received?.results ?? []) as ReceivedRow[],
    uncounted: rows.map((row) => ({ ...row, attempts: JSON.parse(row.attempts) as UncountedRow["attempts"] })),
  };
}

/**
 * Adds up what a run counted, and remembers that it did. One transaction. It does nothing where another run came first.
 * @param counted how many attempts are counted now, by id
 */
export async function addUp(
  db: D1Database,
  cursor: Cursor,
  next: number,
  additions: readonly Addition[],
  counted: ReadonlyMap<string, number>,
): Promise<void> {
  const unchanged = "(SELECT run FROM rollup_cursor) = ?2";
  await db.batch([
    db
      .prepare(
        `INSERT INTO rollups (hour, name, count)
         SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?1) WHERE ${unchanged}
         ON CONFLICT (hour, name) DO UPDATE SET count = count + excluded.count`,
      )
      .bind(JSON.stringify(additions), cursor.run),
    db
      .prepare(
        `UPDATE notifications SET counted = max(coalesce(counted, 0), done.value) FROM json_each(?1) AS done
         WHERE notifications.id = done.key AND ${unchanged}`,
      )
      .bind(JSON.stringify(Object.fromEntries(counted)), cursor.run),
    db.prepare("UPDATE rollup_cursor SET run = run + 1, seq = ?1 WHERE run = ?2").bind(next, cursor.run),
  ]);
}
