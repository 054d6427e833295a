// Leases that ran out: whoever had the notification died, or never reported. That is a failed attempt.
import { failed } from "../rules/outcome.ts";
import { type Decision, decide } from "../rules/retry.ts";
import { isState } from "./insert.ts";
import { attemptOf, settle } from "./settle.ts";
import { STANDING, type Standing } from "./standing.ts";

/**
 * Those whose lease ran out: pending ones, oldest due first, and such as became held while an attempt was open. It looks
 * at the `window` pending ones that have been due for longest: what is claimed, is claimed from there, and a backlog
 * behind it is not read each minute. Of the held ones it looks at the `held` newest.
 */
export async function findExpired(
  db: D1Database,
  now: number,
  { limit, window, held }: { limit: number; window: number; held: number },
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
         WHERE ${isState("held")} ORDER BY seq DESC LIMIT ?4)
       WHERE leaseUntil <= ?1
       LIMIT ?2`,
    )
    .bind(now, limit, window, held)
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
