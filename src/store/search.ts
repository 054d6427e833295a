// Looking for notifications: newest first, in bounded pages by key. Lists read neither bodies nor histories.
import type { Source } from "../notification.ts";
import type { Attempt } from "../outcome.ts";
import { STATES, type State } from "./notifications.ts";

/** A notification as lists show it. */
export interface ListedRow {
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
  /** Set while an attempt is open. */
  readonly leaseUntil: number | null;
  readonly deliveredAt: number | null;
}

/** The columns of a ListedRow, of `notifications AS n`. */
export const LISTED = `n.id, n.state, n.reason, n.source, n.reference, n.mall_id AS mallId, n.shop_order_no AS shopOrderNo,
  n.pg_cno AS pgCno, n.cancel_pg_cno AS cancelPgCno, n.res_cd AS resCd, n.res_msg AS resMsg,
  n.cancel_date AS cancelDate, n.currency, n.amount, n.received_at AS receivedAt, n.receipts, n.attempts,
  n.next_attempt_at AS nextAttemptAt, n.lease_until AS leaseUntil, n.delivered_at AS deliveredAt`;

/** One notification with all that there is to see. */
export interface WholeRow extends ListedRow {
  readonly history: readonly Attempt[];
  readonly body: Uint8Array;
  readonly sourceAddress: string | null;
  readonly contentType: string | null;
  readonly contradicts: string | null;
  readonly confirm: "asking" | "confirmed" | null;
  /** Of the person who closed it. */
  readonly note: string | null;
}

/** Where a page ended: its last notification's key. */
export interface Position {
  readonly receivedAt: number;
  readonly id: string;
}

export interface Wanted {
  readonly state: State | null;
  /** Exactly an id, cancelPgCno, pgCno, shopOrderNo or reference. */
  readonly q: string | null;
  readonly after: Position | null;
  readonly limit: number;
}

export interface Page {
  readonly rows: readonly ListedRow[];
  /** Where the next page begins; null on the last one. */
  readonly next: Position | null;
}

// D1 compounds at most five SELECTs: as many as there are states, and as there are fields to search.
const SEARCHED = ["id", "cancel_pg_cno", "pg_cno", "shop_order_no", "reference"];

/**
 * How many matches one page of a search looks at when it keeps one state's alone. It bounds what is read where
 * thousands share an order number; a page may then hold fewer than its limit, or none, and still have a next one.
 */
const LOOKED_AT = 150;

/** One query. Measured with 100,000 rows and pages of 100: at most 820 rows read, with `q` at most 1,060. */
export async function search(db: D1Database, wanted: Wanted): Promise<Page> {
  const { state, q, after, limit } = wanted;
  const looked = q !== null && state !== null ? Math.max(LOOKED_AT, limit + 1) : limit + 1;
  const selects =
    q === null
      ? (state === null ? STATES : [state]).map(ofState).join(" UNION ALL ")
      : SEARCHED.map(ofField).join(" UNION ");
  const { results } = await db
    .prepare(
      `WITH page AS (${selects} ORDER BY received_at DESC, id DESC LIMIT ?3)
       SELECT ${LISTED} FROM page CROSS JOIN notifications AS n ON n.id = page.id
       ORDER BY page.received_at DESC, page.id DESC`,
    )
    .bind(after?.receivedAt ?? Number.MAX_SAFE_INTEGER, after?.id ?? "", looked, ...(q === null ? [] : [q]))
    .run<ListedRow>();
  const found = state === null ? results : results.filter((row) => row.state === state);
  const rows = found.slice(0, limit);
  const last = found.length > limit ? rows.at(-1) : results.length === looked ? results.at(-1) : undefined;
  return { rows, next: last ? { receivedAt: last.receivedAt, id: last.id } : null };
}

const AFTER = "(received_at, id) < (?1, ?2) ORDER BY received_at DESC, id DESC LIMIT ?3";

/** Reads the index alone, whose end is the primary key. */
function ofState(state: State): string {
  return `SELECT * FROM (SELECT received_at, id FROM notifications WHERE state = '${state}' AND ${AFTER})`;
}

function ofField(column: string): string {
  return `SELECT * FROM (SELECT received_at, id FROM notifications WHERE ${column} = ?4 AND ${AFTER})`;
}

/** One notification with history and body; null where there is none. */
export async function find(db: D1Database, id: string): Promise<WholeRow | null> {
  const row = await db
    .prepare(
      `SELECT ${LISTED}, n.history, n.body, n.source_address AS sourceAddress, n.content_type AS contentType,
         n.contradicts, n.confirm, n.note
       FROM notifications AS n WHERE n.id = ?`,
    )
    .bind(id)
    .first<Omit<WholeRow, "history" | "body"> & { readonly history: string; readonly body: string }>();
  if (row === null) return null;
  return { ...row, history: JSON.parse(row.history) as Attempt[], body: Uint8Array.fromBase64(row.body) };
}

/** One as lists show it, for the end of a batch that changes it. */
export function listedStatement(db: D1Database, id: string): D1PreparedStatement {
  return db.prepare(`SELECT ${LISTED} FROM notifications AS n WHERE n.id = ?`).bind(id);
}
