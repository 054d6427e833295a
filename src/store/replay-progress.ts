// Replays of many that the cron works off: what is left of each, stopping one, and a preview of a new one.
import { type Entry, auditOfChange } from "./audit.ts";
import { SUCCESS } from "../rules/notification.ts";
import { binding } from "./filters.ts";
import { REPLAY_COUNTS_AT_MOST, SELECTION } from "./replay-many.ts";
import { type Selection, isSelected, isTooShort, rowsToLookAt, selectedSeqs } from "./selection.ts";

export interface ReplayProgress extends Selection {
  readonly id: number;
  readonly askedAt: number;
  /** How many there were at first, counted up to REPLAY_COUNTS_AT_MOST. */
  readonly total: number;
  /** How many are left, counted in the same way. As many as at first where an older replay is worked off before it. */
  readonly left: number;
}

const SHOWN = 5;

/** The oldest first: the cron works off one after the other, so only the oldest is counted anew. */
export async function listReplays(db: D1Database): Promise<ReplayProgress[]> {
  const { results } = await db
    .prepare(`SELECT id, asked_at AS askedAt, total, ${SELECTION} FROM replays ORDER BY id LIMIT ${SHOWN}`)
    .run<Omit<ReplayProgress, "left">>();
  const [oldest, ...waiting] = results;
  if (oldest === undefined) return [];
  const counted = await countStatement(db, oldest, oldest.askedAt).first<{ found: number }>();
  return [{ ...oldest, left: counted?.found ?? 0 }, ...waiting.map((replay) => ({ ...replay, left: replay.total }))];
}

/** What was replayed already stays replayed. @returns false where the replay is finished, or was stopped before */
export async function stopReplay(db: D1Database, id: number, entry: Entry): Promise<boolean> {
  const [deleted] = await db.batch([db.prepare("DELETE FROM replays WHERE id = ?").bind(id), auditOfChange(db, entry)]);
  return (deleted?.meta.changes ?? 0) > 0;
}

function countStatement(db: D1Database, wanted: Selection, askedAt: number): D1PreparedStatement {
  const values = binding();
  const seqs = selectedSeqs(wanted, askedAt, REPLAY_COUNTS_AT_MOST, values);
  return db.prepare(`SELECT count(*) AS found FROM (${seqs})`).bind(...values.values);
}

export interface SumOf {
  readonly kind: string;
  readonly currency: string | null;
  readonly count: number;
  /** The sum of the successes in hundredths. A failure adds nothing: its amount means nothing. */
  readonly hundredths: number;
}

/** How many rows a preview looks at, and how many when a person asks it to count all. A row takes some 4 µs. */
export const PREVIEW_LOOKS_AT = 500;
export const PREVIEW_LOOKS_AT_MOST = 20_000;

export interface ReplayPreview {
  readonly sums: readonly SumOf[];
  /** The limit of rows was reached, so there may be more. */
  readonly isPart: boolean;
}

/**
 * Counts and sums what a replay would affect, among the first `limit` rows.
 * @returns null where more numbers begin with `q` than are read
 */
export async function previewReplay(
  db: D1Database,
  wanted: Selection,
  now: number,
  limit: number,
): Promise<ReplayPreview | null> {
  if (await isTooShort(db, wanted.q)) return null;
  const values = binding();
  const rows = rowsToLookAt(wanted, limit, values);
  // Rows that are not selected are counted as a group too. So one query also tells how many rows were read.
  const { results } = await db
    .prepare(
      `SELECT (${isSelected(wanted, now, values)}) IS TRUE AS fits, n.kind, n.currency, count(*) AS count,
         sum(iif(n.res_cd = '${SUCCESS}', CAST(round(CAST(n.amount AS REAL) * 100) AS INTEGER), 0)) AS hundredths
       FROM (${rows}) AS n GROUP BY fits, n.kind, n.currency ORDER BY count(*) DESC`,
    )
    .bind(...values.values)
    .run<SumOf & { readonly fits: 0 | 1 }>();
  const looked = results.reduce((sum, { count }) => sum + count, 0);
  const sums = results.flatMap(({ fits, ...sum }) => (fits === 1 ? [sum] : []));
  return { sums, isPart: looked >= limit };
}
