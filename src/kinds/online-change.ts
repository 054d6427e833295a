// notiType 20: a payment was cancelled, or refunded at once. pgCno is the id of the payment, cancelPgCno the id of the
// cancellation.
import { onlineKind } from "./online-kind.ts";

export const onlineChange = onlineKind({
  name: "online.change",
  title: { en: "Payment cancelled", ko: "결제 취소" },
  notiType: "20",
  parts: ["statusCode", "transactionDate", "cancelAmount"],
  slot({ cancelPgCno, pgCno, cancelDate, parts }) {
    if (cancelPgCno !== null) return [cancelPgCno];
    const date = cancelDate ?? parts["transactionDate"] ?? null;
    return [pgCno, parts["statusCode"] ?? null, date, parts["cancelAmount"] ?? null];
  },
  ids: ["cancelPgCno", "pgCno"],
  hasAmount: true,
  flow: "out",
  isWeak: ({ cancelPgCno, cancelDate, parts }) =>
    cancelPgCno === null && cancelDate === null && parts["transactionDate"] === undefined,
  isCancellation: true,
  sample: { payMethodTypeCode: "11", statusCode: "TS02", cancelAmount: "0" },
});
