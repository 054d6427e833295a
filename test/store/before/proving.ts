// Successes that KICC has not confirmed, and how the status API's word confirms them.
import { type Notification, SUCCESS } from "../../../src/rules/notification.ts";

/** A condition: a success that KICC was to confirm, and has not, yet or at all. */
export function unproven(table: string): string {
  return `(${table}.confirm IS 'asking' OR ${table}.reason IS 'unconfirmed')`;
}

/**
 * In the transaction that stores what the status API said: a success that waits for that very word, or was held for
 * want of it, has it now. One at most, and none beside a success that goes its way already.
 */
const PROVE = `
  UPDATE notifications SET state = 'pending', reason = NULL, confirm = 'confirmed', next_attempt_at = ?6
  WHERE id = (
    SELECT id FROM notifications
    WHERE cancel_pg_cno = ?1 AND res_cd = '${SUCCESS}' AND ${unproven("notifications")}
      AND state IN ('pending', 'held')
      AND (pg_cno IS NULL OR ?2 IS NULL OR pg_cno = ?2)
      AND (currency IS NULL OR ?3 IS NULL OR currency = ?3) AND (amount IS NULL OR ?4 IS NULL OR amount = ?4)
      AND (mall_id IS NULL OR ?5 IS NULL OR mall_id = ?5)
    ORDER BY state = 'held', received_at LIMIT 1)
    AND NOT EXISTS (
      SELECT 1 FROM notifications
      WHERE cancel_pg_cno = ?1 AND res_cd = '${SUCCESS}' AND state <> 'held' AND NOT ${unproven("notifications")})`;

export function proveStatement(db: D1Database, notification: Notification): D1PreparedStatement {
  const { cancelPgCno, pgCno, currency, amount, mallId, receivedAt } = notification;
  return db.prepare(PROVE).bind(cancelPgCno, pgCno, currency, amount, mallId, receivedAt);
}
