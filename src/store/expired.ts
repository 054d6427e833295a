// Leases that ran out: the claimant died, or never reported. That is a failed attempt.
import { failed } from "../rules/outcome.ts";
import { type Decision, decide } from "../rules/retry.ts";
import { WINDOW, type Window, boundsOf, windowOf } from "./due-window.ts";
import { isState } from "./insert.ts";
import { attemptOf, settle } from "./settle.ts";
import { STANDING, type Standing } from "./standing.ts";

/** Finds those in the window, or in its first `rows` rows, whose lease ran out, first due first. */
export async function findExpired(
  db: D1Database,
  window: Window,
  now: number,
  limit: number,
  rows: number = WINDOW,
): Promise<Standing[]> {
  const { results } = await db
    .prepare(`SELECT * FROM (${windowOf(STANDING, rows)}) WHERE leaseUntil <= ?4 LIMIT ?5`)
    .bind(...boundsOf(window), now, limit)
    .run<Standing>();
  return results;
}

/**
 * Finds those that became held while an attempt was open, and whose lease ran out since. It looks through the newest
 * held rows.
 */
export async function findExpiredHeld(db: D1Database, now: number, limit: number): Promise<Standing[]> {
  const { results } = await db
    .prepare(
      `SELECT * FROM (
         SELECT ${STANDING} FROM notifications INDEXED BY by_state
         WHERE ${isState("held")} ORDER BY seq DESC LIMIT ${WINDOW})
       WHERE leaseUntil <= ?1 LIMIT ?2`,
    )
    .bind(now, limit)
    .run<Standing>();
  return results;
}

/** Settles them as failed: pending after the usual wait, or dead after the last try. One round trip. */
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
