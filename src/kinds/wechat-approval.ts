// A WeChat Pay payment was approved (global-payment/wechat/approval-webhook).
import { approvalKind } from "./approval-kind.ts";

export const wechatApproval = approvalKind({
  name: "wechat.approval",
  product: "wechat",
  door: "/kicc/wechat/approval",
  title: { en: "WeChat Pay approved", ko: "위챗페이 승인" },
  mark: { names: ["approvalDate"] },
  find: "/api/trades/wechatpay/find",
});
