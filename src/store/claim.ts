// Claiming: one atomic statement takes the notifications of a batch for an attempt.
import { type Standing, byId, standingStatement } from "./standing.ts";

/**
 * A claim: `claimant` may attempt from `now` until `until`, epoch ms. The same claimant may claim again after a lost
 * reply.
 */
export interface Lease {
  readonly claimant: string;
  readonly now: number;
  readonly until: number;
  /** A notification with that many tries is not claimed: the sweep makes it dead. */
  readonly maxTries: number;
}

export interface Claimed {
  readonly id: string;
  /** When the first receipt arrived: the bytes of that receipt are delivered. */
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

// Unary + disables the index `due`, so that SQLite looks up `ids` by key instead of scanning the backlog.
const CLAIMABLE = `+state = 'pending' AND next_attempt_at <= ?2 AND confirm IS NOT 'asking'
  AND (lease_until IS NULL AND tries < ?4 OR claim = ?1 AND lease_until > ?2)`;

/** Claims those of `ids` that are due and free. `standing` says where each id stands that D1 knows. One round trip. */
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

/** A row with an open attempt. */
export interface OpenAttempt {
  readonly id: string;
  readonly attempts: number;
}

/** Takes back attempts that were counted for a message which the queue did not take. Safe to run twice. */
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

/** SQL: ends a claim, and takes its attempt back. */
export const UNCLAIM = "attempts = attempts - 1, tries = max(tries - 1, 0), claim = NULL, lease_until = NULL";

/** Ends the claims of one claimant who sent nothing. Safe to run twice. */
export async function unclaim(db: D1Database, ids: readonly string[], claimant: string): Promise<void> {
  await db
    .prepare(
      `UPDATE notifications SET ${UNCLAIM}
       WHERE id IN (SELECT value FROM json_each(?1)) AND claim = ?2 AND lease_until IS NOT NULL`,
    )
    .bind(JSON.stringify(ids), claimant)
    .run();
}

/** Ends the claims of one claimant on rows that became held since: they are not sent. */
export async function unclaimHeld(db: D1Database, ids: readonly string[], claimant: string): Promise<void> {
  await db
    .prepare(
      `UPDATE notifications SET ${UNCLAIM}
       WHERE id IN (SELECT value FROM json_each(?1)) AND claim = ?2 AND state = 'held' AND lease_until IS NOT NULL`,
    )
    .bind(JSON.stringify(ids), claimant)
    .run();
}
