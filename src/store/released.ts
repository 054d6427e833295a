// One notification's columns as the API shows them.
import type { Source } from "../notification.ts";
import type { State } from "./notifications.ts";

export interface AnswerRow {
  readonly id: string;
  readonly state: State;
  readonly reason: string | null;
  readonly source: Source;
  readonly reference: string | null;
  readonly mallId: string | null;
  readonly shopOrderNo: string | null;
  readonly pgCno: string | null;
  readonly cancelPgCno: string | null;
  readonly resCd: string;
  readonly resMsg: string;
  readonly cancelDate: string | null;
  readonly currency: string | null;
  readonly amount: string | null;
  readonly receivedAt: number;
  readonly receipts: number;
  readonly attempts: number;
  readonly nextAttemptAt: number | null;
  readonly deliveredAt: number | null;
}

/** @throws where there is none: it was stored a moment ago */
export async function readAnswerRow(db: D1Database, id: string): Promise<AnswerRow> {
  const row = await db
    .prepare(
      `SELECT id, state, reason, source, reference, mall_id AS mallId, shop_order_no AS shopOrderNo, pg_cno AS pgCno,
         cancel_pg_cno AS cancelPgCno, res_cd AS resCd, res_msg AS resMsg, cancel_date AS cancelDate, currency, amount,
         received_at AS receivedAt, receipts, attempts, next_attempt_at AS nextAttemptAt, delivered_at AS deliveredAt
       FROM notifications WHERE id = ?`,
    )
    .bind(id)
    .first<AnswerRow>();
  if (row === null) throw new Error(`Cannot find notification ${id}`);
  return row;
}
