// notiType 10: a card payment, bank transfer or mobile payment was approved.
import { onlineKind } from "./online-kind.ts";

export const onlineApproval = onlineKind({
  name: "online.approval",
  title: { en: "Payment approved", ko: "결제 승인" },
  notiType: "10",
  parts: [],
  slot: ({ pgCno }) => [pgCno],
  ids: ["pgCno"],
  hasAmount: true,
  flow: "in",
  judgesResults: true,
  sample: { payMethodTypeCode: "11", statusCode: "TS03" },
});
