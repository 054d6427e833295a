// Leases that ran out: whoever had the notification died, or never reported. That is a failed attempt.
import { failed } from "../outcome.ts";
import { type Decision, decide } from "../retry.ts";
import { STANDING, type Standing, attemptOf, settle } from "./attempts.ts";

/** Of the held ones only the newest may have a lease: they became held while an attempt was open. */
const HELD_WINDOW = 100;

/**
 * Those whose lease ran out: pending ones, oldest due first, and held ones. It looks at the `window` that have been due
 * for longest: what is claimed, is claimed from there, and a backlog behind it is not read each minute.
 */
export async function findExpired(
  db: D1Database,
  now: number,
  { limit, window }: { limit: number; window: number },
): Promise<Standing[]> {
  const { results } = await db
    .prepare(
      `SELECT * FROM (
         SELECT ${STANDING} FROM notifications INDEXED BY due
         WHERE state = 'pending' AND next_attempt_at <= ?1 ORDER BY next_attempt_at LIMIT ?3)
       WHERE leaseUntil <= ?1
       UNION ALL
       SELECT * FROM (
         SELECT ${STANDING} FROM notifications INDEXED BY by_state
         WHERE state = 'held' ORDER BY received_at DESC LIMIT ${HELD_WINDOW})
       WHERE leaseUntil <= ?1
       LIMIT ?2`,
    )
    .bind(now, limit, window)
    .run<Standing>();
  return results;
}

/** Settles them as failed, with the usual waits; whose last try it was is dead. One round trip. */
export async function settleExpired(
  db: D1Database,
  expired: readonly Standing[],
  delaysMs: readonly number[],
  now: number,
): Promise<Map<string, Decision>> {
  const outcome = failed("no report before the lease ran out");
  const settlements = expired.map(({ id, attempts, tries, claimedAt }) => ({
    id,
    attempt: attemptOf(attempts, claimedAt, null, outcome),
    decision: decide(outcome, tries, delaysMs, now, Math.random()),
  }));
  await settle(db, settlements, now);
  return new Map(settlements.map(({ id, decision }) => [id, decision]));
}
