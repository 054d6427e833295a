// Claiming: a delivery is taken by one atomic statement, a batch at a time.
import { type Standing, byId, standingStatement } from "./standing.ts";

/** Who claims, from when, until when. `hand` makes a claim whose reply was lost safe to repeat. */
export interface Lease {
  readonly claimant: string;
  readonly now: number;
  readonly until: number;
  /** A notification with more tries than this has none left: the sweep buries it. */
  readonly maxTries: number;
}

export interface Claimed {
  readonly id: string;
  /** Of the receipt that D1 stored first: its bytes are the ones to deliver. */
  readonly receivedAt: number;
  readonly attempts: number;
  readonly tries: number;
  readonly reference: string | null;
  readonly repeats: string | null;
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
         RETURNING id, received_at AS receivedAt, attempts, tries, reference, repeats, confirm IS 'confirmed' AS confirmed`,
      )
      .bind(lease.claimant, lease.now, lease.until, lease.maxTries, JSON.stringify(ids)),
    standingStatement(db, ids),
  ]);
  return { claimed: (claimed?.results ?? []) as Claimed[], standing: byId((standing?.results ?? []) as Standing[]) };
}

/** An attempt that is open in a row. */
export interface OpenAttempt {
  readonly id: string;
  readonly attempts: number;
}

/** Takes back attempts that were opened for a message which the queue did not take. Safe to run twice. */
export async function uncountAttempts(db: D1Database, opened: readonly OpenAttempt[]): Promise<void> {
  await db
    .prepare(
      `UPDATE notifications SET ${UNCLAIM}
       FROM json_each(?1) AS opened
       WHERE notifications.id = opened.value ->> '$.id' AND attempts = opened.value ->> '$.attempts'
         AND lease_until IS NOT NULL`,
    )
    .bind(JSON.stringify(opened.map(({ id, attempts }) => ({ id, attempts }))))
    .run();
}

/** SQL: what ends the claims of one hand without an attempt. */
export const UNCLAIM = "attempts = attempts - 1, tries = max(tries - 1, 0), claim = NULL, lease_until = NULL";

/** Undoes the claims of one hand: nothing was sent. Safe to run twice. */
export async function unclaim(db: D1Database, ids: readonly string[], claimant: string): Promise<void> {
  await db
    .prepare(
      `UPDATE notifications SET ${UNCLAIM}
       WHERE id IN (SELECT value FROM json_each(?1)) AND claim = ?2 AND lease_until IS NOT NULL`,
    )
    .bind(JSON.stringify(ids), claimant)
    .run();
}

/** Undoes the claims of one hand on what is held since: nothing is sent of it. */
export async function unclaimHeld(db: D1Database, ids: readonly string[], claimant: string): Promise<void> {
  await db
    .prepare(
      `UPDATE notifications SET ${UNCLAIM}
       WHERE id IN (SELECT value FROM json_each(?1)) AND claim = ?2 AND state = 'held' AND lease_until IS NOT NULL`,
    )
    .bind(JSON.stringify(ids), claimant)
    .run();
}
