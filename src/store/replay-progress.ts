// Replays of many that the cron works off: what is left of each, stopping one, and a preview of a new one.
import { type Entry, auditOfChange } from "./audit.ts";
import { seqAt } from "./insert.ts";
import { REPLAY_COUNTS_AT_MOST } from "./replay-many.ts";
import { IS_SELECTED, type Selection, selectedRows } from "./selection.ts";

export interface ReplayProgress extends Selection {
  readonly id: number;
  readonly askedAt: number;
  /** How many there were at first, counted up to REPLAY_COUNTS_AT_MOST. */
  readonly total: number;
  /** How many are left, counted in the same way. */
  readonly left: number;
}

const SHOWN = 5;

/** The oldest first: the cron works off one after the other. At most SHOWN × REPLAY_COUNTS_AT_MOST rows are read. */
export async function listReplays(db: D1Database): Promise<ReplayProgress[]> {
  const { results } = await db
    .prepare(
      `SELECT id, from_at AS "from", to_at AS "to", asked_at AS askedAt, state, kind, mall_id AS mallId, total
       FROM replays ORDER BY id LIMIT ${SHOWN}`,
    )
    .run<Omit<ReplayProgress, "left">>();
  if (results.length === 0) return [];
  const counts = await db.batch<{ found: number }>(results.map((replay) => countStatement(db, replay, replay.askedAt)));
  return results.map((replay, index) => ({ ...replay, left: counts[index]?.results[0]?.found ?? 0 }));
}

/** What was replayed already stays replayed. @returns false where the replay is finished, or was stopped before */
export async function stopReplay(db: D1Database, id: number, entry: Entry): Promise<boolean> {
  const [deleted] = await db.batch([db.prepare("DELETE FROM replays WHERE id = ?").bind(id), auditOfChange(db, entry)]);
  return (deleted?.meta.changes ?? 0) > 0;
}

function countStatement(db: D1Database, wanted: Selection, askedAt: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT count(*) AS found FROM (${selectedRows(wanted.state, REPLAY_COUNTS_AT_MOST)}) WHERE ${IS_SELECTED}`,
    )
    .bind(...bound(wanted), askedAt);
}

function bound({ from, to, state, kind, mallId }: Selection) {
  return [seqAt(from), seqAt(to), state, kind, mallId] as const;
}

export interface SumOf {
  readonly currency: string | null;
  readonly count: number;
  /** The sum of the successes in hundredths. A failure adds nothing: its amount means nothing. */
  readonly hundredths: number;
}

/**
 * How many notifications a replay would deliver, and their sums by currency. Of more than REPLAY_COUNTS_AT_MOST only
 * the first are counted.
 */
export async function previewReplay(db: D1Database, wanted: Selection, now: number): Promise<SumOf[]> {
  const { results } = await db
    .prepare(
      `SELECT n.currency, count(*) AS count,
         sum(iif(n.res_cd = '0000', CAST(round(CAST(n.amount AS REAL) * 100) AS INTEGER), 0)) AS hundredths
       FROM (SELECT seq FROM (${selectedRows(wanted.state, REPLAY_COUNTS_AT_MOST)}) WHERE ${IS_SELECTED}) AS page
       CROSS JOIN notifications AS n ON n.seq = page.seq GROUP BY n.currency ORDER BY count(*) DESC`,
    )
    .bind(...bound(wanted), now)
    .run<SumOf>();
  return results;
}
