// Looking for notifications: newest first, in bounded pages by key. Lists read neither bodies nor histories.
import type { Source } from "../rules/notification.ts";
import type { Attempt } from "../rules/outcome.ts";
import { type State, isState } from "./insert.ts";

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

export interface Wanted {
  readonly state: State | null;
  /** Exactly an id, cancelPgCno, pgCno, shopOrderNo or reference. */
  readonly q: string | null;
  /** Where the page before ended, a `seq`. */
  readonly after: number | null;
  readonly limit: number;
}

export interface Page {
  readonly rows: readonly ListedRow[];
  /** Where the next page begins; null on the last one. */
  readonly next: number | null;
}

// D1 compounds at most five SELECTs: as many as there are fields to search.
const SEARCHED = ["id", "cancel_pg_cno", "pg_cno", "shop_order_no", "reference"];

/**
 * How many matches one page of a search looks at when it keeps one state's alone. It bounds what is read where
 * thousands share an order number; a page may then hold fewer than its limit, or none, and still have a next one.
 */
const LOOKED_AT = 150;

/** The same for what is delivered, which no index knows: among how many the newest delivered ones are looked for. */
const DELIVERED_WINDOW = 1000;

/** One round trip. Measured with 100,000 rows and pages of 100: at most 460 rows read, 2,100 of delivered ones. */
export async function search(db: D1Database, { state, q, after, limit }: Wanted): Promise<Page> {
  const before = after ?? Number.MAX_SAFE_INTEGER;
  const looked = q !== null && state !== null ? Math.max(LOOKED_AT, limit + 1) : limit + 1;
  const [page, end] = await db.batch<ListedRow & { readonly seq: number }>([
    db
      .prepare(
        `WITH page AS (${pageOf(state, q)} LIMIT ?2)
         SELECT ${LISTED}, n.seq FROM page CROSS JOIN notifications AS n ON n.seq = page.seq ORDER BY page.seq DESC`,
      )
      .bind(before, looked, ...(q === null ? [] : [q])),
    ...(q === null && state === "delivered" ? [lookedTo(db, before)] : []),
  ]);
  const results = page?.results ?? [];
  const found = state === null ? results : results.filter((row) => row.state === state);
  const rows = found.slice(0, limit);
  if (found.length > limit) return { rows, next: rows.at(-1)?.seq ?? null };
  const last = results.length === looked ? results.at(-1) : end?.results[0];
  return { rows, next: last?.seq ?? null };
}

/** Reads one index alone, or the table where no index knows the state. */
function pageOf(state: State | null, q: string | null): string {
  if (q !== null) return `${SEARCHED.map((column) => ofCondition(`${column} = ?3`)).join(" UNION ")} ORDER BY seq DESC`;
  if (state !== "delivered") return ofCondition(state === null ? "true" : isState(state));
  return newestDelivered("seq < ?1");
}

/** The seqs, newest first, of delivered ones among the DELIVERED_WINDOW newest. Read only as far as the LIMIT behind it asks. */
export function newestDelivered(condition: string): string {
  return `SELECT seq FROM (SELECT seq, state FROM notifications WHERE ${condition} ORDER BY seq DESC LIMIT ${DELIVERED_WINDOW})
    WHERE state = 'delivered'`;
}

function ofCondition(condition: string): string {
  return `SELECT * FROM (SELECT seq FROM notifications WHERE ${condition} AND seq < ?1 ORDER BY seq DESC LIMIT ?2)`;
}

/** Where a page of delivered ones stops looking; no row where it comes to the end. */
function lookedTo(db: D1Database, before: number): D1PreparedStatement {
  return db
    .prepare(`SELECT seq FROM notifications WHERE seq < ? ORDER BY seq DESC LIMIT 1 OFFSET ${DELIVERED_WINDOW - 1}`)
    .bind(before);
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
