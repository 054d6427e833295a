// Claim and settle: a delivery is taken by one atomic statement and recorded by one guarded one, a batch at a time.
import type { Attempt, Outcome } from "../rules/outcome.ts";
import type { Decision } from "../rules/retry.ts";
import type { State } from "./insert.ts";

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
  readonly attempts: number;
  readonly tries: number;
  readonly reference: string | null;
  readonly repeats: string | null;
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

// The plus keeps SQLite from going through all pending ones in place of `ids`: a backlog would make every claim read it.
const CLAIMABLE = `+state = 'pending' AND next_attempt_at <= ?2 AND confirm IS NOT 'asking'
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
         RETURNING id, attempts, tries, reference, repeats, confirm IS 'confirmed' AS confirmed`,
      )
      .bind(lease.hand, lease.now, lease.until, lease.maxTries, JSON.stringify(ids)),
    standingStatement(db, ids),
  ]);
  return { claimed: (claimed?.results ?? []) as Claimed[], standing: byId((standing?.results ?? []) as Standing[]) };
}

/** Undoes the claims of one hand on what is held since: nothing is sent of it. */
export async function unclaimHeld(db: D1Database, ids: readonly string[], hand: string): Promise<void> {
  await db
    .prepare(
      `UPDATE notifications SET attempts = attempts - 1, tries = tries - 1, claim = NULL, lease_until = NULL
       WHERE id IN (SELECT value FROM json_each(?1)) AND claim = ?2 AND state = 'held' AND lease_until IS NOT NULL`,
    )
    .bind(JSON.stringify(ids), hand)
    .run();
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

/** SQL: the entry of an open attempt that nobody will report any more. @param error an SQL expression */
export function unreported(error: string): string {
  return `json_object('number', attempts, 'startedAt', claimed_at, 'durationMs', NULL, 'outcome', 'failed',
    'status', NULL, 'error', ${error}, 'answer', NULL)`;
}

/**
 * Records how attempts ended, all in one statement. Settling twice is settling once. An acceptance counts for whatever
 * attempt it comes from; a failure only for the one that is open. One that became held meanwhile keeps its reason: it
 * needs a person either way. One that a person replayed meanwhile has no tries yet, and does not die of the attempt
 * before. Where an attempt before the open one is accepted, the open one ends with it.
 */
const DECIDES = `(ended.state = 'delivered'
  OR notifications.state = 'pending' AND (ended.state = 'pending' OR notifications.tries > 0))`;
const SETTLE = `
  UPDATE notifications SET lease_until = NULL, settled_at = ?1,
    history = json_insert(iif(lease_until IS NOT NULL AND attempts > ended.number,
      json_insert(history, '$[#]', ${unreported("'no report before attempt ' || ended.number || ' was accepted'")}),
      history), '$[#]', json(ended.attempt)),
    state = iif(${DECIDES}, ended.state, notifications.state),
    reason = iif(${DECIDES}, ended.reason, notifications.reason),
    next_attempt_at = coalesce(ended.nextAttemptAt, next_attempt_at),
    delivered_at = iif(ended.state = 'delivered', ?1, delivered_at)
  FROM (
    SELECT value ->> '$.id' AS id, value -> '$.attempt' AS attempt, value ->> '$.attempt.number' AS number,
      value ->> '$.decision.state' AS state, value ->> '$.decision.reason' AS reason,
      value ->> '$.decision.nextAttemptAt' AS nextAttemptAt
    FROM json_each(?2)
  ) AS ended
  WHERE notifications.id = ended.id AND iif(ended.state = 'delivered',
    notifications.state IN ('pending', 'held', 'dead') AND attempts >= ended.number,
    notifications.state IN ('pending', 'held') AND attempts = ended.number AND lease_until IS NOT NULL)`;

export function settleStatement(db: D1Database, settlements: readonly Settlement[], now: number): D1PreparedStatement {
  return db.prepare(SETTLE).bind(now, JSON.stringify(settlements));
}

export async function settle(db: D1Database, settlements: readonly Settlement[], now: number): Promise<void> {
  if (settlements.length > 0) await settleStatement(db, settlements, now).run();
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
