// Claim and settle: a delivery is taken by one atomic statement and recorded by one guarded one, a batch at a time.
import type { Attempt, Outcome } from "../outcome.ts";
import type { Decision } from "../retry.ts";
import type { State } from "./notifications.ts";

/** Who claims, from when, until when. `hand` makes a claim whose reply was lost safe to repeat. */
export interface Lease {
  readonly hand: string;
  readonly now: number;
  readonly until: number;
  /** A notification with more tries than this has none left: the sweep buries it. */
  readonly maxTries: number;
}

export interface Claimed {
  readonly id: string;
  readonly mallId: string | null;
  readonly attempts: number;
  readonly tries: number;
  readonly reference: string | null;
  readonly confirmed: 0 | 1;
}

/** Where a notification stands that could not be claimed. */
export interface Standing {
  readonly id: string;
  readonly state: State;
  readonly attempts: number;
  readonly tries: number;
  readonly nextAttemptAt: number;
  readonly claimedAt: number;
  readonly leaseUntil: number | null;
  readonly confirm: "asking" | "confirmed" | null;
}

/** The columns of a Standing. */
export const STANDING = `id, state, attempts, tries, next_attempt_at AS nextAttemptAt, claimed_at AS claimedAt,
  lease_until AS leaseUntil, confirm`;

const OPEN_ATTEMPT = `attempts = attempts + (claim IS NOT ?1 OR lease_until IS NULL),
  tries = tries + (claim IS NOT ?1 OR lease_until IS NULL),
  claim = ?1, claimed_at = ?2, lease_until = ?3`;

const CLAIMABLE = `state = 'pending' AND next_attempt_at <= ?2 AND confirm IS NOT 'asking'
  AND (lease_until IS NULL AND tries < ?4 OR claim = ?1 AND lease_until > ?2)`;

/**
 * Claims those of `ids` that are due and free; of the others it tells where they stand. Ids in neither list are
 * unknown to D1. One round trip.
 */
export async function claim(
  db: D1Database,
  ids: readonly string[],
  lease: Lease,
): Promise<{ claimed: Claimed[]; standing: Map<string, Standing> }> {
  const [claimed, standing] = await db.batch([
    db
      .prepare(
        `UPDATE notifications SET ${OPEN_ATTEMPT}
         WHERE id IN (SELECT value FROM json_each(?5)) AND ${CLAIMABLE}
         RETURNING id, mall_id AS mallId, attempts, tries, reference, confirm IS 'confirmed' AS confirmed`,
      )
      .bind(lease.hand, lease.now, lease.until, lease.maxTries, JSON.stringify(ids)),
    standingStatement(db, ids),
  ]);
  return { claimed: (claimed?.results ?? []) as Claimed[], standing: byId((standing?.results ?? []) as Standing[]) };
}

/** Where each of `ids` stands; those that D1 has not got are missing. */
export async function standings(db: D1Database, ids: readonly string[]): Promise<Map<string, Standing>> {
  return byId((await standingStatement(db, ids).run<Standing>()).results);
}

function standingStatement(db: D1Database, ids: readonly string[]): D1PreparedStatement {
  return db
    .prepare(`SELECT ${STANDING} FROM notifications WHERE id IN (SELECT value FROM json_each(?))`)
    .bind(JSON.stringify(ids));
}

function byId(rows: readonly Standing[]): Map<string, Standing> {
  return new Map(rows.map((row) => [row.id, row]));
}

export interface Settlement {
  readonly id: string;
  readonly attempt: Attempt;
  readonly decision: Decision;
}

/**
 * Records how attempts ended, in one round trip. Settling twice is settling once. An acceptance counts for whatever
 * attempt it comes from; a failure only for the one that is open.
 * @returns for each settlement whether it changed anything
 */
export async function settle(db: D1Database, settlements: readonly Settlement[], now: number): Promise<boolean[]> {
  if (settlements.length === 0) return [];
  const results = await db.batch(settlements.map((settlement) => settleStatement(db, settlement, now)));
  return results.map((result) => result.meta.changes > 0);
}

/** One settlement, for a batch. */
export function settleStatement(
  db: D1Database,
  { id, attempt, decision }: Settlement,
  now: number,
): D1PreparedStatement {
  const entry = JSON.stringify(attempt);
  const record = `lease_until = NULL, settled_at = ?2, history = json_insert(history, '$[#]', json(?3))`;
  switch (decision.state) {
    case "delivered":
      return db
        .prepare(
          `UPDATE notifications SET ${record}, state = 'delivered', reason = NULL, delivered_at = ?2
           WHERE id = ?1 AND state IN ('pending', 'held', 'dead') AND attempts >= ?4`,
        )
        .bind(id, now, entry, attempt.number);
    case "pending":
      return db
        .prepare(
          `UPDATE notifications SET ${record}, next_attempt_at = ?5
           WHERE id = ?1 AND attempts = ?4 AND lease_until IS NOT NULL AND state IN ('pending', 'held')`,
        )
        .bind(id, now, entry, attempt.number, decision.nextAttemptAt);
    case "dead":
      // One that became held meanwhile stays held: it needs a person either way, and held says why.
      return db
        .prepare(
          `UPDATE notifications SET ${record}, reason = iif(state = 'pending', ?5, reason),
             state = iif(state = 'pending', 'dead', state)
           WHERE id = ?1 AND attempts = ?4 AND lease_until IS NOT NULL AND state IN ('pending', 'held')`,
        )
        .bind(id, now, entry, attempt.number, decision.reason);
  }
}

/** Makes an attempt's entry for the history. */
export function attemptOf(number: number, startedAt: number, endedAt: number | null, outcome: Outcome): Attempt {
  return {
    number,
    startedAt,
    durationMs: endedAt === null ? null : endedAt - startedAt,
    outcome: outcome.kind,
    status: outcome.status,
    error: outcome.kind === "accepted" ? null : outcome.error,
    answer: outcome.answer,
  };
}
