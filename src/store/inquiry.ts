// What settles an announced cancellation: a success that came, or KICC's answer. One atomic statement takes or settles.
import { CANCELLATION, type CancellationRow, type QueryEntry } from "./cancellations.ts";
import { FAILURE_OF, LOOK_AGAIN_MS, SUCCESS_OF, stateBy, unproven } from "./arrivals.ts";

/** Until when whoever takes a cancellation may ask about it: so long nobody else does. */
export interface Taking {
  readonly now: number;
  readonly until: number;
}

const KEPT_QUERIES = 20;

const KEEP_QUERY = `asking_until = NULL, history = json_insert(
  iif(json_array_length(history) >= ${KEPT_QUERIES}, json_remove(history, '$[0]'), history), '$[#]', json(?2))`;

const IS_FREE = "(c.asking_until IS NULL OR c.asking_until <= ?1)";

/**
 * Settles those due whose success has come, and takes the others for asking. The oldest first.
 * @returns both: the settled ones are no longer `expected`
 */
export async function takeDue(
  db: D1Database,
  { now, until }: Taking,
  limit: number,
): Promise<readonly CancellationRow[]> {
  const { results } = await db
    .prepare(
      `UPDATE cancellations SET ${stateBy("state")}, due_at = iif(found.id IS NULL, due_at, NULL),
         asks = asks + (found.id IS NULL), asking_until = iif(found.id IS NULL, ?2, NULL)
       FROM (
         SELECT c.cancel_pg_cno AS due, ${SUCCESS_OF} AS id FROM cancellations AS c INDEXED BY cancellations_due
         WHERE c.state = 'expected' AND c.due_at <= ?1 AND ${IS_FREE} ORDER BY c.due_at LIMIT ?3
       ) AS found WHERE cancel_pg_cno = found.due
       RETURNING ${CANCELLATION}`,
    )
    .bind(now, until, limit)
    .run<CancellationRow>();
  return results;
}

/**
 * Takes one for asking now, whatever its state; a success that came settles it on the way.
 * @returns null where it is unknown, or is being asked about
 */
export async function takeOne(
  db: D1Database,
  cancelPgCno: string,
  { now, until }: Taking,
): Promise<CancellationRow | null> {
  return db
    .prepare(
      `UPDATE cancellations SET ${stateBy("state")}, due_at = iif(found.id IS NULL, due_at, NULL), asks = asks + 1,
         asking_until = ?2
       FROM (
         SELECT iif(c.state IN ('notified', 'reconciled'), NULL, ${SUCCESS_OF}) AS id FROM cancellations AS c
         WHERE c.cancel_pg_cno = ?3 AND ${IS_FREE}
       ) AS found WHERE cancel_pg_cno = ?3
       RETURNING ${CANCELLATION}`,
    )
    .bind(now, until, cancelPgCno)
    .first<CancellationRow>();
}

/** Those that were taken until `until` and not asked about after all are due again. */
export async function putBack(db: D1Database, cancelPgCnos: readonly string[], until: number): Promise<void> {
  await db
    .prepare(
      `UPDATE cancellations SET asking_until = NULL, asks = asks - 1
       WHERE cancel_pg_cno IN (SELECT value FROM json_each(?1)) AND asking_until = ?2`,
    )
    .bind(JSON.stringify(cancelPgCnos), until)
    .run();
}

/**
 * KICC said it is cancelled, and `notificationId` is the success that is stored. Settling twice is settling once.
 * @returns null where that success itself waits for a person: then nothing is settled
 */
export async function settleBy(
  db: D1Database,
  cancelPgCno: string,
  entry: QueryEntry,
  notificationId: string,
): Promise<CancellationRow | null> {
  return db
    .prepare(
      `UPDATE cancellations SET ${stateBy("state")}, due_at = NULL, ${KEEP_QUERY}
       FROM (
         SELECT iif(c.state IN ('notified', 'reconciled'), NULL, n.id) AS id FROM cancellations AS c, notifications AS n
         WHERE c.cancel_pg_cno = ?1 AND n.id = ?3 AND NOT ${unproven("n")}
       ) AS found WHERE cancel_pg_cno = ?1
       RETURNING ${CANCELLATION}`,
    )
    .bind(cancelPgCno, JSON.stringify(entry), notificationId)
    .first<CancellationRow>();
}

/**
 * KICC did not say that it is cancelled. Kept; asked again at `nextAt`, and without one the asking is over: unless a
 * success came meanwhile it is `failed` where a failure came, else `unresolved`.
 * @param until of the taking: nothing where another has taken it since
 */
export async function settleUnanswered(
  db: D1Database,
  cancelPgCno: string,
  entry: QueryEntry,
  { now, until }: Taking,
  nextAt: number | null,
): Promise<CancellationRow | null> {
  const isOver = "state = 'expected' AND ?5 IS NULL";
  return db
    .prepare(
      `UPDATE cancellations SET
         ${stateBy(`CASE WHEN ${isOver} THEN iif(found.failure IS NULL, 'unresolved', 'failed') ELSE state END`)},
         due_at = CASE WHEN found.id IS NOT NULL THEN NULL WHEN ${isOver} THEN ?4 + ${LOOK_AGAIN_MS}
           WHEN state = 'expected' THEN ?5 ELSE due_at END,
         ${KEEP_QUERY}
       FROM (
         SELECT iif(c.state IN ('notified', 'reconciled'), NULL, ${SUCCESS_OF}) AS id, ${FAILURE_OF} AS failure
         FROM cancellations AS c WHERE c.cancel_pg_cno = ?1
       ) AS found WHERE cancel_pg_cno = ?1 AND asking_until = ?3
       RETURNING ${CANCELLATION}`,
    )
    .bind(cancelPgCno, JSON.stringify(entry), until, now, nextAt)
    .first<CancellationRow>();
}
