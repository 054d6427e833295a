// Successes that wait for KICC's confirmation (CONFIRM). One atomic statement takes a due one for a query; another
// records the decision.
import type { AskLease } from "./inquiry.ts";
import { SUCCESS } from "../rules/notification.ts";
import { DELIVERABLE, type DeliverableRow } from "./rows.ts";

export interface AskingRow extends DeliverableRow {
  /** The number of queries about it, the current one included. */
  readonly confirmTries: number;
}

const TAKE = `next_attempt_at = ?2, confirm_tries = confirm_tries + 1`;
const DUE = `state = 'pending' AND next_attempt_at <= ?1 AND confirm = 'asking'`;
const RETURNING = `RETURNING ${DELIVERABLE}, confirm_tries AS confirmTries`;

/** Takes the first due ones, until `until`. */
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

/** Takes one for a query. @returns null where it is not due, or somebody else asks about it */
export async function takeUnconfirmed(db: D1Database, id: string, { now, until }: AskLease): Promise<AskingRow | null> {
  return db
    .prepare(`UPDATE notifications SET ${TAKE} WHERE id = ?3 AND ${DUE} ${RETURNING}`)
    .bind(now, until, id)
    .first<AskingRow>();
}

/** Makes those due again that were taken until `until`, but not asked about. */
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
 * Records that KICC confirmed it: it is due now, and pending failures of the same event are held.
 * @param announcedBy the id that identifies its event
 * @param attemptOpenUntil queue mode: enqueueing it is an attempt, open until then; else null
 * @returns null where it no longer waits, or another success of the event counts already
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
             AND other.res_cd = '${SUCCESS}' AND other.id <> ?1 AND ${isCompared("other")})
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

/** SQL: the row counts when others are judged. The same rule as `isCompared` in rules/judge.ts. */
function isCompared(table: string): string {
  return `${table}.confirm IS NOT 'asking'
    AND coalesce(${table}.reason, '') NOT IN ('foreign', 'ambiguous', 'conflict', 'unconfirmed')`;
}

/** Sets when KICC is asked again. It does nothing where somebody else has taken it since. */
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

/** KICC did not confirm it: held, for a person to decide. */
export async function holdUnconfirmed(db: D1Database, id: string): Promise<void> {
  await db
    .prepare(
      `UPDATE notifications SET state = 'held', reason = 'unconfirmed', confirm = NULL
       WHERE id = ?1 AND state = 'pending' AND confirm = 'asking'`,
    )
    .bind(id)
    .run();
}
