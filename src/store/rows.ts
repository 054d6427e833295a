// Turns rows of `notifications` into notifications.
import type { Notification, Source } from "../rules/notification.ts";
import { BODY_COLUMNS, CONTENT_TYPE_SQL, type StoredBody, bytesOf } from "./stored-body.ts";

/** What a delivery needs of a row. */
export interface DeliverableRow extends StoredBody {
  readonly id: string;
  readonly kind: string;
  readonly receivedAt: number;
  readonly source: Source;
  readonly sourceAddress: string | null;
  readonly reference: string | null;
  readonly contentType: string | null;
  readonly mallId: string | null;
  readonly shopOrderNo: string | null;
  readonly pgCno: string | null;
  readonly cancelPgCno: string | null;
  readonly resCd: string;
  readonly resMsg: string;
  readonly cancelDate: string | null;
  readonly eventDate: string | null;
  readonly currency: string | null;
  readonly amount: string | null;
  readonly repeats: string | null;
  readonly receipts: number;
  readonly attempts: number;
  readonly tries: number;
  readonly confirmed: 0 | 1;
}

/** The columns of a DeliverableRow. */
export const DELIVERABLE = `id, kind, received_at AS receivedAt, source, source_address AS sourceAddress, reference,
  ${CONTENT_TYPE_SQL} AS contentType, ${BODY_COLUMNS}, mall_id AS mallId, shop_order_no AS shopOrderNo, pg_cno AS pgCno,
  cancel_pg_cno AS cancelPgCno, res_cd AS resCd, res_msg AS resMsg, cancel_date AS cancelDate,
  coalesce(event_date, cancel_date) AS eventDate, currency, amount, repeats,
  receipts, attempts, tries, confirm IS 'confirmed' AS confirmed`;

export async function readDeliverable(db: D1Database, ids: readonly string[]): Promise<DeliverableRow[]> {
  const { results } = await db
    .prepare(`SELECT ${DELIVERABLE} FROM notifications WHERE id IN (SELECT value FROM json_each(?))`)
    .bind(JSON.stringify(ids))
    .run<DeliverableRow>();
  return results;
}

export function notificationOf({ body, text, ...row }: DeliverableRow): Notification {
  // Whether it is ambiguous was decided when it was stored.
  return { ...row, ambiguous: false, body: bytesOf({ body, text }) };
}
