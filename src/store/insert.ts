// Storing a notification: statements that insert it, count a receipt, and hold the failures that it supersedes. Each is
// safe to run twice.
import type { Notification } from "../rules/notification.ts";
import { SUCCESS } from "../rules/notification.ts";

/*
 * Which pairs of state and `confirm` exist:
 *
 *   state                   | null                            | asking                         | confirmed
 *   ------------------------|---------------------------------|--------------------------------|------------------------
 *   pending                 | KICC is not asked, or a person  | due for a query to KICC,       | KICC confirmed it, or
 *                           | replayed it                     | not for an attempt             | it is from the status API
 *   held                    | also reason `unconfirmed`       | never                          | yes
 *   delivered, dead, closed | yes                             | never: it has no attempts      | yes
 *
 * `asking` is only for successes whose kind has a status API. It ends as pending and confirmed, or as held (`unconfirmed`)
 * and null.
 */
export const STATES = ["pending", "delivered", "dead", "held", "closed"] as const;
export type State = (typeof STATES)[number];

// Microseconds: 1,000 rows for each millisecond. A JavaScript number holds such a seq until the year 2255.
const SEQS_PER_MS = 1000;

/** Lower bound of `seq` for rows received at or after `instant`, epoch ms. */
export function seqAt(instant: number): number {
  return instant * SEQS_PER_MS;
}

/** The time of receipt of the row with this `seq`, epoch ms. */
export function receivedAtOf(seq: number): number {
  return Math.floor(seq / SEQS_PER_MS);
}

/**
 * A condition with a literal state, so that SQLite uses the partial index by_state. Delivered rows are nearly all rows,
 * and have no index; pending rows are in the index `due`.
 */
export function isState(state: Exclude<State, "delivered" | "pending">): string {
  return `state = '${state}'`;
}

/** In queue mode the other Worker reports an attempt within this time. Later it counts as failed. */
export const UNREPORTED_MS = 10 * 60 * 1000;

/** How a notification is stored, decided from the settings. */
export interface Storing {
  /** It names a mallId that is not ours: it is held. */
  readonly foreign: boolean;
  /**
   * It names no mallId, and these are ours: it is held, unless one of its ids is known as ours. null where that does
   * not matter.
   */
  readonly oursAmong: readonly string[] | null;
  /** asking: KICC is asked before it is delivered. confirmed: KICC itself said it. */
  readonly confirm: "asking" | "confirmed" | null;
  /** Queue mode: enqueueing it is the first attempt, open until then (epoch ms). null in the other modes. */
  readonly attemptOpenUntil: number | null;
  /** The id of this receipt. Storing it again after a lost reply counts it once. */
  readonly receipt: string;
}

export interface StoredRow {
  readonly id: string;
  readonly state: State;
  readonly receipts: number;
  readonly attempts: number;
  readonly confirm: "asking" | "confirmed" | null;
}

/** Why it is held when it is stored, and which notification it contradicts. */
export interface Held {
  readonly reason: "foreign" | "ambiguous" | "contradicts" | "conflict";
  readonly contradicts: string | null;
}

/** Where other notifications of the event are found: an indexed column and its value. */
export interface EventKey {
  readonly column: "cancel_pg_cno" | "pg_cno" | "shop_order_no";
  readonly value: string;
}

export const RETURNING = "RETURNING id, state, receipts, attempts, confirm";

/** SQL: the next free seq in the millisecond of receipt; where that is full, the next one of all. */
const SEQ = `(SELECT iif(max(seq) = ?5 * ${SEQS_PER_MS} + ${SEQS_PER_MS - 1}, (SELECT max(seq) + 1 FROM notifications),
    coalesce(max(seq) + 1, ?5 * ${SEQS_PER_MS})) FROM notifications
  WHERE seq >= ?5 * ${SEQS_PER_MS} AND seq < (?5 + 1) * ${SEQS_PER_MS})`;

/*
 * The parameters of every INSERT here:
 *
 *   ?1 id                ?7 body, base64      ?13 currency         ?19 confirm
 *   ?2 source            ?8 pgCno             ?14 amount           ?20 reason, null: not held
 *   ?3 sourceAddress     ?9 cancelPgCno       ?15 mallId           ?21 contradicts
 *   ?4 reference         ?10 resCd            ?16 shopOrderNo      ?22 kind
 *   ?5 receivedAt        ?11 resMsg           ?17 receipt          ?23 eventDate, null: as cancelDate
 *   ?6 contentType       ?12 cancelDate       ?18 attempt open     ?24 repeats
 *                                                 until, or null
 * insertAlone adds ?25 the value of the event's column, ?26 `since`; insertJudged adds ?25 and ?26 of the guard.
 */
const VALUES = `INSERT INTO notifications (seq, id, source, source_address, reference, received_at, content_type, body,
    pg_cno, cancel_pg_cno, res_cd, res_msg, cancel_date, currency, amount, mall_id, shop_order_no, receipt,
    state, reason, contradicts, next_attempt_at, attempts, tries, claimed_at, lease_until, confirm, kind, event_date,
    repeats)
  SELECT ${SEQ}, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
    iif(?20 IS NULL, 'pending', 'held'), ?20, ?21, ?5, ?18 IS NOT NULL, ?18 IS NOT NULL, ?18 - ${UNREPORTED_MS}, ?18,
    ?19, ?22, ?23, ?24`;

/** Columns that a receipt fills in where the first receipt lacked them. The status API fills in nothing. */
const FILLED = ["currency", "amount", "mall_id", "pg_cno", "shop_order_no"];

const COUNTS = `receipts = receipts + (receipt <> excluded.receipt), receipt = excluded.receipt,
  mall_id = coalesce(mall_id, excluded.mall_id),
  reference = coalesce(reference, excluded.reference)`;

/**
 * Same id, and no other mallId, pgCno or shopOrderNo. It also refuses a receipt that would fill in a missing pgCno or
 * shopOrderNo: that would write their indexes with every resend, so countReceipt does it after reading the row.
 */
const AGREES = `(mall_id IS NULL OR excluded.mall_id IS NULL OR mall_id = excluded.mall_id)
  AND (excluded.pg_cno IS NULL OR pg_cno = excluded.pg_cno)
  AND (excluded.shop_order_no IS NULL OR shop_order_no = excluded.shop_order_no)`;

/**
 * Inserts where nothing else of the event is stored, or counts a receipt of the same id. This is nearly always enough,
 * in one round trip. It returns no row where the others must be read and judged first.
 * @param byReference rows with the same reference count as others too
 * @param since epoch ms; a row of the same id that is older is another event. null where the id is enough
 */
export function insertAlone(
  db: D1Database,
  notification: Notification,
  storing: Storing,
  event: EventKey | null,
  byReference: boolean,
  since: number | null,
): D1PreparedStatement {
  const others = [
    ...(event === null ? [] : [othersOf(event.column, "?25")]),
    ...(byReference ? [othersOf("reference", "?4")] : []),
  ];
  const sql = `${VALUES} WHERE ${others.length === 0 ? "true" : others.join(" AND ")}
    ON CONFLICT (id) DO UPDATE SET ${COUNTS} WHERE ${AGREES}${since === null ? "" : " AND received_at >= ?26"} ${RETURNING}`;
  const bound = [...valuesOf(notification, storing, null), event?.value ?? null, since];
  return db.prepare(compact(sql)).bind(...bound.slice(0, since === null ? (event === null ? 24 : 25) : 26));
}

function othersOf(column: string, value: string): string {
  return `NOT EXISTS (SELECT 1 FROM notifications WHERE ${column} = ${value} AND kind = ?22 AND id <> ?1)`;
}

/** Inserts one that is held whatever else is stored: it is compared with nothing. */
export function insertHeld(
  db: D1Database,
  notification: Notification,
  storing: Storing,
  held: Held,
): D1PreparedStatement {
  const sql = `${VALUES} WHERE true ON CONFLICT (id) DO UPDATE SET ${COUNTS} ${RETURNING}`;
  return db.prepare(compact(sql)).bind(...valuesOf(notification, storing, held));
}

/** Inserts one that was judged. It returns no row where the rows that it was compared with have changed since. */
export function insertJudged(
  db: D1Database,
  notification: Notification,
  storing: Storing,
  judged: { readonly held: Held | null; readonly repeats: string | null },
  guard: Guard,
): D1PreparedStatement {
  const sql = `${VALUES} WHERE ${guard.sql("?25", "?26")} ON CONFLICT (id) DO UPDATE SET ${COUNTS} ${RETURNING}`;
  return db
    .prepare(compact(sql))
    .bind(...valuesOf(notification, storing, judged.held, judged.repeats), ...guard.values);
}

/** A condition that what was read before judging has not changed. */
export interface Guard {
  /** SQL of the condition. @param which the parameter for the rows @param before the parameter for what they were */
  readonly sql: (which: string, before: string) => string;
  readonly values: readonly [string, string | null];
}

/** Counts one more receipt of `id`. @param confirms KICC confirmed it: it becomes pending and due now */
export function countReceipt(
  db: D1Database,
  id: string,
  notification: Notification,
  receipt: string,
  confirms: boolean,
  guard: Guard,
): D1PreparedStatement {
  const { source, currency, amount, mallId, pgCno, shopOrderNo, reference, receivedAt } = notification;
  const fills = source !== "status-api";
  const filled = fills ? FILLED.map((column, at) => `, ${column} = coalesce(${column}, ?${at + 5})`).join("") : "";
  const sql = `UPDATE notifications SET receipts = receipts + (receipt <> ?2), receipt = ?2,
      reference = coalesce(reference, ?3)${filled}
      ${confirms ? ", state = 'pending', reason = NULL, confirm = 'confirmed', next_attempt_at = ?4" : ""}
    WHERE id = ?1 AND ${guard.sql("?10", "?11")} ${RETURNING}`;
  const values = [id, receipt, reference, receivedAt, currency, amount, mallId, pgCno, shopOrderNo, ...guard.values];
  return db.prepare(compact(sql)).bind(...values);
}

/** For the transaction that stores a success: holds the pending failures of the event. */
export function supersede(db: D1Database, ids: readonly string[], by: string, receipt: string): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE notifications SET state = 'held', reason = 'superseded', contradicts = ?2
       WHERE id IN (SELECT value FROM json_each(?1)) AND +state = 'pending' AND res_cd <> '${SUCCESS}'
         AND EXISTS (SELECT 1 FROM notifications WHERE id = ?2 AND receipt = ?3)`,
    )
    .bind(JSON.stringify(ids), by, receipt);
}

function valuesOf(
  notification: Notification,
  storing: Storing,
  held: Held | null,
  repeats: string | null = null,
): unknown[] {
  const { cancelDate, eventDate } = notification;
  return [
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
    cancelDate,
    notification.currency,
    notification.amount,
    notification.mallId,
    notification.shopOrderNo,
    storing.receipt,
    storing.confirm === "asking" || held !== null ? null : storing.attemptOpenUntil,
    held === null || storing.confirm === "confirmed" ? storing.confirm : null,
    held?.reason ?? null,
    held?.contradicts ?? null,
    notification.kind,
    eventDate === cancelDate ? null : eventDate,
    repeats,
  ];
}

const compacted = new Map<string, string>();

/**
 * Removes blanks. The statement travels to D1 with each notification, so its length is part of the time until the ack.
 */
function compact(sql: string): string {
  const known = compacted.get(sql) ?? sql.replaceAll(/\s+/g, " ");
  compacted.set(sql, known);
  return known;
}
