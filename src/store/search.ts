// Looking for notifications: newest first, in bounded pages by key. Lists read neither bodies nor histories.
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
  /** The id of the one that this may be a repeat of. */
  readonly repeats: string | null;
  readonly receivedAt: number;
  readonly receipts: number;
  readonly attempts: number;
  readonly nextAttemptAt: number | null;
  /** Set while an attempt is open. */
  readonly leaseUntil: number | null;
  readonly deliveredAt: number | null;
}

/** The columns of a ListedRow, of `notifications AS n`. Rows of 1.0.0 have no event_date. */
export const LISTED = `n.id, n.kind, n.state, n.reason, n.source, n.reference, n.mall_id AS mallId,
  n.shop_order_no AS shopOrderNo, n.pg_cno AS pgCno, n.cancel_pg_cno AS cancelPgCno, n.res_cd AS resCd,
  n.res_msg AS resMsg, n.cancel_date AS cancelDate, coalesce(n.event_date, n.cancel_date) AS eventDate, n.currency,
  n.amount, n.repeats, n.received_at AS receivedAt, n.receipts, n.attempts, n.next_attempt_at AS nextAttemptAt,
  n.lease_until AS leaseUntil, n.delivered_at AS deliveredAt`;

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

export interface Wanted extends Filters {
  /** An id, cancelPgCno, pgCno, shopOrderNo or reference; of 4 characters or more also the beginning of one. */
  readonly q?: string | null;
  /** Where the page before ended, a `seq`. */
  readonly after?: number | null;
  readonly limit: number;
  /** How many rows a page looks at to find its own; it may then be shorter than its limit, and still have a next one. */
  readonly window?: number;
}

export interface Page {
  readonly rows: readonly ListedRow[];
  /** Where the next page begins; null on the last one. */
  readonly next: number | null;
}

/** How many matches of `q` one page looks at when it keeps some of them alone, where thousands share an order number. */
const MATCHES_LOOKED_AT = 150;

/** The same for what no index knows: among so many, the newest that fit are looked for. D1 bills three rows read for each. */
const WINDOW = 600;

/** The same where many are pending, which was looked at before. */
const PENDING_WINDOW = 500;

/** The same where no row is told from another but by being delivered. */
const DELIVERED_WINDOW = 1000;

/** One round trip; two where very many numbers begin with `q`, or for what is pending. What each reads: test/store/search.test.ts. */
export async function search(db: D1Database, wanted: Wanted): Promise<Page> {
  const { q = null, limit } = wanted;
  if (q === null) return pageOf(await pageStatement(db, wanted, await amongOf(db, wanted)).run<Found>(), limit);
  const [longer, matches] = await db.batch<Found & { readonly many: 0 | 1 }>([
    hasManyLonger(db, q),
    pageStatement(db, wanted, "matches"),
  ]);
  if (matches === undefined) throw new Error("Cannot search: D1 returned no page");
  if (longer?.results[0]?.many !== 1) return pageOf(matches, limit);
  // No index has them in the order of receipt: they are looked for among all, as with any other filter.
  return pageOf(await pageStatement(db, wanted, "all").run<Found>(), limit);
}

/** In a large backlog most of the newest are pending: there they are looked for among all. */
async function amongOf(db: D1Database, { state }: Wanted): Promise<"all" | "pending"> {
  return state === "pending" && !(await areManyPending(db)) ? "pending" : "all";
}

interface Found extends ListedRow {
  readonly seq: number;
  readonly fits: 0 | 1;
  /** 1 for the last row that was looked at, where there may be more behind it. */
  readonly isEnd: 0 | 1;
}

function pageOf({ results }: D1Result<Found>, limit: number): Page {
  const fitting = results.filter(({ fits }) => fits === 1);
  const rows = fitting.slice(0, limit);
  if (fitting.length > limit) return { rows, next: rows.at(-1)?.seq ?? null };
  return { rows, next: results.find(({ isEnd }) => isEnd === 1)?.seq ?? null };
}

/**
 * The rows of one page and, where it is not full, the row at which it stops to look. SQLite numbers the rows while it
 * reads them, and reads no further than the LIMIT behind it asks.
 * @param among all notifications, or those alone whose numbers match `q`, or that are pending
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

/** The seqs, newest first, of delivered ones among the DELIVERED_WINDOW newest. Read only as far as the LIMIT behind it asks. */
export function newestDelivered(condition: string): string {
  return `SELECT seq FROM (SELECT seq, state FROM notifications WHERE ${condition} ORDER BY seq DESC LIMIT ${DELIVERED_WINDOW})
    WHERE state = 'delivered'`;
}

/** One notification with history and body; null where there is none. */
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

/** One as lists show it, for the end of a batch that changes it. */
export function listedStatement(db: D1Database, id: string): D1PreparedStatement {
  return db.prepare(`SELECT ${LISTED} FROM notifications AS n WHERE n.id = ?`).bind(id);
}
