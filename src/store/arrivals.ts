// Finds out whether a success of an announced event came, and settles the event by it. One atomic statement does both.
import { SUCCESS } from "../rules/notification.ts";
import { HOUR_MS } from "../time.ts";
import type { Register } from "./register.ts";

/** A condition: the row proves nothing. Either KICC has not confirmed it, or it is held as foreign or ambiguous. */
export function unproven(table: string): string {
  return `(${table}.confirm IS 'asking' OR coalesce(${table}.reason, '') IN ('unconfirmed', 'foreign', 'ambiguous'))`;
}

/**
 * After the last query the cron looks each hour for a late success, for a week after the announcement. Later only
 * reading it looks.
 */
export const LOOK_AGAIN_MS = HOUR_MS;
const LOOKED_AT_MS = 7 * 24 * HOUR_MS;

/** A reference that many notifications share names no event: only the newest are looked at. */
const OF_REFERENCE = 100;

/**
 * The id of a notification of the announced event `c`, of its kind: found by the id of the event, or if it has none by
 * the reference, when no other announcement has that reference. CASE checks this first, and stops at one other
 * announcement.
 */
function cameOf(register: Register, condition: string): string {
  const { table, key } = register;
  return `coalesce((
    SELECT n.id FROM notifications AS n WHERE ${sameEvent(register, "c")} AND ${condition}
    ORDER BY n.seq LIMIT 1
  ), CASE WHEN c.reference IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM ${table} AS other WHERE other.reference = c.reference AND other.${key} <> c.${key})
    THEN (
      SELECT n.id FROM (
        SELECT seq, id, res_cd, confirm, reason, kind, pg_cno, cancel_pg_cno, mall_id FROM notifications
        WHERE reference = c.reference ORDER BY seq DESC LIMIT ${OF_REFERENCE}) AS n
      WHERE n.${key} IS NULL AND n.kind = c.kind AND ${condition}
        AND (n.pg_cno IS NULL OR n.pg_cno = c.pg_cno) AND ${ofMall("c")}
      ORDER BY n.seq LIMIT 1) END)`;
}

/** SQL: the id of the success of `c`; null where none came. */
export function successOf(register: Register): string {
  return cameOf(register, `n.res_cd = '${SUCCESS}' AND NOT ${unproven("n")}`);
}

export function failureOf(register: Register): string {
  return cameOf(register, `n.res_cd <> '${SUCCESS}'`);
}

/**
 * For the transaction that stores a success: settles the event announced as `value` if the stored row `id` is a success
 * of it. A success that KICC has not confirmed yet settles nothing.
 */
export function settleAnnounced(db: D1Database, register: Register, value: string, id: string): D1PreparedStatement {
  const { table, key } = register;
  return db
    .prepare(
      `UPDATE ${table} SET state = (SELECT ${SETTLED} FROM notifications WHERE id = ?2), notification_id = ?2, due_at = NULL
       WHERE ${key} = ?1 AND state IN ('expected', 'failed', 'unresolved') AND EXISTS (
         SELECT 1 FROM notifications AS n WHERE n.id = ?2 AND ${sameEvent(register, table)}
           AND n.res_cd = '${SUCCESS}' AND NOT ${unproven("n")})`,
    )
    .bind(value, id);
}

/** `n` has the id by which the `announced` event was announced. For a payment the mallId must fit as well. */
function sameEvent({ key }: Register, announced: string): string {
  const same = `n.${key} = ${announced}.${key} AND n.kind = ${announced}.kind`;
  return key === "pg_cno" ? `${same} AND ${ofMall(announced)}` : same;
}

function ofMall(announced: string): string {
  return `(n.mall_id IS NULL OR n.mall_id = ${announced}.mall_id)`;
}

/** SQL: the state of an event that a success settles. `reconciled` if the success came from the status API. */
const SETTLED = "iif(source = 'status-api', 'reconciled', 'notified')";

/** SQL: sets the state by the success `found.id`; where there is none, to `otherwise`. */
export function stateBy(otherwise: string): string {
  return `state = CASE WHEN found.id IS NULL THEN ${otherwise} ELSE (
    SELECT ${SETTLED} FROM notifications WHERE id = found.id) END,
  notification_id = coalesce(found.id, notification_id)`;
}

/** Looks again for late successes of events past their last query. */
export function lookAtLate(db: D1Database, register: Register, now: number, limit: number): D1PreparedStatement {
  const { table, key } = register;
  return db
    .prepare(
      `UPDATE ${table} SET ${stateBy("state")},
         due_at = iif(found.id IS NULL AND announced_at + ${LOOKED_AT_MS} > ?1, ?1 + ${LOOK_AGAIN_MS}, NULL)
       FROM (
         SELECT c.${key} AS late, ${successOf(register)} AS id FROM ${table} AS c INDEXED BY ${table}_late
         WHERE c.state IN ('failed', 'unresolved') AND c.due_at <= ?1 ORDER BY c.due_at LIMIT ?2
       ) AS found WHERE ${key} = found.late`,
    )
    .bind(now, limit);
}

/** Settles one event if its success has come, however late. */
export function lookAtOne(db: D1Database, register: Register, id: string): D1PreparedStatement {
  const { table, key } = register;
  return db
    .prepare(
      `UPDATE ${table} SET ${stateBy("state")}, due_at = NULL
       FROM (SELECT ${successOf(register)} AS id FROM ${table} AS c WHERE c.${key} = ?1) AS found
       WHERE ${key} = ?1 AND state IN ('expected', 'failed', 'unresolved') AND found.id IS NOT NULL`,
    )
    .bind(id);
}

/** Settles the newest expected events announced until `announcedBefore` whose success has come. */
export function lookAtNewest(
  db: D1Database,
  register: Register,
  announcedBefore: number,
  limit: number,
): D1PreparedStatement {
  const { table, key } = register;
  return db
    .prepare(
      `UPDATE ${table} SET ${stateBy("state")}, due_at = NULL
       FROM (
         SELECT c.${key} AS come, ${successOf(register)} AS id FROM ${table} AS c INDEXED BY ${table}_by_state
         WHERE c.state = 'expected' AND c.announced_at <= ?1 ORDER BY c.announced_at DESC LIMIT ?2
       ) AS found WHERE ${key} = found.come AND found.id IS NOT NULL`,
    )
    .bind(announcedBefore, limit);
}
