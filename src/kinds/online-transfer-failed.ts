// notiType 51: a refund or payout could not be transferred, and must be requested again. It is a failure, and has
// hardly any id.
import { onlineKind } from "./online-kind.ts";

export const onlineTransferFailed = onlineKind({
  name: "online.transfer-failed",
  title: { en: "Transfer failed", ko: "송금 불능" },
  notiType: "51",
  parts: ["transactionDate", "accountNo"],
  slot: ({ pgCno, cancelPgCno, parts }) => [
    pgCno,
    cancelPgCno,
    parts["transactionDate"] ?? null,
    parts["accountNo"] ?? null,
  ],
  ids: ["pgCno", "cancelPgCno"],
  hasAmount: false,
  // A second failed try of the same refund looks exactly like a resend of the first.
  isWeak: () => true,
  isLoss: true,
});
