// notiType 40: the state of an escrow changed: deposit, refund, purchase confirmed or rejected. One pgCno passes
// through several states.
import { onlineKind } from "./online-kind.ts";

export const onlineEscrow = onlineKind({
  name: "online.escrow",
  title: { en: "Escrow state changed", ko: "에스크로 상태 변경" },
  notiType: "40",
  parts: ["statusCode", "transactionDate"],
  slot: ({ pgCno, cancelPgCno, parts }) => [
    pgCno,
    parts["statusCode"] ?? null,
    cancelPgCno,
    parts["transactionDate"] ?? null,
  ],
  ids: ["pgCno", "cancelPgCno"],
  hasAmount: true,
  isWeak: ({ cancelPgCno, parts }) => cancelPgCno === null && parts["transactionDate"] === undefined,
  sample: { payMethodTypeCode: "22", escrowUsed: "Y", statusCode: "ES04" },
});
