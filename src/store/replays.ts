// Replay: a person asks for a new delivery, of one or of many. Attempts count on, the delays start anew.
import { DELIVERABLE, type DeliverableRow } from "./rows.ts";

const REPLAY = `state = 'pending', reason = NULL, tries = 0, next_attempt_at = ?2, enqueued_at = NULL,
  delivered_at = NULL, confirm = iif(confirm = 'asking', NULL, confirm)`;

/**
 * Makes one pending again, due now. What a person replays, KICC is not asked about.
 * @returns null where it is pending, closed or unknown: nothing changed
 */
export async function replay(db: D1Database, id: string, now: number): Promise<DeliverableRow | null> {
  return db
    .prepare(
      `UPDATE notifications SET ${REPLAY} WHERE id = ?1 AND state IN ('delivered', 'dead', 'held')
       RETURNING ${DELIVERABLE}`,
    )
    .bind(id, now)
    .first<DeliverableRow>();
}

/** Asks for a replay of all that are dead now and were received in [from, to). @returns how many */
export async function askReplay(db: D1Database, from: number, to: number, now: number): Promise<number> {
  const [, counted] = await db.batch<{ dead: number }>([
    db.prepare("INSERT INTO replays (from_at, to_at, asked_at) VALUES (?, ?, ?)").bind(from, to, now),
    db
      .prepare(
        "SELECT count(*) AS dead FROM notifications WHERE state = 'dead' AND received_at >= ? AND received_at < ?",
      )
      .bind(from, to),
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
         SELECT id FROM notifications WHERE state = 'dead' AND received_at >= ?1 AND received_at < ?3
           AND settled_at <= ?4
         ORDER BY received_at LIMIT ?5)
       RETURNING ${DELIVERABLE}`,
    )
    .bind(asked.fromAt, now, asked.toAt, asked.askedAt, limit)
    .run<DeliverableRow>();
  if (results.length < limit) await db.prepare("DELETE FROM replays WHERE id = ?").bind(asked.id).run();
  return results;
}
