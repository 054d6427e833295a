// The cancel request (global-payment/wechat/cancel-payment): checks it, and enters the cancellation as not yet done. No
// I/O.
import { createHmac, timingSafeEqual } from "node:crypto";
import { type Books, type Registered, isUsed, markUsed, paymentOf, registerCancellation } from "./books.ts";
import { readAmountInfo, readFields } from "./fields.ts";
import { isLocal } from "./local.ts";
import { kstDigits } from "./messages.ts";
import { REFUSALS, type Reply, refuse } from "./reply.ts";

const RULES = {
  mallId: { mostBytes: 8, required: true },
  // The idempotency key: a second request with it is refused as a duplicate, and so tells that the first was taken.
  shopTransactionId: { mostBytes: 60, required: true },
  pgCno: { mostBytes: 60, required: true },
  reviseTypeCode: { mostBytes: 2, required: true, pattern: /^(?:40|32)$/ },
  cancelReqDate: { mostBytes: 8, required: true, pattern: /^\d{8}$/ },
  msgAuthValue: { mostBytes: 200, required: true },
  notifyUrl: { mostBytes: 1000, required: true, pattern: /^https?:\/\// },
} as const;
const FULL = "40";

export interface ReviseOptions {
  /** When given, msgAuthValue must be made with it. */
  readonly secretKey?: string | undefined;
  /** Takes notifyUrls that are not on this machine. */
  readonly anywhere?: boolean | undefined;
}

export interface Revised {
  readonly reply: Reply;
  /** What is to be carried out and notified; null where the request was refused. */
  readonly accepted: { readonly cancellation: Registered; readonly status: string; readonly notifyUrl: string } | null;
}

export function revise(
  books: Books,
  request: Readonly<Record<string, unknown>>,
  options: ReviseOptions,
  now: number,
): Revised {
  const reading = readFields(request, RULES);
  if (!reading.valid) return refused(REFUSALS.invalid, request, reading.wrong);
  const { mallId, shopTransactionId, pgCno, reviseTypeCode, msgAuthValue, notifyUrl } = reading.fields;
  if (!URL.canParse(notifyUrl)) return refused(REFUSALS.invalid, request, "notifyUrl is malformed");
  if (options.anywhere !== true && !isLocal(notifyUrl)) {
    return refused(REFUSALS.invalid, request, "notifyUrl is not on this machine");
  }
  if (options.secretKey !== undefined && !isAuthentic(msgAuthValue, options.secretKey, pgCno, shopTransactionId)) {
    return refused(REFUSALS.unauthentic, request);
  }
  if (isUsed(books, mallId, shopTransactionId, now)) return refused(REFUSALS.duplicate, request);
  const partial = reviseTypeCode === FULL ? null : readAmountInfo(request["amountInfo"]);
  if (reviseTypeCode !== FULL && partial === null) return refused(REFUSALS.invalid, request, "amountInfo");
  const asked = partial === null ? {} : { currency: partial.currency, amount: partial.totAmount };
  const payment = paymentOf(books, mallId, pgCno, asked);
  if (payment.mallId !== mallId) return refused(REFUSALS.unknown, request);
  const left = payment.amount - payment.cancelled;
  const amount = partial?.totAmount ?? left;
  if (amount > left || left === 0) return refused(REFUSALS.amount, request);

  markUsed(books, mallId, shopTransactionId, now);
  books.payments.set(pgCno, { ...payment, cancelled: payment.cancelled + amount });
  const { shopOrderNo, currency } = payment;
  const cancellation = registerCancellation(
    books,
    { mallId, shopOrderNo, pgCno, currency, amount, cancelStatus: "TS01", resDetailMsg: "취소 접수" },
    now,
  );
  const reply = {
    resCd: "0000",
    resMsg: "Success",
    shopTransactionId,
    mallId,
    pgCno,
    cancelPgCno: cancellation.cancelPgCno,
    transactionDate: kstDigits(now),
    amountInfo: { currency, totAmount: amount },
  };
  return { reply, accepted: { cancellation, status: partial === null ? "TS02" : "TS06", notifyUrl } };
}

/**
 * HMAC-SHA256, hex, over `pgCno|shopTransactionId`: EasyPay's documented manner for its other cancellations. The WeChat
 * page gives only the field's length and not what it is made of.
 */
export function msgAuthValueOf(secretKey: string, pgCno: string, shopTransactionId: string): string {
  return createHmac("sha256", secretKey).update(`${pgCno}|${shopTransactionId}`).digest("hex");
}

function isAuthentic(given: string, secretKey: string, pgCno: string, shopTransactionId: string): boolean {
  const wanted = Buffer.from(msgAuthValueOf(secretKey, pgCno, shopTransactionId));
  const bytes = Buffer.from(given.toLowerCase());
  return bytes.length === wanted.length && timingSafeEqual(bytes, wanted);
}

function refused(...refusal: Parameters<typeof refuse>): Revised {
  return { reply: refuse(...refusal), accepted: null };
}
