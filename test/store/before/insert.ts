// Storing a notification: one idempotent statement decides what it is — new, a receipt of one that is known, or held.
import type { Notification } from "../../../src/rules/notification.ts";
import { SUCCESS } from "../../../src/rules/notification.ts";
import { proveStatement } from "./proving.ts";

export const STATES = ["pending", "delivered", "dead", "held", "closed"] as const;
export type State = (typeof STATES)[number];

// Microseconds: a thousand places for each instant, and a JavaScript number holds them until 2255.
const SEQS_PER_MS = 1000;

/** The first `seq` of what is received at `instant`, epoch ms; earlier ones have smaller ones. */
export function seqAt(instant: number): number {
  return instant * SEQS_PER_MS;
}

/** A condition that the index by_state serves. Nearly all are delivered: it leaves them out. */
export function isState(state: Exclude<State, "delivered">): string {
  return `state = '${state}' AND state <> 'delivered'`;
}

/** In queue mode another Worker reports an attempt within this time, or it counts as failed. */
export const UNREPORTED_MS = 10 * 60 * 1000;

/** How a notification is to be stored: what the settings say about it. */
export interface Storing {
  /** Not one of our mallIds: held. */
  readonly foreign: boolean;
  /** KICC is to be asked before it is delivered, or said it itself. */
  readonly confirm: "asking" | "confirmed" | null;
  /** In queue mode the enqueueing that follows is the first attempt, open for UNREPORTED_MS until then. */
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
 * Other notifications of the same cancellation, its kin, have a say. `same` is a success that this one only repeats, adds
 * a missing amount to, or lacks it: this is a receipt of it. `success` is what a failure contradicts. `other` names
 * another amount or currency; against one made from the status API amounts are not compared. What KICC did not confirm
 * says nothing against another, or a forged one would keep the real one from the origin. For the same reasons a receipt
 * from the status API adds no amount to one of KICC's own.
 *
 * The statement travels to D1 with each notification, so that its length is part of the ack's time: there is one for
 * each kind, and one pass over the kin finds the first of each, by texts that sort by the instant of receipt and end
 * with the id.
 */
const FIRST = "received_at || id";

const FIRST_OR_ITSELF = `(id <> ?1) || ${FIRST}`;

/** The next free one of the millisecond of receipt; where that is full, the next of all. */
const SEQ = `(SELECT iif(max(seq) = ?5 * ${SEQS_PER_MS} + ${SEQS_PER_MS - 1}, (SELECT max(seq) + 1 FROM notifications),
    coalesce(max(seq) + 1, ?5 * ${SEQS_PER_MS})) FROM notifications
  WHERE seq >= ?5 * ${SEQS_PER_MS} AND seq < (?5 + 1) * ${SEQS_PER_MS})`;

/** An id has 36 characters. */
function idIn(first: string): string {
  return `substr(${first}, -36)`;
}

/** What differs by where a success came from: conditions on its kin, and what a receipt adds. The status API names a cancelPgCno. */
interface Kin {
  readonly isSame: string;
  readonly isOther: string;
  readonly isSameByReference: string;
  readonly adds: string;
}

const OF_KICC: Kin = {
  isSame: `source = 'status-api'
    OR (currency IS NULL OR ?13 IS NULL OR currency = ?13) AND (amount IS NULL OR ?14 IS NULL OR amount = ?14)`,
  isOther: "source <> 'status-api' AND (currency <> ?13 OR amount <> ?14)",
  isSameByReference: "source = 'status-api'",
  adds: "currency = coalesce(currency, excluded.currency), amount = coalesce(amount, excluded.amount),",
};

const OF_STATUS_API: Kin = {
  isSame: "confirm IS NOT 'asking'",
  isOther: "false",
  isSameByReference: "cancel_pg_cno IS NULL AND confirm IS NOT 'asking'",
  adds: "",
};

const COUNTS = "reason IS NOT 'unconfirmed'";

function sameOf({ isSame }: Kin): string {
  return `min(iif(res_cd = '${SUCCESS}' AND (id = ?1 OR ${COUNTS} AND (${isSame})), ${FIRST_OR_ITSELF}, NULL))`;
}

/**
 * Between the status API's and one without cancelPgCno the reference tells that they are the same, where one
 * cancellation alone was announced with it.
 */
function sameByReference({ isSameByReference }: Kin): string {
  return `SELECT min(${FIRST_OR_ITSELF}) FROM notifications
    WHERE reference = ?4 AND res_cd = '${SUCCESS}' AND ${COUNTS} AND ${isSameByReference}
      AND (pg_cno IS NULL OR ?8 IS NULL OR pg_cno = ?8)
      AND (SELECT count(*) FROM cancellations WHERE reference = ?4) = 1`;
}

/**
 * @param repeated `same`, or NULL where there can be none
 * @param success the first success among the kin that it contradicts, or NULL
 * @param first the one that it repeats, by `same` or otherwise
 */
function insertAfter({ isOther, adds }: Kin, repeated: string, success: string, first: string = "same"): string {
  return `
  INSERT INTO notifications (seq, id, source, source_address, reference, received_at, content_type, body,
    pg_cno, cancel_pg_cno, res_cd, res_msg, cancel_date, currency, amount, mall_id, shop_order_no, receipt,
    state, reason, contradicts, next_attempt_at, attempts, tries, claimed_at, lease_until, confirm)
  SELECT ${SEQ}, coalesce(${idIn("first")}, ?1), ?2, ?3, ?4, ?5, ?6, ?7,
    ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
    iif(reason IS NULL, 'pending', 'held'), reason,
    iif(reason <> 'foreign', ${idIn("contradicted")}, NULL), ?5,
    until IS NOT NULL, until IS NOT NULL, until - ${UNREPORTED_MS}, until,
    iif(reason IS NULL OR ?19 = 'confirmed', ?19, NULL)
  FROM (
    SELECT *, iif(reason IS NULL, ?18, NULL) AS until FROM (
      SELECT ${first} AS first, coalesce(success, other) AS contradicted,
        CASE WHEN ?20 THEN 'foreign' WHEN success IS NOT NULL THEN 'contradicts'
          WHEN other IS NOT NULL THEN 'conflict' END AS reason
      FROM (
        SELECT ${repeated} AS same, ${success} AS success, min(iif(${isOther} AND ${COUNTS}, ${FIRST}, NULL)) AS other
        FROM notifications WHERE cancel_pg_cno = ?9))
  ) WHERE true
  ON CONFLICT (id) DO UPDATE SET
    receipts = receipts + (receipt <> excluded.receipt), receipt = excluded.receipt, ${adds}
    reference = coalesce(reference, excluded.reference)
  RETURNING id, state, receipts, attempts, confirm`.replaceAll(/\s+/g, " ");
}

function successAfter(kin: Kin): { plain: string; byReference: string } {
  return {
    plain: insertAfter(kin, sameOf(kin), "NULL"),
    byReference: insertAfter(
      kin,
      sameOf(kin),
      "NULL",
      `(SELECT min(same) FROM (SELECT same UNION ALL ${sameByReference(kin)}))`,
    ),
  };
}

const INSERT_OF_KICC = successAfter(OF_KICC);
const INSERT_OF_STATUS_API = successAfter(OF_STATUS_API);
const INSERT_FAILURE = insertAfter(OF_KICC, "NULL", `min(iif(res_cd = '${SUCCESS}', ${FIRST}, NULL))`);

function insertOf({ resCd, reference, source, cancelPgCno }: Notification): string {
  if (resCd !== SUCCESS) return INSERT_FAILURE;
  if (source === "status-api")
    return reference === null ? INSERT_OF_STATUS_API.plain : INSERT_OF_STATUS_API.byReference;
  return reference === null || cancelPgCno !== null ? INSERT_OF_KICC.plain : INSERT_OF_KICC.byReference;
}

/**
 * Stores a notification, or counts one more receipt of the one that it repeats: one round trip, safe to run twice.
 * @throws whatever D1 throws, a missing migration included
 */
export async function storeNotification(db: D1Database, notification: Notification, storing: Storing): Promise<Stored> {
  const insert = db
    .prepare(insertOf(notification))
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
