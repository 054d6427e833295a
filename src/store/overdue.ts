// What the cron does to many due notifications at once, in bounded pages: marks them as enqueued, claims them, or makes
// them dead.
import { type Lease, UNCLAIM } from "./claim.ts";
import { type Window, boundsOf, windowOf } from "./due-window.ts";
import { DELIVERABLE, type DeliverableRow } from "./rows.ts";

/**
 * Push mode: marks as enqueued, and returns, the first due rows of the window. They must be free, have a try left, have
 * been due by `dueBy`, and not have been enqueued by the sweep since `enqueuedBefore`.
 */
export async function markOverdue(
  db: D1Database,
  window: Window,
  wanted: {
    readonly dueBy: number;
    readonly enqueuedBefore: number;
    readonly maxTries: number;
    readonly now: number;
    readonly limit: number;
  },
): Promise<DeliverableRow[]> {
  const { dueBy, enqueuedBefore, maxTries, now, limit } = wanted;
  const { results } = await db
    .prepare(
      `UPDATE notifications SET enqueued_at = ?6 WHERE seq IN (
         SELECT seq FROM (${windowOf("seq, next_attempt_at, lease_until, confirm, enqueued_at, tries")})
         WHERE next_attempt_at <= ?4 AND ${FREE} AND tries < ?7 AND (enqueued_at IS NULL OR enqueued_at <= ?5)
         LIMIT ?8)
       RETURNING ${DELIVERABLE}`,
    )
    .bind(...boundsOf(window), dueBy, enqueuedBefore, now, maxTries, limit)
    .run<DeliverableRow>();
  return results;
}

/** No attempt is open, and KICC is not to be asked first. */
const FREE = "lease_until IS NULL AND confirm IS NOT 'asking'";

/** Takes the mark back from rows whose message the queue did not take. The next run tries again. */
export async function unmarkEnqueued(db: D1Database, ids: readonly string[], enqueuedAt: number): Promise<void> {
  await db
    .prepare(
      `UPDATE notifications SET enqueued_at = NULL WHERE id IN (SELECT value FROM json_each(?1)) AND enqueued_at = ?2`,
    )
    .bind(JSON.stringify(ids), enqueuedAt)
    .run();
}

/**
 * Pull and queue mode: claims the first free rows of the window. It is one statement, so two claimants never get the
 * same row.
 */
export async function claimDue(db: D1Database, window: Window, lease: Lease, limit: number): Promise<DeliverableRow[]> {
  const { claimant, now, until, maxTries } = lease;
  const { results } = await db
    .prepare(
      `UPDATE notifications SET attempts = attempts + 1, tries = tries + 1, claim = ?4, claimed_at = ?5, lease_until = ?6
       WHERE seq IN (
         SELECT seq FROM (${windowOf("seq, lease_until, confirm, tries")}) WHERE ${FREE} AND tries < ?7 LIMIT ?8)
       RETURNING ${DELIVERABLE}`,
    )
    .bind(...boundsOf(window), claimant, now, until, maxTries, limit)
    .run<DeliverableRow>();
  return results;
}

/** Ends the claims of one claimant in the window, because nobody got them. Safe to run twice. */
export async function unclaimDue(db: D1Database, window: Window, claimant: string): Promise<void> {
  await db
    .prepare(
      `UPDATE notifications SET ${UNCLAIM} WHERE seq IN (
         SELECT seq FROM (${windowOf("seq, claim, lease_until")}) WHERE claim = ?4 AND lease_until IS NOT NULL)`,
    )
    .bind(...boundsOf(window), claimant)
    .run();
}

/** Makes rows of the window dead that have no try left, for example after RETRY_DELAYS_SECONDS was shortened. */
export async function buryExhausted(
  db: D1Database,
  window: Window,
  maxTries: number,
  now: number,
  limit: number,
): Promise<number> {
  const { meta } = await db
    .prepare(
      `UPDATE notifications SET state = 'dead', reason = 'exhausted', settled_at = ?4 WHERE seq IN (
         SELECT seq FROM (${windowOf("seq, lease_until, tries")}) WHERE lease_until IS NULL AND tries >= ?5 LIMIT ?6)`,
    )
    .bind(...boundsOf(window), now, maxTries, limit)
    .run();
  return meta.changes;
}
