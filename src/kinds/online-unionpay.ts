// notiType 70: a UnionPay card payment was confirmed.
import { onlineKind } from "./online-kind.ts";

export const onlineUnionpay = onlineKind({
  name: "online.unionpay",
  title: { en: "UnionPay payment", ko: "은련카드 결제" },
  notiType: "70",
  parts: [],
  slot: ({ pgCno }) => [pgCno],
  ids: ["pgCno"],
  hasAmount: true,
  flow: "in",
  judgesResults: true,
  sample: { payMethodTypeCode: "11" },
});
