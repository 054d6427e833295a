// A WeChat Pay payment was approved (global-payment/wechat/approval-webhook).
import { approvalIdentity, approvalSample, readApproval } from "./approval.ts";
import { approvalFind } from "./find-approval.ts";
import { COMMON_NAMES, type Kind } from "./kind.ts";

const NAME = "wechat.approval";
const NAMES: ReadonlySet<string> = new Set([
  ...COMMON_NAMES,
  "approvalDate",
  "amountInfo",
  "amountInfo.currency",
  "amountInfo.amount",
]);

export const wechatApproval: Kind = {
  name: NAME,
  product: "wechat",
  door: "/kicc/wechat/approval",
  title: { en: "WeChat Pay approved", ko: "위챗페이 승인" },
  mark: { names: ["approvalDate"] },
  reads: (name) => NAMES.has(name),
  read: readApproval,
  parts: () => ({}),
  ackHasPgCno: true,
  comesAsForm: false,
  identity: approvalIdentity(NAME),
  statusApi: approvalFind("/api/trades/wechatpay/find"),
  sample: (resCd, serial, now) => ({
    body: JSON.stringify(approvalSample(resCd, serial, now)),
    contentType: "application/json; charset=utf-8",
  }),
  demandsBooking: true,
  isLoss: false,
};
