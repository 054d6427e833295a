// KICC's books: payments, cancellations with their status, and the transaction ids that were used today.
import { type Cancellation, kstDigits, newCancellation } from "./messages.ts";
import { type Random, randomInteger } from "./random.ts";

/** TS01 approved, so not cancelled · TS02 fully · TS06 partially cancelled · TS12 void. Others are for tests. */
type CancelStatus = "TS01" | "TS02" | "TS06" | "TS12" | (string & {});

export interface Registered extends Cancellation {
  readonly cancelStatus: CancelStatus;
  /** WeChat's own words, before they are URL-encoded. */
  readonly resDetailMsg: string;
}

export interface Payment {
  readonly mallId: string;
  readonly pgCno: string;
  readonly shopOrderNo: string;
  readonly currency: string;
  readonly amount: number;
  /** How much of it was cancelled. */
  readonly cancelled: number;
}

export interface Books {
  readonly payments: Map<string, Payment>;
  /** By cancelPgCno. */
  readonly cancellations: Map<string, Registered>;
  /** mallId/shopTransactionId → the KST day of its use. */
  readonly usedIds: Map<string, string>;
  readonly random: Random;
  made: number;
}

export function openBooks(random: Random): Books {
  return { payments: new Map(), cancellations: new Map(), usedIds: new Map(), random, made: 0 };
}

/** Enters a cancellation that nobody asked for by revise, or changes one that is there. What is not told is made up. */
export function registerCancellation(books: Books, told: Partial<Registered>, now: number): Registered {
  const before = told.cancelPgCno === undefined ? undefined : books.cancellations.get(told.cancelPgCno);
  const registered = {
    cancelStatus: "TS02",
    resDetailMsg: "취소 성공",
    ...(before ?? newCancellation(books.made++, books.random, now)),
    ...told,
  };
  books.cancellations.set(registered.cancelPgCno, registered);
  return registered;
}

/** A payment that nobody registered is made up, large enough for what is to be cancelled: KICC's side never stands in the way. */
export function paymentOf(books: Books, mallId: string, pgCno: string, wanted: Partial<Payment> = {}): Payment {
  const payment = books.payments.get(pgCno) ?? {
    mallId,
    pgCno,
    shopOrderNo: `ORD-${pgCno.slice(0, 6)}-${String(books.payments.size + 1).padStart(6, "0")}`,
    currency: "KRW",
    amount: Math.max((wanted.amount ?? 0) * 50, randomInteger(books.random, 10, 5000) * 100),
    cancelled: 0,
    ...(wanted.currency === undefined ? {} : { currency: wanted.currency }),
  };
  books.payments.set(pgCno, payment);
  return payment;
}

/** A used id gets a duplicate error until midnight. Revise and find may count apart at KICC; here they do not, which is stricter. */
export function isUsed(books: Books, mallId: string, shopTransactionId: string, now: number): boolean {
  return books.usedIds.get(`${mallId}/${shopTransactionId}`) === kstDigits(now).slice(0, 8);
}

export function markUsed(books: Books, mallId: string, shopTransactionId: string, now: number): void {
  books.usedIds.set(`${mallId}/${shopTransactionId}`, kstDigits(now).slice(0, 8));
}
