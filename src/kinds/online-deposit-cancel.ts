// notiType 31: the bank took a deposit back. It has the ids of the deposit's notiType 30, and is never the same
// notification.
import { onlineKind } from "./online-kind.ts";

export const onlineDepositCancel = onlineKind({
  name: "online.deposit-cancel",
  title: { en: "Deposit taken back", ko: "입금 취소" },
  notiType: "31",
  parts: ["tlfSno", "transactionDate"],
  slot: ({ pgCno, parts }) => [pgCno, parts["tlfSno"] ?? null, parts["transactionDate"] ?? null],
  ids: ["pgCno", "tlfSno"],
  hasAmount: true,
  flow: "out",
  isLoss: true,
  sample: { payMethodTypeCode: "22", accountType: "V" },
});
