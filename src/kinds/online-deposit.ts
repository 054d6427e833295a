// notiType 30: money came into a virtual account. pgCno is the id of the deposit, tlfSno the id of issuing the account.
import { onlineKind } from "./online-kind.ts";

export const onlineDeposit = onlineKind({
  name: "online.deposit",
  title: { en: "Virtual account deposit", ko: "가상계좌 입금" },
  notiType: "30",
  parts: ["tlfSno", "transactionDate"],
  // All three: two deposits to one fixed account within a second are two events, whichever of the ids KICC repeats.
  slot: ({ pgCno, parts }) => [pgCno, parts["tlfSno"] ?? null, parts["transactionDate"] ?? null],
  ids: ["pgCno", "tlfSno"],
  hasAmount: true,
  flow: "in",
  sample: { payMethodTypeCode: "22", accountType: "V" },
});
