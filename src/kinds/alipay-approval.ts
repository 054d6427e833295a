// An Alipay or Alipay+ payment was approved (global-payment/alipay/result-webhook). What that page says about amounts
// is not known in full.
import { approvalKind } from "./approval-kind.ts";

export const alipayApproval = approvalKind({
  name: "alipay.approval",
  product: "alipay",
  door: "/kicc/alipay",
  title: { en: "Alipay approved", ko: "알리페이 승인" },
  mark: { names: ["walletBrandName"] },
  find: "/api/trades/alipay/find",
  sample: { walletBrandName: "TEST" },
});
