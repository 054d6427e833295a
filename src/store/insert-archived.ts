// Writes an archived notification back as a row, at its time of receipt. Its attempts are marked as counted.
import { seqAt } from "./insert.ts";

export interface Restored {
  readonly id: string;
  readonly kind: string;
  readonly receivedAt: string;
  readonly deliveredAt: string | null;
  readonly history: readonly { readonly startedAt: string; readonly durationMs: number | null }[];
  readonly bodyBase64: string;
  readonly attempts: number;
}

const COLUMNS = {
  state: "state",
  reason: "reason",
  contradicts: "contradicts",
  source: "source",
  source_address: "sourceAddress",
  reference: "reference",
  mall_id: "mallId",
  shop_order_no: "shopOrderNo",
  pg_cno: "pgCno",
  cancel_pg_cno: "cancelPgCno",
  res_cd: "resCd",
  res_msg: "resMsg",
  cancel_date: "cancelDate",
  event_date: "eventDate",
  repeats: "repeats",
  currency: "currency",
  amount: "amount",
  receipts: "receipts",
  attempts: "attempts",
  note: "note",
  content_type: "contentType",
  kind: "kind",
  body: "bodyBase64",
  id: "id",
} as const;

/** Nothing is judged: the row is finished, and was judged when it was stored first. */
export async function insertArchived(db: D1Database, line: Restored): Promise<void> {
  const receivedAt = Date.parse(line.receivedAt);
  const history = line.history.map((attempt) => ({ ...attempt, startedAt: Date.parse(attempt.startedAt) }));
  const last = history.at(-1);
  const settledAt = last === undefined ? null : last.startedAt + (last.durationMs ?? 0);
  const names = Object.keys(COLUMNS);
  const from = Object.values(COLUMNS).map((name) => `?1 ->> '${name}'`);
  await db
    .prepare(
      `INSERT OR IGNORE INTO notifications (${names.join(", ")}, seq, received_at, receipt, tries, settled_at, delivered_at,
         history, counted)
       SELECT ${from.join(", ")},
         coalesce((SELECT max(seq) + 1 FROM notifications WHERE seq >= ?2 AND seq < ?2 + ${seqAt(1)}), ?2),
         ?3, 'restored', 0, ?4, ?5, ?6, ?7
       WHERE NOT EXISTS (SELECT 1 FROM notifications WHERE id = ?1 ->> 'id')`,
    )
    .bind(
      JSON.stringify(line),
      seqAt(receivedAt),
      receivedAt,
      settledAt,
      line.deliveredAt === null ? null : Date.parse(line.deliveredAt),
      JSON.stringify(history),
      history.length,
    )
    .run();
}
