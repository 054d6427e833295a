// Check Cancellation Status (global-payment/wechat/confirm-cancel): answers one query from the books. No I/O.
import { type Books, isUsed, markUsed } from "./books.ts";
import { readFields } from "./fields.ts";
import { REFUSALS, type Reply, refuse } from "./reply.ts";

const RULES = {
  mallId: { mostBytes: 8, required: true },
  shopTransactionId: { mostBytes: 60, required: true },
  pgCno: { mostBytes: 60, required: true },
  // KICC also answers without it, then about the payment; the receiver never asks so, and here it is an error.
  cancelPgCno: { mostBytes: 60, required: true },
} as const;

export function find(books: Books, request: Readonly<Record<string, unknown>>, now: number): Reply {
  const reading = readFields(request, RULES);
  if (!reading.valid) return refuse(REFUSALS.invalid, request, reading.wrong);
  const { mallId, shopTransactionId, pgCno, cancelPgCno } = reading.fields;
  if (isUsed(books, mallId, shopTransactionId, now)) return refuse(REFUSALS.duplicate, request);
  // Used by whatever comes of the query: a receiver that asks again after an error needs a fresh one.
  markUsed(books, mallId, shopTransactionId, now);
  const cancellation = books.cancellations.get(cancelPgCno);
  if (cancellation?.mallId !== mallId || cancellation.pgCno !== pgCno) return refuse(REFUSALS.unknown, request);
  return {
    resCd: "0000",
    resMsg: "Success",
    shopTransactionId,
    mallId,
    pgCno,
    cancelPgCno,
    transactionDate: cancellation.cancelDate,
    cancelStatus: cancellation.cancelStatus,
    resDetailMsg: encodeURIComponent(cancellation.resDetailMsg),
    // Of this cancellation. After several partial ones it may be their sum: the page does not say.
    amountInfo: { currency: cancellation.currency, totAmount: cancellation.amount },
  };
}
