// Leases that ran out: whoever had the notification died, or never reported. That is a failed attempt.
import { failed } from "../outcome.ts";
import { type Decision, decide } from "../retry.ts";
import { STANDING, type Standing, attemptOf } from "./attempts.ts";

/**
 * Pending ones whose lease ran out, oldest due first. It looks at the `window` that have been due for longest: what is
 * claimed, is claimed from there, and a backlog behind it is not read each minute.
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
       WHERE leaseUntil <= ?1 LIMIT ?2`,
    )
    .bind(now, limit, window)
    .run<Standing>();
  return results;
}

/** Settles them as failed, with the usual waits; whose last try it was is dead. One statement, guarded as in settle. */
export async function settleExpired(
  db: D1Database,
  expired: readonly Standing[],
  delaysMs: readonly number[],
  now: number,
): Promise<Map<string, Decision>> {
  if (expired.length === 0) return new Map();
  const outcome = failed("no report before the lease ran out");
  const settlements = expired.map(({ id, attempts, tries, claimedAt }) => ({
    id,
    attempt: attemptOf(attempts, claimedAt, null, outcome),
    decision: decide(outcome, tries, delaysMs, now, Math.random()),
  }));
  // The + keeps by_state from being walked: each is found by its id.
  await db
    .prepare(
      `UPDATE notifications SET lease_until = NULL, settled_at = ?1,
         history = json_insert(history, '$[#]', json(ended.value -> '$.attempt')),
         next_attempt_at = coalesce(ended.value ->> '$.decision.nextAttemptAt', next_attempt_at),
         reason = iif(state = 'pending' AND ended.value ->> '$.decision.state' = 'dead', 'exhausted', reason),
         state = iif(state = 'pending', ended.value ->> '$.decision.state', state)
       FROM json_each(?2) AS ended
       WHERE notifications.id = ended.value ->> '$.id' AND attempts = ended.value ->> '$.attempt.number'
         AND lease_until IS NOT NULL AND +state IN ('pending', 'held')`,
    )
    .bind(now, JSON.stringify(settlements))
    .run();
  return new Map(settlements.map(({ id, decision }) => [id, decision]));
}
