// Storing a notification: the statements that insert it, count a receipt, and hold what it supersedes. Each is safe to run twice.
import type { Notification } from "../rules/notification.ts";
import { SUCCESS } from "../rules/notification.ts";

export const STATES = ["pending", "delivered", "dead", "held", "closed"] as const;
export type State = (typeof STATES)[number];

// Microseconds: a thousand places for each instant, and a JavaScript number holds them until 2255.
const SEQS_PER_MS = 1000;

/** Lower bound of `seq` for rows received at or after `instant`, epoch ms. */
export function seqAt(instant: number): number {
  return instant * SEQS_PER_MS;
}

/** When the row of this `seq` was received, epoch ms. */
export function receivedAtOf(seq: number): number {
  return Math.floor(seq / SEQS_PER_MS);
}

/** A condition that the index by_state serves: a literal. Nearly all are delivered, and the index `due` has the pending ones. */
export function isState(state: Exclude<State, "delivered" | "pending">): string {
  return `state = '${state}'`;
}

/** In queue mode another Worker reports an attempt within this time, or it counts as failed. */
export const UNREPORTED_MS = 10 * 60 * 1000;

/** How a notification is to be stored: what the settings say about it. */
export interface Storing {
  /** It names a mallId that is not ours: held. */
  readonly foreign: boolean;
  /** It names no mallId, and these are ours: held, unless one of its ids is known as ours. */
  readonly oursAmong: readonly string[] | null;
  /** KICC is to be asked before it is delivered, or said it itself. */
  readonly confirm: "asking" | "confirmed" | null;
  /** In queue mode the enqueueing that follows is the first attempt, open for UNREPORTED_MS until then. */
  readonly attemptOpenUntil: number | null;
  /** This receipt's own id: storing it again, after a lost reply, counts it once. */
  readonly receipt: string;
}

export interface StoredRow {
  readonly id: string;
  readonly state: State;
  readonly receipts: number;
  readonly attempts: number;
  readonly confirm: "asking" | "confirmed" | null;
}

/** Why it is held from the first, and what it contradicts. */
export interface Held {
  readonly reason: "foreign" | "ambiguous" | "contradicts" | "conflict";
  readonly contradicts: string | null;
}

/** Where others of the event are: a column that an index serves, and what it holds. */
export interface EventKey {
  readonly column: "cancel_pg_cno" | "pg_cno" | "shop_order_no";
  readonly value: string;
}

export const RETURNING = "RETURNING id, state, receipts, attempts, confirm";

/** The next free one of the millisecond of receipt; where that is full, the next of all. */
const SEQ = `(SELECT iif(max(seq) = ?5 * ${SEQS_PER_MS} + ${SEQS_PER_MS - 1}, (SELECT max(seq) + 1 FROM notifications),
    coalesce(max(seq) + 1, ?5 * ${SEQS_PER_MS})) FROM notifications
  WHERE seq >= ?5 * ${SEQS_PER_MS} AND seq < (?5 + 1) * ${SEQS_PER_MS})`;

/*
 * ?1 id · ?2 source · ?3 source address · ?4 reference · ?5 received at · ?6 content type · ?7 body · ?8 pgCno · ?9 cancelPgCno
 * ?10 resCd · ?11 resMsg · ?12 cancelDate · ?13 currency · ?14 amount · ?15 mallId · ?16 shopOrderNo · ?17 receipt's own id
 * ?18 the attempt is open until · ?19 confirm · ?20 reason · ?21 contradicts · ?22 kind · ?23 eventDate · ?24 repeats
 */
const VALUES = `INSERT INTO notifications (seq, id, source, source_address, reference, received_at, content_type, body,
    pg_cno, cancel_pg_cno, res_cd, res_msg, cancel_date, currency, amount, mall_id, shop_order_no, receipt,
    state, reason, contradicts, next_attempt_at, attempts, tries, claimed_at, lease_until, confirm, kind, event_date,
    repeats)
  SELECT ${SEQ}, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
    iif(?20 IS NULL, 'pending', 'held'), ?20, ?21, ?5, ?18 IS NOT NULL, ?18 IS NOT NULL, ?18 - ${UNREPORTED_MS}, ?18,
    ?19, ?22, ?23, ?24`;

/** A receipt fills in what the first lacked of these; the status API's word adds nothing to KICC's own. */
const FILLED = ["currency", "amount", "mall_id", "pg_cno", "shop_order_no"];

const COUNTS = `receipts = receipts + (receipt <> excluded.receipt), receipt = excluded.receipt,
  mall_id = coalesce(mall_id, excluded.mall_id),
  reference = coalesce(reference, excluded.reference)`;

/**
 * With the same id: no other mallId, pgCno or shopOrderNo, and none of the latter two that the first lacked. Filling
 * those in writes their indexes with every resend, so that it is left to the statement that follows a look.
 */
const AGREES = `(mall_id IS NULL OR excluded.mall_id IS NULL OR mall_id = excluded.mall_id)
  AND (excluded.pg_cno IS NULL OR pg_cno = excluded.pg_cno)
  AND (excluded.shop_order_no IS NULL OR shop_order_no = excluded.shop_order_no)`;

/**
 * Inserts where nothing else of the event is stored, or counts a receipt of the same id: one round trip, as nearly
 * always. It returns no row where others have to be looked at first.
 * @param byReference others of the reference count as well
 * @param since of a weak slot: an older one of the same id is another event
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

/** One that needs a person whatever else is stored: it is compared with nothing. */
export function insertHeld(
  db: D1Database,
  notification: Notification,
  storing: Storing,
  held: Held,
): D1PreparedStatement {
  const sql = `${VALUES} WHERE true ON CONFLICT (id) DO UPDATE SET ${COUNTS} ${RETURNING}`;
  return db.prepare(compact(sql)).bind(...valuesOf(notification, storing, held));
}

/** One that was compared with what is stored of its event. No row where that has changed since. */
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

/** What was read before judging, as a condition that it has not changed. */
export interface Guard {
  /** A condition with two parameters: which rows, and what they were before. */
  readonly sql: (which: string, before: string) => string;
  readonly values: readonly [string, string | null];
}

/** Counts one more receipt of `id`. @param confirms KICC's word: it goes its way now, due at once */
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

/** In the transaction that stores a success: failures that nobody was told of need a person. */
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

/** The statement travels to D1 with each notification, so that its length is part of the ack's time. */
function compact(sql: string): string {
  const known = compacted.get(sql) ?? sql.replaceAll(/\s+/g, " ");
  compacted.set(sql, known);
  return known;
}
