// What the cron does to many notifications at once, each in bounded pages: take what is overdue, replay, bury, prune.
import { type State, seqAt } from "./insert.ts";
import { DELIVERABLE, type DeliverableRow } from "./rows.ts";

/**
 * Marks as enqueued, and returns, the oldest pending ones that are free, were due by `dueBy` and not enqueued by the
 * sweep since `enqueuedBefore`. Push mode.
 */
export async function takeOverdue(
  db: D1Database,
  { dueBy, enqueuedBefore, now, limit }: { dueBy: number; enqueuedBefore: number; now: number; limit: number },
): Promise<DeliverableRow[]> {
  const { results } = await db
    .prepare(
      `UPDATE notifications SET enqueued_at = ?3 WHERE id IN (
         SELECT id FROM notifications INDEXED BY due
         WHERE state = 'pending' AND next_attempt_at <= ?1 AND lease_until IS NULL AND confirm IS NOT 'asking'
           AND (enqueued_at IS NULL OR enqueued_at <= ?2)
         ORDER BY next_attempt_at LIMIT ?4)
       RETURNING ${DELIVERABLE}`,
    )
    .bind(dueBy, enqueuedBefore, now, limit)
    .run<DeliverableRow>();
  return results;
}

/** Takes back the mark of messages that the queue did not take, so that the next run tries again. */
export async function unmarkEnqueued(db: D1Database, ids: readonly string[], enqueuedAt: number): Promise<void> {
  await db
    .prepare(
      `UPDATE notifications SET enqueued_at = NULL WHERE id IN (SELECT value FROM json_each(?1)) AND enqueued_at = ?2`,
    )
    .bind(JSON.stringify(ids), enqueuedAt)
    .run();
}

/** Claims the oldest due and free ones, whichever they are: how pull and queue mode take. One statement, so safe for many. */
export async function claimDue(
  db: D1Database,
  { hand, now, until, maxTries, limit }: { hand: string; now: number; until: number; maxTries: number; limit: number },
): Promise<DeliverableRow[]> {
  const { results } = await db
    .prepare(
      `UPDATE notifications SET attempts = attempts + 1, tries = tries + 1, claim = ?1, claimed_at = ?2, lease_until = ?3
       WHERE id IN (
         SELECT id FROM notifications INDEXED BY due
         WHERE state = 'pending' AND next_attempt_at <= ?2 AND lease_until IS NULL AND confirm IS NOT 'asking'
           AND tries < ?4
         ORDER BY next_attempt_at LIMIT ?5)
       RETURNING ${DELIVERABLE}`,
    )
    .bind(hand, now, until, maxTries, limit)
    .run<DeliverableRow>();
  return results;
}

/** Buries due ones that have no try left, as after the delays were shortened. */
export async function buryExhausted(db: D1Database, now: number, maxTries: number, limit: number): Promise<number> {
  const { meta } = await db
    .prepare(
      `UPDATE notifications SET state = 'dead', reason = 'exhausted', settled_at = ?1 WHERE id IN (
         SELECT id FROM notifications INDEXED BY due
         WHERE state = 'pending' AND next_attempt_at <= ?1 AND lease_until IS NULL AND tries >= ?2
         ORDER BY next_attempt_at LIMIT ?3)`,
    )
    .bind(now, maxTries, limit)
    .run();
  return meta.changes;
}

/**
 * Deletes finished ones (delivered or closed) received before `before`. Pending, dead and held ones stay for good: so that
 * thousands of them are not read each minute, a run looks at the next `limit` old ones after those of the run before, and
 * begins anew where that came to the end.
 */
export async function prune(db: D1Database, before: number, limit: number): Promise<number> {
  const [cursor, old] = await db.batch<{ readonly seq: number; readonly state: State }>([
    db.prepare("SELECT seq FROM prune_cursor"),
    db
      .prepare(
        `SELECT seq, state FROM notifications WHERE seq > (SELECT seq FROM prune_cursor) AND seq < ?
         ORDER BY seq LIMIT ?`,
      )
      .bind(seqAt(before), limit),
  ]);
  const rows = old?.results ?? [];
  const isAtEnd = rows.length < limit;
  if (rows.length === 0 && cursor?.results[0]?.seq === 0) return 0;
  const finished = rows.filter(({ state }) => state === "delivered" || state === "closed").map(({ seq }) => seq);
  const [deleted] = await db.batch([
    db
      .prepare(
        `DELETE FROM notifications WHERE seq IN (SELECT value FROM json_each(?))
         AND state IN ('delivered', 'closed')`,
      )
      .bind(JSON.stringify(finished)),
    db.prepare("UPDATE prune_cursor SET seq = ?1 WHERE seq <> ?1").bind(isAtEnd ? 0 : (rows.at(-1)?.seq ?? 0)),
  ]);
  return deleted?.meta.changes ?? 0;
}
