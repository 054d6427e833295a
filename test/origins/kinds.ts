// What each kind must mean at an origin, and what handlers get wrong about it: notifications in the format of KICC's
// examples.

export interface KindRow {
  readonly consequence: string;
  readonly kind: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly what: string;
  readonly amount: number | null;
}

const ONLINE = { resCd: "0000", resMsg: "정상", mallId: "05599001", shopOrderNo: "ORD-1", amount: "12000" };
const CHANGE = { ...ONLINE, notiType: "20", resMsg: "정상취소", statusCode: "TS06", amount: "50000" };
const ESCROW = { ...ONLINE, notiType: "40", escrowUsed: "Y", tlfSno: "26031119000010990500" };
const DEPOSIT = { ...ONLINE, notiType: "30", resMsg: "입금완료", accountNo: "79000000000001", statusCode: "" };
const WECHAT = { resCd: "0000", resMsg: "Success", mallId: "T0099001", shopOrderNo: "ORD-1" };
const KRW_51000 = { currency: "KRW", amount: 51_000 };

export const KINDS: readonly KindRow[] = [
  {
    consequence: "books a WeChat cancellation as money that went back",
    kind: "wechat.cancel",
    body: { ...WECHAT, cancelDate: "20260114091210", amountInfo: KRW_51000 },
    what: "refunded",
    amount: -51_000,
  },
  {
    consequence: "books no money for a cancellation that failed, though it has an amount",
    kind: "wechat.cancel",
    body: { ...WECHAT, resCd: "W901", amountInfo: KRW_51000 },
    what: "refund-failed",
    amount: null,
  },
  {
    consequence: "books a WeChat approval as paid",
    kind: "wechat.approval",
    body: { ...WECHAT, approvalDate: "20260113142131", amountInfo: KRW_51000 },
    what: "paid",
    amount: 51_000,
  },
  {
    consequence: "books an Alipay approval as paid",
    kind: "alipay.approval",
    body: { ...WECHAT, walletBrandName: "ALIPAY_CN", amountInfo: { currency: "00", amount: "42000" } },
    what: "paid",
    amount: 42_000,
  },
  {
    consequence: "books no money for a payment that failed",
    kind: "alipay.approval",
    body: { ...WECHAT, resCd: "9999", amountInfo: KRW_51000 },
    what: "payment-failed",
    amount: null,
  },
  {
    consequence: "books a 10 as paid",
    kind: "online.approval",
    body: { ...ONLINE, notiType: "10", statusCode: "TS03" },
    what: "paid",
    amount: 12_000,
  },
  {
    consequence: "takes a 20 for a cancellation and not for an approval, though resCd is 0000 and no word says cancel",
    kind: "online.change",
    body: { ...CHANGE, resMsg: "정상처리", statusCode: "", cancelAmount: "50000" },
    what: "refunded",
    amount: -50_000,
  },
  {
    consequence: "gives back the part that a 20 cancelled, and not the whole payment",
    kind: "online.change",
    body: { ...CHANGE, cancelAmount: "10000", cancelRemainAmount: "40000" },
    what: "refunded",
    amount: -10_000,
  },
  { consequence: "books a 30 as paid", kind: "online.deposit", body: DEPOSIT, what: "paid", amount: 12_000 },
  {
    consequence: "takes the money of a 31 back: the bank did",
    kind: "online.deposit-cancel",
    body: { ...DEPOSIT, notiType: "31", resMsg: "입금취소" },
    what: "taken-back",
    amount: -12_000,
  },
  {
    consequence: "books an escrow deposit, ES04, as paid",
    kind: "online.escrow",
    body: { ...ESCROW, statusCode: "ES04" },
    what: "paid",
    amount: 12_000,
  },
  {
    consequence: "books no deposit for a buyer's confirmation, ES12",
    kind: "online.escrow",
    body: { ...ESCROW, statusCode: "ES12" },
    what: "purchase-confirmed",
    amount: 0,
  },
  {
    consequence: "books no deposit for a buyer's rejection, ES13",
    kind: "online.escrow",
    body: { ...ESCROW, statusCode: "ES13" },
    what: "purchase-rejected",
    amount: 0,
  },
  {
    consequence: "books an escrow refund, ES06, as money that went back",
    kind: "online.escrow",
    body: { ...ESCROW, statusCode: "ES06", cancelAmount: "12000" },
    what: "refunded",
    amount: -12_000,
  },
  {
    consequence: "notes an escrow state that is in no list",
    kind: "online.escrow",
    body: { ...ESCROW, statusCode: "ES18" },
    what: "noted",
    amount: 0,
  },
  {
    consequence: "takes a 50 for a refund that was paid out, though it names no amount",
    kind: "online.refund",
    body: { ...ONLINE, notiType: "50", amount: undefined, statusCode: "RF02" },
    what: "refunded",
    amount: 0,
  },
  {
    consequence: "takes a 51 for a refund that did not arrive",
    kind: "online.transfer-failed",
    body: { ...ONLINE, notiType: "51", resCd: "5413", amount: undefined },
    what: "refund-failed",
    amount: null,
  },
  {
    consequence: "takes a 51 for a failure even where its resCd is 0000",
    kind: "online.transfer-failed",
    body: { ...ONLINE, notiType: "51" },
    what: "refund-failed",
    amount: null,
  },
  {
    consequence: "books a 70 as paid",
    kind: "online.unionpay",
    body: { ...ONLINE, notiType: "70", kvp_pgid: "TEST11" },
    what: "paid",
    amount: 12_000,
  },
  {
    consequence: "notes a kind that KICC invents tomorrow",
    kind: "online.other",
    body: { ...ONLINE, notiType: "60" },
    what: "noted",
    amount: 0,
  },
  {
    consequence: "notes a kind that the receiver names tomorrow",
    kind: "crypto.approval",
    body: ONLINE,
    what: "noted",
    amount: 0,
  },
  {
    consequence: "books no money for a test, even one that says 0000",
    kind: "online.deposit",
    body: DEPOSIT,
    headers: { "kicc-source": "test" },
    what: "test",
    amount: null,
  },
  {
    consequence: "books what KICC's status API told like any other",
    kind: "wechat.cancel",
    body: { ...WECHAT, amountInfo: KRW_51000 },
    headers: { "kicc-source": "status-api", "kicc-confirmed": "true" },
    what: "refunded",
    amount: -51_000,
  },
  {
    consequence: "leaves what may be a repeat to a person",
    kind: "online.change",
    body: { ...CHANGE, cancelAmount: "10000" },
    headers: { "kicc-repeats": "ntf_00000000000000000000000000000001" },
    what: "look",
    amount: null,
  },
  {
    consequence: "leaves a payment without an amount to a person",
    kind: "online.approval",
    body: { ...ONLINE, notiType: "10", amount: "" },
    what: "look",
    amount: null,
  },
  {
    consequence: "leaves an amount that is no number to a person",
    kind: "online.approval",
    body: { ...ONLINE, notiType: "10", amount: "12,000" },
    what: "look",
    amount: null,
  },
];
