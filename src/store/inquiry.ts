// Settles an announced event by a success that came, or by KICC's answer. One atomic statement takes or settles it.
import { type AnnouncedRow, type QueryEntry, columnsOf } from "./announced.ts";
import { LOOK_AGAIN_MS, failureOf, stateBy, successOf, unproven } from "./arrivals.ts";
import type { Register } from "./register.ts";

/** Who takes an event may ask about it until `until`, epoch ms. Nobody else asks meanwhile. */
export interface AskLease {
  readonly now: number;
  readonly until: number;
}

const KEPT_QUERIES = 20;

const KEEP_QUERY = `asking_until = NULL, history = json_insert(
  iif(json_array_length(history) >= ${KEPT_QUERIES}, json_remove(history, '$[0]'), history), '$[#]', json(?2))`;

const IS_FREE = "(c.asking_until IS NULL OR c.asking_until <= ?1)";

/**
 * Settles the due events whose success has come, and takes the other due events for a query. First due first.
 * @returns both: the state of a settled event is not `expected`
 */
export async function takeDueAnnounced(
  db: D1Database,
  register: Register,
  { now, until }: AskLease,
  limit: number,
): Promise<readonly AnnouncedRow[]> {
  const { table, key } = register;
  const { results } = await db
    .prepare(
      `UPDATE ${table} SET ${stateBy("state")}, due_at = iif(found.id IS NULL, due_at, NULL),
         asks = asks + (found.id IS NULL), asking_until = iif(found.id IS NULL, ?2, NULL)
       FROM (
         SELECT c.${key} AS due, ${successOf(register)} AS id FROM ${table} AS c INDEXED BY ${table}_due
         WHERE c.state = 'expected' AND c.due_at <= ?1 AND ${IS_FREE} ORDER BY c.due_at LIMIT ?3
       ) AS found WHERE ${key} = found.due
       RETURNING ${columnsOf(register)}`,
    )
    .bind(now, until, limit)
    .run<AnnouncedRow>();
  return results;
}

/**
 * Takes one event for a query now, whatever its state. If its success has come, it is settled as well.
 * @returns null for an unknown event, and while somebody else asks about it
 */
export async function takeAnnounced(
  db: D1Database,
  register: Register,
  id: string,
  { now, until }: AskLease,
): Promise<AnnouncedRow | null> {
  const { table, key } = register;
  return db
    .prepare(
      `UPDATE ${table} SET ${stateBy("state")}, due_at = iif(found.id IS NULL, due_at, NULL), asks = asks + 1,
         asking_until = ?2
       FROM (
         SELECT iif(c.state IN ('notified', 'reconciled'), NULL, ${successOf(register)}) AS id FROM ${table} AS c
         WHERE c.${key} = ?3 AND ${IS_FREE}
       ) AS found WHERE ${key} = ?3
       RETURNING ${columnsOf(register)}`,
    )
    .bind(now, until, id)
    .first<AnnouncedRow>();
}

/** Makes those due again that were taken until `until`, but not asked about. */
export async function untakeAnnounced(
  db: D1Database,
  { table, key }: Register,
  ids: readonly string[],
  until: number,
): Promise<void> {
  await db
    .prepare(
      `UPDATE ${table} SET asking_until = NULL, asks = asks - 1
       WHERE ${key} IN (SELECT value FROM json_each(?1)) AND asking_until = ?2`,
    )
    .bind(JSON.stringify(ids), until)
    .run();
}

/**
 * KICC said that the event took place, and `notificationId` is the stored success. Settling twice is the same as
 * settling once.
 * @returns null where that success is itself held or unconfirmed: then nothing is settled
 */
export async function settleAnnouncedBy(
  db: D1Database,
  register: Register,
  id: string,
  entry: QueryEntry,
  notificationId: string,
): Promise<AnnouncedRow | null> {
  const { table, key } = register;
  return db
    .prepare(
      `UPDATE ${table} SET ${stateBy("state")}, due_at = NULL, ${KEEP_QUERY}
       FROM (
         SELECT iif(c.state IN ('notified', 'reconciled'), NULL, n.id) AS id FROM ${table} AS c, notifications AS n
         WHERE c.${key} = ?1 AND n.id = ?3 AND NOT ${unproven("n")}
       ) AS found WHERE ${key} = ?1
       RETURNING ${columnsOf(register)}`,
    )
    .bind(id, JSON.stringify(entry), notificationId)
    .first<AnnouncedRow>();
}

/**
 * KICC did not say that the event took place. The answer is stored, and KICC is asked again at `nextAt`. null is the
 * last query: then the state becomes `failed` where a failure came, else `unresolved`; a success that came meanwhile
 * settles it.
 * @param until of the lease: it does nothing where somebody else has taken it since
 */
export async function keepUnprovenAnswer(
  db: D1Database,
  register: Register,
  id: string,
  entry: QueryEntry,
  { now, until }: AskLease,
  nextAt: number | null,
): Promise<AnnouncedRow | null> {
  const { table, key } = register;
  const isOver = "state = 'expected' AND ?5 IS NULL";
  return db
    .prepare(
      `UPDATE ${table} SET
         ${stateBy(`CASE WHEN ${isOver} THEN iif(found.failure IS NULL, 'unresolved', 'failed') ELSE state END`)},
         due_at = CASE WHEN found.id IS NOT NULL THEN NULL WHEN ${isOver} THEN ?4 + ${LOOK_AGAIN_MS}
           WHEN state = 'expected' THEN ?5 ELSE due_at END,
         ${KEEP_QUERY}
       FROM (
         SELECT iif(c.state IN ('notified', 'reconciled'), NULL, ${successOf(register)}) AS id, ${failureOf(register)} AS failure
         FROM ${table} AS c WHERE c.${key} = ?1
       ) AS found WHERE ${key} = ?1 AND asking_until = ?3
       RETURNING ${columnsOf(register)}`,
    )
    .bind(id, JSON.stringify(entry), until, now, nextAt)
    .first<AnnouncedRow>();
}
