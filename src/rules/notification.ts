// What KICC sends: bytes → the fields of a cancellation notification, and its id. Pure; it judges nothing but readability.
import { hash } from "node:crypto";

/** Where a notification came from; `kicc-source` says it to the origin. */
export type Source = "notification" | "status-api" | "test";

/** The fields of KICC's page global-payment/wechat/cancel-webhook, as text; null, "" and missing are all null. */
export interface Fields {
  readonly resCd: string;
  readonly resMsg: string;
  readonly mallId: string | null;
  readonly shopOrderNo: string | null;
  /** The original payment. */
  readonly pgCno: string | null;
  /** The cancellation: what a notification is keyed on, when it is there. */
  readonly cancelPgCno: string | null;
  /** yyyyMMddHHmmss as KICC wrote it, most likely KST; never parsed. */
  readonly cancelDate: string | null;
  /** `00` and `01` are KRW and USD; unknown codes are kept. */
  readonly currency: string | null;
  /** A decimal string: `"0051000"` and `51000` are both `"51000"`. */
  readonly amount: string | null;
}

/** One notification as it was received: what is stored, queued and delivered. */
export interface Notification extends Fields {
  readonly id: string;
  readonly receivedAt: number;
  readonly source: Source;
  readonly sourceAddress: string | null;
  readonly reference: string | null;
  readonly contentType: string | null;
  readonly body: Uint8Array;
}

type Reading =
  | { readonly readable: true; readonly fields: Fields }
  | { readonly readable: false; readonly pgCno: string | null };

const CURRENCIES: Readonly<Record<string, string>> = { "00": "KRW", "01": "USD" };

/** KICC's code of success, in what it sends and in what it is told. */
export const SUCCESS = "0000";

const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** Text of a body: strict UTF-8 first, then EUC-KR, which KICC's neighbouring interfaces speak. A BOM is stripped. */
export function decodeText(bytes: Uint8Array): { text: string; charset: "utf-8" | "euc-kr" } {
  try {
    return { text: UTF_8.decode(bytes), charset: "utf-8" };
  } catch {
    return { text: new TextDecoder("euc-kr").decode(bytes), charset: "euc-kr" };
  }
}

/**
 * Reads the fields. Unreadable is what is no JSON object or lacks resCd or resMsg; even then its pgCno is told,
 * for the ack. Fields that are objects or booleans count as missing: the body keeps them.
 */
export function readNotification(body: Uint8Array): Reading {
  const message = parseObject(decodeText(body).text);
  if (message === null) return { readable: false, pgCno: null };
  const pgCno = textOf(message["pgCno"]);
  const resCd = textOf(message["resCd"]);
  const resMsg = textOf(message["resMsg"]);
  if (resCd === null || resMsg === null) return { readable: false, pgCno };
  const { currency, amount } = amountOf(message["amountInfo"], "amount");
  return {
    readable: true,
    fields: {
      resCd,
      resMsg,
      mallId: textOf(message["mallId"]),
      shopOrderNo: textOf(message["shopOrderNo"]),
      pgCno,
      cancelPgCno: textOf(message["cancelPgCno"]),
      cancelDate: textOf(message["cancelDate"]),
      currency,
      amount,
    },
  };
}

/** Currency and amount as they are compared. The amount has another name in every one of KICC's interfaces. */
export function amountOf(amountInfo: unknown, name: "amount" | "totAmount"): Pick<Fields, "currency" | "amount"> {
  if (!isObject(amountInfo)) return { currency: null, amount: null };
  return { currency: normalCurrency(textOf(amountInfo["currency"])), amount: normalAmount(textOf(amountInfo[name])) };
}

/** How a notification came: all of it but its fields and its id. */
type Arrival = Omit<Notification, keyof Fields | "id">;

/** Makes the notification of what was read and how it came. */
export function identify(fields: Fields, arrival: Arrival): Notification {
  const { reference, body, receivedAt } = arrival;
  return { ...fields, ...arrival, id: notificationId(fields, reference, body, receivedAt) };
}

/**
 * `ntf_` + 32 hex digits: two messages get one id exactly when they tell of one event (contract section 3, "When two
 * notifications are one"). `receivedAt` counts only for a message that names nothing at all.
 */
export function notificationId(fields: Fields, reference: string | null, body: Uint8Array, receivedAt: number): string {
  const { resCd, mallId, shopOrderNo, pgCno, cancelPgCno, cancelDate, currency, amount } = fields;
  if (cancelPgCno !== null) return digest(["cancel", cancelPgCno, resCd, currency, amount]);
  if (shopOrderNo ?? pgCno ?? cancelDate ?? reference) {
    return digest(["order", mallId, shopOrderNo, pgCno, resCd, cancelDate, currency, amount, reference]);
  }
  return digest(["body", hash("sha256", body), kstDay(receivedAt)]);
}

/** `00` → KRW, `01` → USD, else the code in capitals. */
function normalCurrency(code: string | null): string | null {
  const known = code?.trim().toUpperCase() ?? "";
  return CURRENCIES[known] ?? (known === "" ? null : known);
}

// Bounded, and each piece ends before the next can begin: no text makes it slow.
const NUMBER = /^([+-]?)(\d{1,40})(?:\.(\d{0,40}))?(?:e([+-]?\d{1,2}))?$/i;

/** Drops what does not change a number: outer zeros, a plus, an exponent. What is no number stays as it came. */
function normalAmount(amount: string | null): string | null {
  const number = NUMBER.exec(amount?.trim() ?? "");
  if (number === null) return amount;
  const [, sign, whole = "", fraction = "", exponent = "0"] = number;
  const shift = Number(exponent);
  const digits = "0".repeat(Math.max(0, -shift)) + whole + fraction + "0".repeat(Math.max(0, shift));
  const point = whole.length + Math.max(0, shift);
  const integer = digits.slice(0, point).replace(/^0+(?=\d)/, "");
  const decimals = digits.slice(point).replace(/0+$/, "");
  const plain = decimals === "" ? integer : `${integer}.${decimals}`;
  return sign === "-" && plain !== "0" ? `-${plain}` : plain;
}

// A number that a double may spell in another way: one of over 15 digits, with a fraction or an exponent, or -0.
const INEXACT = /[:,[]\s*(?:-0\b|-?\d{16}|-?\d+[.eE])/;

/**
 * Numbers keep their spelling, those of INEXACT as texts: KICC's ids have 20 digits, and a double keeps 16. They are
 * looked for first, since a reviver takes longer than all the rest of reading.
 */
export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = INEXACT.test(text) ? JSON.parse(text, exactNumbers) : JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    // SyntaxError, or RangeError on a body that nests too deeply
    return null;
  }
}

function exactNumbers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === "number" ? (context?.source ?? String(value)) : value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A lone surrogate can be neither hashed nor stored as it is. */
export function textOf(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value.toWellFormed() : null;
}

function kstDay(instant: number): string {
  return new Date(instant + 9 * 60 * 60 * 1000).toISOString().slice(0, 10);
}

function digest(identity: readonly (string | null)[]): string {
  return `ntf_${hash("sha256", JSON.stringify(identity)).slice(0, 32)}`;
}
