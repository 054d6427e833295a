// Claiming: a delivery is taken by one atomic statement, a batch at a time, and given back where nobody made the attempt.
import { type Standing, byId, standingStatement } from "./standing.ts";

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
  readonly confirmed: 0 | 1;
}

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
         RETURNING id, attempts, tries, reference, confirm IS 'confirmed' AS confirmed`,
      )
      .bind(lease.hand, lease.now, lease.until, lease.maxTries, JSON.stringify(ids)),
    standingStatement(db, ids),
  ]);
  return { claimed: (claimed?.results ?? []) as Claimed[], standing: byId((standing?.results ?? []) as Standing[]) };
}

// A notification that was replayed while its attempt was open has no tries to take back.
const GIVE_BACK = "attempts = attempts - 1, tries = max(tries - 1, 0), claim = NULL, lease_until = NULL";

/** Undoes the claims of one hand on what is held since: nothing is sent of it. */
export async function unclaimHeld(db: D1Database, ids: readonly string[], hand: string): Promise<void> {
  await db
    .prepare(
      `UPDATE notifications SET ${GIVE_BACK}
       WHERE id IN (SELECT value FROM json_each(?1)) AND claim = ?2 AND +state = 'held' AND lease_until IS NOT NULL`,
    )
    .bind(JSON.stringify(ids), hand)
    .run();
}

/** Undoes the claims of one hand that nobody made use of: their attempts were never made, and are free at once. */
export async function unclaim(db: D1Database, ids: readonly string[], hand: string): Promise<void> {
  await db
    .prepare(
      `UPDATE notifications SET ${GIVE_BACK}
       WHERE id IN (SELECT value FROM json_each(?1)) AND claim = ?2 AND lease_until IS NOT NULL`,
    )
    .bind(JSON.stringify(ids), hand)
    .run();
}

/**
 * The same where the claim's reply was lost, so that its ids are not known. Whoever claims the oldest due ones claimed
 * from the `window` pending ones that have been due for longest.
 */
export async function unclaimDue(db: D1Database, hand: string, window: number): Promise<void> {
  await db
    .prepare(
      `UPDATE notifications SET ${GIVE_BACK} WHERE seq IN (
         SELECT seq FROM (
           SELECT seq, claim, lease_until FROM notifications INDEXED BY due
           WHERE state = 'pending' ORDER BY next_attempt_at LIMIT ?2)
         WHERE claim = ?1 AND lease_until IS NOT NULL)`,
    )
    .bind(hand, window)
    .run();
}
