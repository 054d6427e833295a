// find without cancelPgCno (global-payment/wechat/confirm-payment, alipay/confirm-payment): what the answer says about
// the approval of a payment. Read tolerantly, because these pages are not known in full.
import { isAskable, readFind } from "./status-answer.ts";
import type { StatusApi } from "./kind.ts";

const APPROVED = "TS01";
/** Cancelled since, wholly or in part: so it had been approved. The answer's amounts no longer say what was paid. */
const CANCELLED_SINCE: ReadonlySet<string> = new Set(["TS02", "TS06"]);
/** Seen where the buyer had not paid yet. */
const PENDING = "TS00";

export function approvalFind(path: StatusApi["path"]): StatusApi {
  return {
    path,
    announcedBy: "pgCno",
    proves: ["pgCno"],
    query({ mallId, pgCno }) {
      return isAskable(mallId) && isAskable(pgCno) ? { mallId, pgCno } : null;
    },
    read: (text) =>
      readFind(text, {
        statusNames: ["statusCd", "statusCode"],
        dateNames: ["approvalDate"],
        amountNames: ["totAmount", "amount"],
        meaning(status) {
          if (status === APPROVED || CANCELLED_SINCE.has(status)) return "proven";
          return status === PENDING ? "not-yet" : "unknown";
        },
        isAmountOf: (status) => status === APPROVED,
      }),
    message: ({ date, walletBrandName }) => ({
      approvalDate: date ?? undefined,
      walletBrandName: walletBrandName ?? undefined,
    }),
  };
}
