// Check Cancellation Status (global-payment/wechat/confirm-cancel): the query, and what the answer says about a
// cancellation.
import { isAskable, readFind } from "./status-answer.ts";
import type { StatusApi } from "./kind.ts";

/** Fully cancelled, partially cancelled, network cancel. */
const CANCELLED: ReadonlySet<string> = new Set(["TS02", "TS06", "TS12"]);
const APPROVED = "TS01";

export const cancellationFind: StatusApi = {
  path: "/api/trades/wechatpay/find",
  announcedBy: "cancelPgCno",
  proves: ["cancelPgCno", "pgCno"],
  query({ mallId, pgCno, cancelPgCno }) {
    return isAskable(mallId) && isAskable(pgCno) && isAskable(cancelPgCno) ? { mallId, pgCno, cancelPgCno } : null;
  },
  read: (text) =>
    readFind(text, {
      statusNames: ["cancelStatus"],
      dateNames: ["transactionDate"],
      amountNames: ["totAmount"],
      meaning: (status) => (CANCELLED.has(status) ? "proven" : status === APPROVED ? "not-yet" : "unknown"),
      isAmountOf: () => true,
    }),
  message: ({ cancelPgCno, date }) => ({ cancelPgCno, cancelDate: date ?? undefined }),
};
