// Successes that wait for KICC's confirmation: taken by one atomic statement each time they are due, and decided once.
import type { AskLease } from "./inquiry.ts";
import { SUCCESS } from "../rules/notification.ts";
import { DELIVERABLE, type DeliverableRow } from "./rows.ts";

export interface AskingRow extends DeliverableRow {
  /** Queries about it, the one that it was taken for included. */
  readonly confirmTries: number;
}

const TAKE = `next_attempt_at = ?2, confirm_tries = confirm_tries + 1`;
const DUE = `state = 'pending' AND next_attempt_at <= ?1 AND confirm = 'asking'`;
const RETURNING = `RETURNING ${DELIVERABLE}, confirm_tries AS confirmTries`;

/** Takes the oldest that are due. */
export async function takeDueUnconfirmed(
  db: D1Database,
  { now, until }: AskLease,
  limit: number,
): Promise<readonly AskingRow[]> {
  const { results } = await db
    .prepare(
      `UPDATE notifications SET ${TAKE} WHERE id IN (
         SELECT id FROM notifications INDEXED BY due WHERE ${DUE} ORDER BY next_attempt_at LIMIT ?3)
       ${RETURNING}`,
    )
    .bind(now, until, limit)
    .run<AskingRow>();
  return results;
}

/** @returns null where it is not due, or asked about already */
export async function takeUnconfirmed(db: D1Database, id: string, { now, until }: AskLease): Promise<AskingRow | null> {
  return db
    .prepare(`UPDATE notifications SET ${TAKE} WHERE id = ?3 AND ${DUE} ${RETURNING}`)
    .bind(now, until, id)
    .first<AskingRow>();
}

/** Those that were taken until `until` and not asked about after all are due again. */
export async function untakeUnconfirmed(
  db: D1Database,
  ids: readonly string[],
  { now, until }: AskLease,
): Promise<void> {
  await db
    .prepare(
      `UPDATE notifications SET next_attempt_at = ?1, confirm_tries = confirm_tries - 1
       WHERE id IN (SELECT value FROM json_each(?3)) AND confirm = 'asking' AND next_attempt_at = ?2`,
    )
    .bind(now, until, JSON.stringify(ids))
    .run();
}

/**
 * KICC confirmed it: due now, and failures of the same event that nobody was told of need a person.
 * @param announcedBy the id that tells its event
 * @param attemptOpenUntil in queue mode the enqueueing that follows is an attempt, open until then
 * @returns null where it waits for nothing any more, or another success of the event goes its way
 */
export async function recordConfirmed(
  db: D1Database,
  id: string,
  announcedBy: "cancelPgCno" | "pgCno",
  now: number,
  attemptOpenUntil: number | null,
): Promise<DeliverableRow | null> {
  const opened = "?3 IS NOT NULL";
  const column = announcedBy === "cancelPgCno" ? "cancel_pg_cno" : "pg_cno";
  const [row] = await db.batch<DeliverableRow>([
    db
      .prepare(
        `UPDATE notifications SET confirm = 'confirmed', next_attempt_at = ?2,
           attempts = attempts + (${opened}), tries = tries + (${opened}),
           claimed_at = iif(${opened}, ?2, claimed_at), lease_until = ?3
         WHERE id = ?1 AND state = 'pending' AND confirm = 'asking' AND NOT EXISTS (
           SELECT 1 FROM notifications AS other
           WHERE other.${column} = notifications.${column} AND other.kind = notifications.kind
             AND other.res_cd = '${SUCCESS}' AND other.id <> ?1 AND ${goesItsWay("other")})
         RETURNING ${DELIVERABLE}`,
      )
      .bind(id, now, attemptOpenUntil),
    db
      .prepare(
        `UPDATE notifications SET state = 'held', reason = 'superseded', contradicts = ?1
         WHERE (${column}, kind) = (SELECT ${column}, kind FROM notifications
             WHERE id = ?1 AND state = 'pending' AND confirm = 'confirmed')
           AND +state = 'pending' AND res_cd <> '${SUCCESS}'`,
      )
      .bind(id),
  ]);
  return row?.results[0] ?? null;
}

/** A condition: it is compared with others (rules/judge.ts says the same of one that was read). */
function goesItsWay(table: string): string {
  return `${table}.confirm IS NOT 'asking'
    AND coalesce(${table}.reason, '') NOT IN ('foreign', 'ambiguous', 'conflict', 'unconfirmed')`;
}

/** To be asked about again at `at`. Nothing where another has taken it since. */
export async function askAgain(
  db: D1Database,
  { id, confirmTries }: Pick<AskingRow, "id" | "confirmTries">,
  at: number,
): Promise<void> {
  await db
    .prepare(
      `UPDATE notifications SET next_attempt_at = ?3
       WHERE id = ?1 AND confirm_tries = ?2 AND state = 'pending' AND confirm = 'asking'`,
    )
    .bind(id, confirmTries, at)
    .run();
}

/** A person has to look at it. */
export async function holdUnconfirmed(db: D1Database, id: string): Promise<void> {
  await db
    .prepare(
      `UPDATE notifications SET state = 'held', reason = 'unconfirmed', confirm = NULL
       WHERE id = ?1 AND state = 'pending' AND confirm = 'asking'`,
    )
    .bind(id)
    .run();
}
