// What the cron does to many notifications at once, in bounded pages: mark or claim what is overdue, bury what has no try left.
import { type Lease, UNCLAIM } from "./claim.ts";
import { type Window, boundsOf, windowOf } from "./due-window.ts";
import { DELIVERABLE, type DeliverableRow } from "./rows.ts";

/**
 * Marks as enqueued, and returns, the oldest ones of the window that are free, have a try left, were due by `dueBy` and
 * not enqueued by the sweep since `enqueuedBefore`. Push mode.
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

/** Nobody has it, and KICC is not to be asked first. */
const FREE = "lease_until IS NULL AND confirm IS NOT 'asking'";

/** Takes back the mark of messages that the queue did not take, so that the next run tries again. */
export async function unmarkEnqueued(db: D1Database, ids: readonly string[], enqueuedAt: number): Promise<void> {
  await db
    .prepare(
      `UPDATE notifications SET enqueued_at = NULL WHERE id IN (SELECT value FROM json_each(?1)) AND enqueued_at = ?2`,
    )
    .bind(JSON.stringify(ids), enqueuedAt)
    .run();
}

/** Claims the oldest free ones of the window: how pull and queue mode take. One statement, so safe for many at once. */
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

/** Undoes the claims of one hand in the window: nobody got them. Safe to run twice. */
export async function unclaimDue(db: D1Database, window: Window, claimant: string): Promise<void> {
  await db
    .prepare(
      `UPDATE notifications SET ${UNCLAIM} WHERE seq IN (
         SELECT seq FROM (${windowOf("seq, claim, lease_until")}) WHERE claim = ?4 AND lease_until IS NOT NULL)`,
    )
    .bind(...boundsOf(window), claimant)
    .run();
}

/** Buries those of the window that have no try left, as after the delays were shortened. */
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
