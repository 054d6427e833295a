// Whether a success of an announced cancellation came, and what it makes of it. One atomic statement looks and settles.
import { SUCCESS } from "../rules/notification.ts";

/** A condition: a success that KICC was to confirm, and has not, yet or at all. Nor does what is held as another's count. */
export function unproven(table: string): string {
  return `(${table}.confirm IS 'asking' OR coalesce(${table}.reason, '') IN ('unconfirmed', 'foreign', 'ambiguous'))`;
}

const HOUR_MS = 60 * 60 * 1000;
/** One past asking is looked at each hour for a week after the announcement, then when somebody reads it. */
export const LOOK_AGAIN_MS = HOUR_MS;
const LOOKED_AT_MS = 7 * 24 * HOUR_MS;

/** A notification of cancellation `c`: by its cancelPgCno, or without one by the reference that is `c`'s alone. */
function cameOf(condition: string): string {
  return `coalesce((
    SELECT n.id FROM notifications AS n WHERE n.cancel_pg_cno = c.cancel_pg_cno AND ${condition}
    ORDER BY n.seq LIMIT 1
  ), (
    SELECT n.id FROM notifications AS n
    WHERE n.reference = c.reference AND n.cancel_pg_cno IS NULL AND ${condition}
      AND (n.pg_cno IS NULL OR n.pg_cno = c.pg_cno) AND (n.mall_id IS NULL OR n.mall_id = c.mall_id)
      AND (SELECT count(*) FROM cancellations AS one WHERE one.reference = c.reference) = 1
    ORDER BY n.seq LIMIT 1))`;
}

/** The id of the success of `c`; null where none came. */
export const SUCCESS_OF = cameOf(`n.res_cd = '${SUCCESS}' AND NOT ${unproven("n")}`);
export const FAILURE_OF = cameOf(`n.res_cd <> '${SUCCESS}'`);

/** Sets the state by what came, `found.id`; else to `otherwise`. What the status API said counts as asked for. */
export function stateBy(otherwise: string): string {
  return `state = CASE WHEN found.id IS NULL THEN ${otherwise} ELSE (
    SELECT iif(source = 'status-api', 'reconciled', 'notified') FROM notifications WHERE id = found.id) END,
  notification_id = coalesce(found.id, notification_id)`;
}

/** Looks again for late successes of those past asking. @returns how many it looked at */
export async function lookAtLate(db: D1Database, now: number, limit: number): Promise<number> {
  const { meta } = await db
    .prepare(
      `UPDATE cancellations SET ${stateBy("state")},
         due_at = iif(found.id IS NULL AND announced_at + ${LOOKED_AT_MS} > ?1, ?1 + ${LOOK_AGAIN_MS}, NULL)
       FROM (
         SELECT c.cancel_pg_cno AS late, ${SUCCESS_OF} AS id FROM cancellations AS c INDEXED BY cancellations_late
         WHERE c.state IN ('failed', 'unresolved') AND c.due_at <= ?1 ORDER BY c.due_at LIMIT ?2
       ) AS found WHERE cancel_pg_cno = found.late`,
    )
    .bind(now, limit)
    .run();
  return meta.changes;
}

/** Settles one whose success has come, however late. */
export function lookAtOne(db: D1Database, cancelPgCno: string): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE cancellations SET ${stateBy("state")}, due_at = NULL
       FROM (SELECT ${SUCCESS_OF} AS id FROM cancellations AS c WHERE c.cancel_pg_cno = ?1) AS found
       WHERE cancel_pg_cno = ?1 AND state IN ('expected', 'failed', 'unresolved') AND found.id IS NOT NULL`,
    )
    .bind(cancelPgCno);
}

/** Settles, of the newest expected ones before `announcedBefore`, those whose success has come. */
export function lookAtNewest(db: D1Database, announcedBefore: number, limit: number): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE cancellations SET ${stateBy("state")}, due_at = NULL
       FROM (
         SELECT c.cancel_pg_cno AS come, ${SUCCESS_OF} AS id FROM cancellations AS c INDEXED BY cancellations_by_state
         WHERE c.state = 'expected' AND c.announced_at <= ?1 ORDER BY c.announced_at DESC LIMIT ?2
       ) AS found WHERE cancel_pg_cno = found.come AND found.id IS NOT NULL`,
    )
    .bind(announcedBefore, limit);
}
