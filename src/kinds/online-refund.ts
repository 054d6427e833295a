// notiType 50: a next-day refund was paid out. pgCno is the id of the payment, cancelPgCno the id of the refund. It
// usually has no amount.
import { onlineKind } from "./online-kind.ts";

export const onlineRefund = onlineKind({
  name: "online.refund",
  title: { en: "Refund paid out", ko: "환불 완료" },
  notiType: "50",
  parts: ["depositPgCno", "transactionDate"],
  slot({ cancelPgCno, pgCno, parts }) {
    if (cancelPgCno !== null) return [cancelPgCno];
    return [pgCno, parts["depositPgCno"] ?? null, parts["transactionDate"] ?? null];
  },
  ids: ["cancelPgCno", "pgCno"],
  hasAmount: true,
  flow: "out",
  isWeak: ({ cancelPgCno, parts }) => cancelPgCno === null && parts["transactionDate"] === undefined,
  sample: { payMethodTypeCode: "22", statusCode: "RF02" },
});
