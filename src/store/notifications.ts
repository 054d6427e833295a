// Storing a notification: one idempotent statement decides what it is — new, a receipt of one that is known, or held.
import type { Notification } from "../notification.ts";
import { SUCCESS } from "../notification.ts";
import { proveStatement } from "./proving.ts";

export const STATES = ["pending", "delivered", "dead", "held", "closed"] as const;
export type State = (typeof STATES)[number];

/** How a notification is to be stored: what the settings say about it. */
export interface Storing {
  /** Not one of our mallIds: held. */
  readonly foreign: boolean;
  /** KICC is to be asked before it is delivered, or said it itself. */
  readonly confirm: "asking" | "confirmed" | null;
  /** In queue mode the enqueueing that follows is the first attempt; it is open until then. */
  readonly attemptOpenUntil: number | null;
  /** This receipt's own id: storing it again, after a lost reply, counts it once. */
  readonly receipt: string;
}

export interface Stored {
  readonly id: string;
  readonly state: State;
  readonly receipts: number;
  readonly attempts: number;
  readonly confirm: "asking" | "confirmed" | null;
}

/*
 * Other notifications of the same cancellation have a say. `same` is a success that this one only repeats, adds a
 * missing amount to, or lacks it: this is a receipt of it. `success` is what a failure contradicts. `other` names
 * another amount or currency; against one made from the status API amounts are not compared. What KICC did not confirm
 * says nothing against another, or a forged one would keep the real one from the origin.
 */
const SAME_CANCELLATION = `
  SELECT id, received_at FROM notifications
  WHERE cancel_pg_cno = ?9 AND ?10 = '${SUCCESS}' AND res_cd = '${SUCCESS}' AND (
    id = ?1 OR reason IS NOT 'unconfirmed' AND (?2 <> 'status-api' OR confirm IS NOT 'asking') AND (
      source = 'status-api' OR ?2 = 'status-api'
      OR (currency IS NULL OR ?13 IS NULL OR currency = ?13) AND (amount IS NULL OR ?14 IS NULL OR amount = ?14)))`;

/**
 * Between the status API's and one without cancelPgCno the reference tells that they are the same, where one
 * cancellation alone was announced with it.
 */
const SAME_REFERENCE = `
  SELECT id, received_at FROM notifications
  WHERE reference = ?4 AND ?10 = '${SUCCESS}' AND res_cd = '${SUCCESS}' AND reason IS NOT 'unconfirmed'
    AND (?9 IS NULL AND source = 'status-api'
      OR ?2 = 'status-api' AND cancel_pg_cno IS NULL AND confirm IS NOT 'asking')
    AND (pg_cno IS NULL OR ?8 IS NULL OR pg_cno = ?8)
    AND (SELECT count(*) FROM cancellations WHERE reference = ?4) = 1`;

/** @param same where those are looked for of which this one may be a receipt: what is not looked for costs nothing */
function insertInto(same: string): string {
  return `
  WITH same AS (
    SELECT id FROM (${same}) ORDER BY id = ?1 DESC, received_at LIMIT 1
  ), success AS (
    SELECT id FROM notifications
    WHERE cancel_pg_cno = ?9 AND ?10 <> '${SUCCESS}' AND res_cd = '${SUCCESS}'
    ORDER BY received_at LIMIT 1
  ), other AS (
    SELECT id FROM notifications
    WHERE cancel_pg_cno = ?9 AND source <> 'status-api' AND ?2 <> 'status-api' AND (currency <> ?13 OR amount <> ?14)
      AND reason IS NOT 'unconfirmed'
    ORDER BY received_at LIMIT 1
  ), verdict AS (
    SELECT CASE
      WHEN ?20 THEN 'foreign'
      WHEN (SELECT id FROM success) IS NOT NULL THEN 'contradicts'
      WHEN (SELECT id FROM other) IS NOT NULL THEN 'conflict'
    END AS reason
  )
  INSERT INTO notifications (id, source, source_address, reference, received_at, content_type, body,
    pg_cno, cancel_pg_cno, res_cd, res_msg, cancel_date, currency, amount, mall_id, shop_order_no, receipt,
    state, reason, contradicts, next_attempt_at, attempts, tries, claimed_at, lease_until, confirm)
  SELECT coalesce((SELECT id FROM same), ?1), ?2, ?3, ?4, ?5, ?6, ?7,
    ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
    iif(reason IS NULL, 'pending', 'held'), reason,
    CASE reason WHEN 'contradicts' THEN (SELECT id FROM success) WHEN 'conflict' THEN (SELECT id FROM other) END,
    ?5,
    iif(reason IS NULL AND ?18 IS NOT NULL, 1, 0), iif(reason IS NULL AND ?18 IS NOT NULL, 1, 0),
    iif(reason IS NULL AND ?18 IS NOT NULL, ?5, NULL), iif(reason IS NULL, ?18, NULL),
    iif(reason IS NULL OR ?19 = 'confirmed', ?19, NULL)
  FROM verdict WHERE true
  ON CONFLICT (id) DO UPDATE SET
    receipts = receipts + (receipt <> excluded.receipt), receipt = excluded.receipt,
    currency = coalesce(currency, excluded.currency), amount = coalesce(amount, excluded.amount),
    reference = coalesce(reference, excluded.reference)
  RETURNING id, state, receipts, attempts, confirm`;
}

const INSERT = insertInto(SAME_CANCELLATION);
const INSERT_WITH_REFERENCE = insertInto(`${SAME_CANCELLATION} UNION ALL ${SAME_REFERENCE}`);

/**
 * Stores a notification, or counts one more receipt of the one that it repeats: one round trip, safe to run twice.
 * @throws whatever D1 throws, a missing migration included
 */
export async function storeNotification(db: D1Database, notification: Notification, storing: Storing): Promise<Stored> {
  const insert = db
    .prepare(notification.reference === null ? INSERT : INSERT_WITH_REFERENCE)
    .bind(
      notification.id,
      notification.source,
      notification.sourceAddress,
      notification.reference,
      notification.receivedAt,
      notification.contentType,
      notification.body.toBase64(),
      notification.pgCno,
      notification.cancelPgCno,
      notification.resCd,
      notification.resMsg,
      notification.cancelDate,
      notification.currency,
      notification.amount,
      notification.mallId,
      notification.shopOrderNo,
      storing.receipt,
      storing.confirm === "asking" ? null : storing.attemptOpenUntil,
      storing.confirm,
      storing.foreign ? 1 : 0,
    );
  const results =
    notification.source === "status-api"
      ? await db.batch<Stored>([proveStatement(db, notification), insert])
      : [await insert.run<Stored>()];
  const row = results.at(-1)?.results[0];
  if (!row) throw new Error(`Cannot store notification ${notification.id}: D1 returned no row`);
  return row;
}
