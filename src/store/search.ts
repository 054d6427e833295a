// Searches notifications: newest first, in bounded pages. Lists read neither bodies nor histories.
import type { Source } from "../rules/notification.ts";
import type { Attempt } from "../rules/outcome.ts";
import { BODY_COLUMNS, CONTENT_TYPE_SQL, type StoredBody, bytesOf } from "./stored-body.ts";
import { attemptsOf } from "./history.ts";
import { type Filters, binding, conditionOf, within } from "./filters.ts";
import { type State, isState } from "./insert.ts";
import { FEW_PENDING_SEQS, areManyPending } from "./pending.ts";
import { hasManyLonger, matchingCondition, matchingSeqs } from "./matching.ts";

/** A notification as lists show it. */
export interface ListedRow {
  readonly id: string;
  readonly kind: string;
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
  /** When it happened, as KICC wrote it. */
  readonly eventDate: string | null;
  readonly currency: string | null;
  readonly amount: string | null;
  /** The id of the notification that this may repeat. */
  readonly repeats: string | null;
  readonly receivedAt: number;
  readonly receipts: number;
  readonly attempts: number;
  readonly nextAttemptAt: number | null;
  /** Set while an attempt is open, epoch ms. */
  readonly leaseUntil: number | null;
  readonly deliveredAt: number | null;
}

/** The columns of a ListedRow, of `notifications AS n`. Rows from version 1.0.0 have no event_date. */
export const LISTED = `n.id, n.kind, n.state, n.reason, n.source, n.reference, n.mall_id AS mallId,
  n.shop_order_no AS shopOrderNo, n.pg_cno AS pgCno, n.cancel_pg_cno AS cancelPgCno, n.res_cd AS resCd,
  n.res_msg AS resMsg, n.cancel_date AS cancelDate, coalesce(n.event_date, n.cancel_date) AS eventDate, n.currency,
  n.amount, n.repeats, n.received_at AS receivedAt, n.receipts, n.attempts, n.next_attempt_at AS nextAttemptAt,
  n.lease_until AS leaseUntil, n.delivered_at AS deliveredAt`;

/** One notification with everything that is stored of it. */
export interface WholeRow extends ListedRow {
  readonly history: readonly Attempt[];
  readonly body: Uint8Array;
  readonly sourceAddress: string | null;
  readonly contentType: string | null;
  readonly contradicts: string | null;
  readonly confirm: "asking" | "confirmed" | null;
  /** From the person who closed it. */
  readonly note: string | null;
}

export interface Wanted extends Filters {
  /** An id, cancelPgCno, pgCno, shopOrderNo or reference; with 4 characters or more also the beginning of one. */
  readonly q?: string | null;
  /** The `seq` where the page before ended. */
  readonly after?: number | null;
  readonly limit: number;
  /** How many rows a page looks at. A page may then be shorter than its limit, and still have a next one. */
  readonly window?: number;
}

export interface Page {
  readonly rows: readonly ListedRow[];
  /** Where the next page begins; null on the last page. */
  readonly next: number | null;
}

/** How many matches of `q` one page looks at while filtering them, where thousands share an order number. */
const MATCHES_LOOKED_AT = 150;

/** How many of the newest rows a page looks at for a filter without an index. D1 bills three rows read for each. */
const WINDOW = 600;

/** The same in a large backlog, because counting the pending rows has read some already. */
const PENDING_WINDOW = 500;

/** The same where the only filter is `delivered`. */
const DELIVERED_WINDOW = 1000;

/**
 * One round trip. Two where very many numbers begin with `q`, and for pending rows. test/store/search.test.ts shows
 * what each search reads.
 */
export async function search(db: D1Database, wanted: Wanted): Promise<Page> {
  const { q = null, limit } = wanted;
  if (q === null) return pageOf(await pageStatement(db, wanted, await amongOf(db, wanted)).run<Found>(), limit);
  const [longer, matches] = await db.batch<Found & { readonly many: 0 | 1 }>([
    hasManyLonger(db, q),
    pageStatement(db, wanted, "matches"),
  ]);
  if (matches === undefined) throw new Error("Cannot search: D1 returned no page");
  if (longer?.results[0]?.many !== 1) return pageOf(matches, limit);
  // No index has these matches by time of receipt. So the newest rows of all are looked through, as for any other
  // filter.
  return pageOf(await pageStatement(db, wanted, "all").run<Found>(), limit);
}

/** In a large backlog most of the newest rows are pending, so the newest rows of all are looked through. */
async function amongOf(db: D1Database, { state }: Wanted): Promise<"all" | "pending"> {
  return state === "pending" && !(await areManyPending(db)) ? "pending" : "all";
}

interface Found extends ListedRow {
  readonly seq: number;
  readonly fits: 0 | 1;
  /** 1 for the last row that was looked at, if there may be more after it. */
  readonly isEnd: 0 | 1;
}

function pageOf({ results }: D1Result<Found>, limit: number): Page {
  const fitting = results.filter(({ fits }) => fits === 1);
  const rows = fitting.slice(0, limit);
  if (fitting.length > limit) return { rows, next: rows.at(-1)?.seq ?? null };
  return { rows, next: results.find(({ isEnd }) => isEnd === 1)?.seq ?? null };
}

/**
 * The rows of one page; and where the page is not full, the row at which looking stopped. SQLite numbers the rows while
 * it reads them, and the LIMIT stops it early.
 * @param among the rows to look at: all, those whose numbers match `q`, or the pending ones
 */
function pageStatement(db: D1Database, wanted: Wanted, among: "all" | "matches" | "pending"): D1PreparedStatement {
  const values = binding();
  const {
    state = null,
    q = null,
    after = null,
    limit,
    window = state === "pending" ? PENDING_WINDOW : WINDOW,
  } = wanted;
  const range = within(wanted, after, values);
  const indexed = among === "all" && state !== null && state !== "delivered" && state !== "pending" ? state : null;
  const conditions = [
    conditionOf(wanted, values),
    state === null || indexed !== null || among === "pending" ? null : `n.state = ${values.bind(state)}`,
    q === null || among === "matches" ? null : `(${matchingCondition(q, values)})`,
  ].filter((each) => each !== null);
  const looked =
    conditions.length === 0
      ? limit + 1
      : Math.max(limit + 1, q === null || among === "all" ? window : MATCHES_LOOKED_AT);
  const seqs =
    among === "matches" && q !== null
      ? matchingSeqs(q, range, looked, values)
      : `SELECT seq FROM (${FEW_PENDING_SEQS}) WHERE ${range} ORDER BY seq DESC LIMIT ${looked}`;
  const rows =
    among !== "all"
      ? `(${seqs}) AS m CROSS JOIN notifications AS n ON n.seq = m.seq`
      : `notifications AS n WHERE ${indexed === null ? "" : `${isState(indexed)} AND `}${range}`;
  return db
    .prepare(
      `SELECT ${LISTED}, page.seq, page.fits, page.isEnd FROM (
         SELECT seq, fits, place = ${looked} AS isEnd FROM (
           SELECT n.seq, (${conditions.join(" AND ") || "true"}) IS TRUE AS fits,
             row_number() OVER (ORDER BY n.seq DESC) AS place
           FROM ${rows} ORDER BY n.seq DESC LIMIT ${looked})
         WHERE fits OR place = ${looked} LIMIT ${limit + 1}) AS page
       CROSS JOIN notifications AS n ON n.seq = page.seq ORDER BY page.seq DESC`,
    )
    .bind(...values.values);
}

/** SQL: the seqs of delivered rows among the DELIVERED_WINDOW newest, newest first. A LIMIT after it stops it early. */
export function newestDelivered(condition: string): string {
  return `SELECT seq FROM (SELECT seq, state FROM notifications WHERE ${condition} ORDER BY seq DESC LIMIT ${DELIVERED_WINDOW})
    WHERE state = 'delivered'`;
}

/** One notification with its history and body; null where there is none. */
export async function find(db: D1Database, id: string): Promise<WholeRow | null> {
  const row = await db
    .prepare(
      `SELECT ${LISTED}, n.history, ${BODY_COLUMNS}, n.source_address AS sourceAddress, ${CONTENT_TYPE_SQL} AS contentType,
         n.contradicts, n.confirm, n.note
       FROM notifications AS n WHERE n.id = ?`,
    )
    .bind(id)
    .first<StoredWhole<WholeRow>>();
  return row === null ? null : wholeOf(row);
}

/** A row with history and body as they are stored. */
export type StoredWhole<Row> = Omit<Row, "history" | "body"> & StoredBody & { readonly history: string };

export function wholeOf<Row extends { readonly receivedAt: number }>({ text, ...row }: StoredWhole<Row>) {
  return { ...row, history: attemptsOf(row.history, row.receivedAt), body: bytesOf({ body: row.body, text }) };
}

/** One notification as lists show it, for the end of a batch that changes it. */
export function listedStatement(db: D1Database, id: string): D1PreparedStatement {
  return db.prepare(`SELECT ${LISTED} FROM notifications AS n WHERE n.id = ?`).bind(id);
}
