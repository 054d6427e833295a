// An Alipay or Alipay+ payment was approved (global-payment/alipay/result-webhook). What KICC's page says of amounts is not known whole.
import { approvalIdentity, approvalSample, readApproval } from "./approval.ts";
import { approvalFind } from "./find-approval.ts";
import { COMMON_NAMES, type Kind } from "./kind.ts";

const NAME = "alipay.approval";
const NAMES: ReadonlySet<string> = new Set([
  ...COMMON_NAMES,
  "approvalDate",
  "amountInfo",
  "amountInfo.currency",
  "amountInfo.amount",
]);

export const alipayApproval: Kind = {
  name: NAME,
  product: "alipay",
  door: "/kicc/alipay",
  title: { en: "Alipay approved", ko: "알리페이 승인" },
  mark: { names: ["walletBrandName"] },
  reads: (name) => NAMES.has(name),
  read: readApproval,
  parts: () => ({}),
  ackHasPgCno: true,
  comesAsForm: false,
  identity: approvalIdentity(NAME),
  statusApi: approvalFind("/api/trades/alipay/find"),
  sample: (resCd, serial, now) => ({
    body: JSON.stringify({ ...approvalSample(resCd, serial, now), walletBrandName: "TEST" }),
    contentType: "application/json; charset=utf-8",
  }),
  demandsBooking: true,
  isLoss: false,
};
