// Builds a notification of each kind that KICC sends, with the fields of its page, in JSON or as a form. Values are
// invented.
import { encodeEucKr } from "./euc-kr.ts";
import type { Cancellation } from "./messages.ts";
import type { Product } from "./products.ts";

export type Message = Readonly<Record<string, unknown>>;

export interface Shape {
  readonly product: Product;
  readonly door: `/kicc/${string}`;
  /** What it says: a success, but for the transfer that failed. `cancelPgCno` and `cancelDate` are the event's own. */
  readonly tells: (it: Cancellation) => Message;
}

const DEPOSITED = { bankCode: "04", bankName: "국민은행", accountNo: "79000000000077", depositName: "홍길동" };

/** An approval of one of the two global products. */
function approval(it: Cancellation): Message {
  const { mallId, shopOrderNo, pgCno, cancelDate: approvalDate, currency, amount } = it;
  return {
    resCd: "0000",
    resMsg: "Success",
    mallId,
    shopOrderNo,
    pgCno,
    approvalDate,
    amountInfo: { currency, amount },
  };
}

/** One of the general online payment: flat, and every value a text. */
function online(notiType: string, tells: (it: Cancellation) => Message): Shape {
  return {
    product: "online",
    door: "/kicc/online",
    tells: (it) => ({
      resCd: "0000",
      resMsg: "정상",
      mallId: it.mallId,
      notiType,
      pgCno: it.pgCno,
      shopOrderNo: it.shopOrderNo,
      ...tells(it),
    }),
  };
}

function paid({ amount, cancelDate }: Cancellation): Message {
  return { amount: String(amount), transactionDate: cancelDate };
}

/** A deposit has an id of its own; the payment's is that of the account's issuing. */
function deposit(it: Cancellation): Message {
  const { cancelPgCno, pgCno } = it;
  return {
    ...paid(it),
    pgCno: cancelPgCno,
    tlfSno: pgCno,
    ...DEPOSITED,
    payMethodTypeCode: "22",
    escrowUsed: "N",
    cashUsed: "0",
    statusCode: "",
    accountType: "F",
  };
}

const SHAPES = {
  "wechat.approval": { product: "wechat", door: "/kicc/wechat/approval", tells: approval },
  "alipay.approval": {
    product: "alipay",
    door: "/kicc/alipay",
    tells: (it) => ({ ...approval(it), walletBrandName: "ALIPAY_CN" }),
  },
  "online.approval": online("10", (it) => ({
    ...paid(it),
    approvalNo: "01230001",
    cardNo: "49000000****000*",
    issuerName: "현대비자개인",
    statusCode: "TS03",
    payMethodTypeCode: "11",
    escrowUsed: "N",
  })),
  "online.change": online("20", (it) => ({
    ...paid(it),
    resMsg: "정상취소",
    cancelPgCno: it.cancelPgCno,
    cancelDate: it.cancelDate,
    cancelAmount: String(it.amount),
    statusCode: "TS06",
    statusMessage: "부분매입취소",
    payMethodTypeCode: "11",
  })),
  "online.deposit": online("30", (it) => ({ resMsg: "입금완료", ...deposit(it) })),
  "online.deposit-cancel": online("31", (it) => ({ resMsg: "입금취소", ...deposit(it) })),
  "online.escrow": online("40", (it) => ({
    ...paid(it),
    escrowUsed: "Y",
    payMethodTypeCode: "22",
    statusCode: "ES04",
    statusMessage: "입금완료",
  })),
  "online.refund": online("50", (it) => ({
    ...paid(it),
    resMsg: "정상 처리",
    cancelPgCno: it.cancelPgCno,
    statusCode: "RF02",
    statusMessage: "환불완료",
    payMethodTypeCode: "22",
  })),
  "online.transfer-failed": online("51", () => ({
    resCd: "5413",
    resMsg: "기타수취불가",
    bankCode: "004",
    bankName: "국민은행",
    accountNo: "79000000000099",
  })),
  "online.unionpay": online("70", ({ amount }) => ({ amount: String(amount), payMethodTypeCode: "11" })),
  "online.other": online("60", (it) => ({ ...paid(it), statusCode: "OP01" })),
} as const satisfies Readonly<Record<string, Shape>>;

/** All but `wechat.cancel`, which has its own makers. */
export type OtherKind = keyof typeof SHAPES;
export const OTHER_KINDS = Object.keys(SHAPES) as readonly OtherKind[];
export type KindName = OtherKind | "wechat.cancel";

export function shapeOf(kind: OtherKind): Shape {
  return SHAPES[kind];
}

export function inJson(message: Message): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(message));
}

/** The older interface's names of the fields above. */
const FORM_NAMES: Readonly<Record<string, string>> = {
  resCd: "res_cd",
  resMsg: "res_msg",
  pgCno: "cno",
  mallId: "memb_id",
  shopOrderNo: "order_no",
  notiType: "noti_type",
  approvalNo: "auth_no",
  transactionDate: "tran_date",
  cardNo: "card_no",
  issuerName: "issuer_nm",
  bankCode: "bank_cd",
  bankName: "bank_nm",
  accountNo: "account_no",
  depositName: "deposit_nm",
  payMethodTypeCode: "pay_type",
  cashUsed: "cash_issue_yn",
  escrowUsed: "escrow_yn",
  tlfSno: "tlf_sno",
  accountType: "account_type",
  statusCode: "stat_cd",
  statusMessage: "stat_msg",
  cancelDate: "canc_date",
  cancelAmount: "mgr_amt",
  cancelPgCno: "mgr_seqno",
};
const ENCODERS = { "utf-8": (text: string) => new TextEncoder().encode(text), "euc-kr": encodeEucKr } as const;

export type Charset = keyof typeof ENCODERS;

/** As a form of the older interface, its values percent-encoded. @throws where a field has no name there */
export function inForm(message: Message, charset: Charset): Uint8Array {
  const fields = Object.entries(message).map(([name, value]) => {
    const formName = name === "amount" ? name : FORM_NAMES[name];
    if (formName === undefined)
      throw new Error(`Cannot write ${name} as a form: the older interface has no such field`);
    return `${formName}=${escaped(ENCODERS[charset](String(value)))}`;
  });
  return new TextEncoder().encode(fields.join("&"));
}

function escaped(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    if (character === " ") return "+";
    return /[\w.-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}
