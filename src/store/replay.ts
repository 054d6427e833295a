// Replay: a person asks for a new delivery, of one or of many. Attempts count on, the delays start anew.
import { SUCCESS } from "../rules/notification.ts";
import { type Entry, audit, auditOfChange } from "./audit.ts";
import { isState, seqAt } from "./insert.ts";
import { DELIVERABLE, type DeliverableRow } from "./rows.ts";
import { type ListedRow, listedStatement } from "./search.ts";

// One that was held while an attempt was open keeps its lease; having no tries, it does not die of that attempt.
const REPLAY = `state = 'pending', reason = NULL, tries = 0, next_attempt_at = ?2, enqueued_at = NULL,
  delivered_at = NULL, confirm = iif(confirm = 'asking', NULL, confirm)`;

export interface Replayed {
  /** null where it is pending or unknown: nothing changed. */
  readonly replayed: DeliverableRow | null;
  /** As it stands now; null where it is unknown. */
  readonly row: ListedRow | null;
}

/** A success that was held superseded no failure when it was stored: it does when it goes its way after all. */
const SUPERSEDE = `
  UPDATE notifications SET state = 'held', reason = 'superseded', contradicts = ?1
  WHERE cancel_pg_cno = (
      SELECT cancel_pg_cno FROM notifications WHERE id = ?1 AND state = 'held' AND res_cd = '${SUCCESS}')
    AND +state = 'pending' AND res_cd <> '${SUCCESS}'`;

/** Makes one pending again, due now. What a person replays, KICC is not asked about. One round trip. */
export async function replay(db: D1Database, id: string, entry: Entry): Promise<Replayed> {
  const [, replayed, , row] = await db.batch([
    db.prepare(SUPERSEDE).bind(id),
    db
      .prepare(
        `UPDATE notifications SET ${REPLAY} WHERE id = ?1 AND state <> 'pending'
         RETURNING ${DELIVERABLE}`,
      )
      .bind(id, entry.at),
    auditOfChange(db, entry),
    listedStatement(db, id),
  ]);
  return {
    replayed: (replayed?.results[0] as DeliverableRow | undefined) ?? null,
    row: (row?.results[0] as ListedRow | undefined) ?? null,
  };
}

/** Nobody waits for a count of more: reading on would cost a row each. */
export const COUNTED_AT_MOST = 1900;

/**
 * Asks for a replay of all that are dead now and were received in [from, to). One round trip.
 * @returns how many, counted up to COUNTED_AT_MOST; all of them are replayed
 */
export async function askReplay(db: D1Database, from: number, to: number, entry: Entry): Promise<number> {
  const [, , counted] = await db.batch<{ dead: number }>([
    db.prepare("INSERT INTO replays (from_at, to_at, asked_at) VALUES (?, ?, ?)").bind(from, to, entry.at),
    audit(db, entry),
    db
      .prepare(
        `SELECT count(*) AS dead FROM (
           SELECT 1 FROM notifications WHERE ${isState("dead")} AND seq >= ? AND seq < ? LIMIT ?)`,
      )
      .bind(seqAt(from), seqAt(to), COUNTED_AT_MOST),
  ]);
  return counted?.results[0]?.dead ?? 0;
}

/** Takes the next page of the oldest asked replay; one with nothing left is forgotten. */
export async function replayNext(db: D1Database, now: number, limit: number): Promise<DeliverableRow[]> {
  const asked = await db
    .prepare("SELECT id, from_at AS fromAt, to_at AS toAt, asked_at AS askedAt FROM replays ORDER BY id LIMIT 1")
    .first<{ id: number; fromAt: number; toAt: number; askedAt: number }>();
  if (asked === null) return [];
  const { results } = await db
    .prepare(
      `UPDATE notifications SET ${REPLAY} WHERE id IN (
         SELECT id FROM notifications WHERE ${isState("dead")} AND seq >= ?1 AND seq < ?3
           AND settled_at <= ?4
         ORDER BY seq LIMIT ?5)
       RETURNING ${DELIVERABLE}`,
    )
    .bind(seqAt(asked.fromAt), now, seqAt(asked.toAt), asked.askedAt, limit)
    .run<DeliverableRow>();
  if (results.length < limit) await db.prepare("DELETE FROM replays WHERE id = ?").bind(asked.id).run();
  return results;
}
