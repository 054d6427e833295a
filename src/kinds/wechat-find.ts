// KICC's answer to Check Cancellation Status (global-payment/wechat/confirm-cancel): its text → what it says, and whether that proves a notification. Pure.
import {
  type Fields,
  SUCCESS,
  amountOf,
  decodeText,
  parseObject,
  textOf,
  type Notification,
  identify,
  readNotification,
} from "../rules/notification.ts";

/** What find is asked about. */
export interface Query {
  readonly mallId: string;
  readonly pgCno: string;
  readonly cancelPgCno: string;
}

/** Fully cancelled, partially cancelled, network cancel. */
export type CancelledStatus = "TS02" | "TS06" | "TS12";

export interface Cancelled {
  readonly kind: "cancelled";
  readonly status: CancelledStatus;
  readonly text: string;
  readonly resMsg: string;
  /** As echoed, where they were. */
  readonly pgCno: string | null;
  readonly cancelPgCno: string | null;
  readonly shopOrderNo: string | null;
  /** yyyyMMddHHmmss: cancelDate in a notification. */
  readonly transactionDate: string | null;
  readonly currency: string | null;
  readonly amount: string | null;
}

/** TS01 · a cancelStatus that no page names · resCd of an error · nothing readable, `status` being HTTP's where there was one. */
export interface NotCancelled {
  readonly kind: "not-yet" | "unknown" | "refused" | "none";
  readonly status: string | null;
  readonly text: string;
}

export type Answer = Cancelled | NotCancelled;

const CANCELLED: ReadonlySet<string> = new Set(["TS02", "TS06", "TS12"]);
const APPROVED = "TS01";
const LONGEST_TEXT = 500;
const LONGEST_STATUS = 40;
// find's own field lengths: what is longer than this, it cannot be asked about.
const LONGEST_ID_BYTES = 60;

/** @param text the whole body of an HTTP 200 answer; in others resCd and resMsg do not exist */
export function readStatus(text: string): Answer {
  const message = parseObject(text);
  const resCd = textOf(message?.["resCd"]);
  if (message === null || resCd === null) return { kind: "none", status: "200", text: "unreadable answer" };
  const resMsg = textOf(message["resMsg"]) ?? "";
  const detail = decodeDetail(textOf(message["resDetailMsg"]) ?? "");
  const told = readable([resMsg, detail].filter((part) => part !== "").join(" · "));
  if (resCd !== SUCCESS) return { kind: "refused", status: resCd.slice(0, LONGEST_STATUS), text: told };
  const status = textOf(message["cancelStatus"]) ?? "";
  if (status === APPROVED) return { kind: "not-yet", status, text: told };
  if (!isCancelled(status)) return { kind: "unknown", status: status.slice(0, LONGEST_STATUS), text: told };
  return {
    kind: "cancelled",
    status,
    text: told,
    resMsg: readable(resMsg),
    pgCno: textOf(message["pgCno"]),
    cancelPgCno: textOf(message["cancelPgCno"]),
    shopOrderNo: textOf(message["shopOrderNo"]),
    transactionDate: textOf(message["transactionDate"]),
    ...amountOf(message["amountInfo"], "totAmount"),
  };
}

function isCancelled(status: string): status is CancelledStatus {
  return CANCELLED.has(status);
}

/** URL-encoded, in UTF-8 or EUC-KR, `+` for a space as in forms. A lone % is not an encoding: it stays. */
function decodeDetail(text: string): string {
  const parts = text
    .slice(0, 8 * LONGEST_TEXT)
    .replaceAll("+", " ")
    .split(/((?:%[\da-f]{2})+)/i);
  return parts
    .map((part, index) => (index % 2 === 1 ? decodeText(Uint8Array.fromHex(part.replaceAll("%", ""))).text : part))
    .join("");
}

/** KICC relays others' words: bounded, without control characters and halves of pairs. */
export function readable(text: string): string {
  return text
    .slice(0, LONGEST_TEXT)
    .replaceAll(/\p{Cc}+/gu, " ")
    .trim()
    .toWellFormed();
}

/** null where there is nothing to ask with. */
export function queryOf({ mallId, pgCno, cancelPgCno }: Pick<Fields, keyof Query>): Query | null {
  if (!isAskable(mallId) || !isAskable(pgCno) || !isAskable(cancelPgCno)) return null;
  return { mallId, pgCno, cancelPgCno };
}

function isAskable(id: string | null): id is string {
  return id !== null && new TextEncoder().encode(id).length <= LONGEST_ID_BYTES;
}

type Told = Pick<Fields, "pgCno" | "cancelPgCno" | "currency" | "amount">;

/** The field in which KICC's answer is about something else; null where nothing that both name differs. */
export function contradiction(answer: Cancelled, told: Told): keyof Told | null {
  const fields = ["cancelPgCno", "pgCno", "currency", "amount"] as const;
  return (
    fields.find((field) => answer[field] !== null && told[field] !== null && answer[field] !== told[field]) ?? null
  );
}

export type Verdict =
  | { readonly kind: "confirmed" }
  | { readonly kind: "again"; readonly at: number }
  | { readonly kind: "unconfirmed"; readonly because: string };

const FIRST_DELAYS = 5;

/**
 * What becomes of a success that waits for KICC's confirmation.
 * @param tries queries about it, this one included
 * @param delaysMs RETRY_DELAYS_SECONDS, of which the first five count here
 */
export function verdictOf(
  answer: Answer,
  told: Told,
  tries: number,
  delaysMs: readonly number[],
  now: number,
): Verdict {
  if (answer.kind === "cancelled") {
    const field = contradiction(answer, told);
    if (field !== null) return { kind: "unconfirmed", because: `KICC names another ${field}` };
    // An answer that does not say what it is about proves nothing; the amount may be missing.
    if (answer.cancelPgCno !== null && answer.pgCno !== null) return { kind: "confirmed" };
  }
  const delayMs = delaysMs.slice(0, FIRST_DELAYS)[tries - 1];
  if (delayMs !== undefined) return { kind: "again", at: now + delayMs };
  return {
    kind: "unconfirmed",
    because: `KICC never confirmed it, last: ${answer.status ?? ""} ${answer.text}`.trim(),
  };
}

/** What the merchant announced. */
export interface Announced {
  readonly cancelPgCno: string;
  readonly mallId: string;
  readonly pgCno: string;
  readonly shopOrderNo: string | null;
  readonly reference: string | null;
}

/** KICC's answer in the webhook's own shape: the names of cancel-webhook, not those of confirm-cancel. */
export function statusNotification(announced: Announced, answer: Cancelled, now: number): Notification {
  const { mallId, pgCno, cancelPgCno, reference } = announced;
  const { currency, amount } = answer;
  const message = {
    resCd: "0000",
    resMsg: answer.resMsg || "Success",
    mallId,
    shopOrderNo: announced.shopOrderNo ?? answer.shopOrderNo ?? undefined,
    pgCno,
    cancelPgCno,
    cancelDate: answer.transactionDate ?? undefined,
    amountInfo:
      currency === null && amount === null
        ? undefined
        : { currency: currency ?? undefined, amount: amount === null ? undefined : asNumber(amount) },
  };
  const body = new TextEncoder().encode(JSON.stringify(message));
  const reading = readNotification(body);
  if (!reading.readable) throw new Error("Cannot read notification: it is our own");
  return identify(reading.fields, {
    receivedAt: now,
    source: "status-api",
    sourceAddress: null,
    reference,
    contentType: "application/json; charset=utf-8",
    body,
  });
}

/** A Number as on KICC's page, where that loses no digit. */
function asNumber(amount: string): number | string {
  return String(Number(amount)) === amount ? Number(amount) : amount;
}
