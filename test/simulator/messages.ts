// Builds KICC's cancellation notifications: from the fields of a cancellation to the bytes of its message.
import { encodeEucKr } from "./euc-kr.ts";
import { type Random, randomInteger } from "./random.ts";

/** What a full notification tells, under the names of KICC's page global-payment/wechat/cancel-webhook. */
export interface Cancellation {
  readonly mallId: string;
  readonly shopOrderNo: string;
  /** The original payment. */
  readonly pgCno: string;
  readonly cancelPgCno: string;
  /** yyyyMMddHHmmss, KST. */
  readonly cancelDate: string;
  readonly currency: string;
  readonly amount: number;
}

type More = Readonly<Record<string, unknown>>;

const HOUR_MS = 60 * 60 * 1000;
const SERIALS = 1_000_000;

/**
 * A cancellation that no other serial has.
 * @param serial unique up to a million for one `now`
 * @param now epoch ms, when it was cancelled
 */
export function newCancellation(
  serial: number,
  random: Random,
  now: number,
  more: Partial<Cancellation> = {},
): Cancellation {
  const paidAt = now - randomInteger(random, 1, 30 * 24) * HOUR_MS;
  return {
    mallId: "T0099001",
    shopOrderNo: `ORD-${kstDigits(paidAt).slice(0, 8)}-${String(serial).padStart(6, "0")}`,
    pgCno: transactionId(paidAt, serial),
    cancelPgCno: transactionId(now, serial),
    cancelDate: kstDigits(now),
    currency: "KRW",
    amount: randomInteger(random, 10, 5000) * 100,
    ...more,
  };
}

/** The nth part (1–50, WeChat's most) of a payment that is cancelled in parts: its own cancelPgCno, a share of the amount. */
export function partOf(cancellation: Cancellation, number: number): Cancellation {
  const cancelPgCno = cancellation.cancelPgCno.slice(0, -2) + String(number).padStart(2, "0");
  return { ...cancellation, cancelPgCno, amount: Math.max(1, Math.floor(cancellation.amount / (number + 1))) };
}

/** KICC's ids as seen: 20 digits, of which the first twelve are yyMMddHHmmss in KST. The last two are left to partOf. */
function transactionId(at: number, serial: number): string {
  return `${kstDigits(at).slice(2)}${String(serial % SERIALS).padStart(6, "0")}00`;
}

/** yyyyMMddHHmmss, KST. */
export function kstDigits(at: number): string {
  return new Date(at + 9 * HOUR_MS).toISOString().replaceAll(/\D/g, "").slice(0, 14);
}

export function succeeded(cancellation: Cancellation, more: More = {}): Uint8Array {
  const { mallId, shopOrderNo, pgCno, cancelPgCno, cancelDate, currency, amount } = cancellation;
  const amountInfo = { currency, amount };
  const fields = { mallId, shopOrderNo, pgCno, cancelPgCno, cancelDate, amountInfo };
  return bytesOf({ resCd: "0000", resMsg: "Success", ...fields, ...more });
}

/** A failed result has neither cancelDate nor amountInfo. */
export function failed(cancellation: Cancellation, more: More = {}): Uint8Array {
  const { mallId, shopOrderNo, pgCno, cancelPgCno } = cancellation;
  const resMsg = "잔액 부족으로 취소할 수 없습니다";
  return bytesOf({ resCd: "W901", resMsg, mallId, shopOrderNo, pgCno, cancelPgCno, ...more });
}

/** Only what the page requires; the id in resMsg is all that tells two of them apart. */
export function minimal(cancellation: Cancellation): Uint8Array {
  return bytesOf({ resCd: "9999", resMsg: `System error ${cancellation.cancelPgCno}` });
}

/** Unknown fields, the older currency code, the amount as text, an empty string. */
export function oddities(cancellation: Cancellation): Uint8Array {
  return succeeded(cancellation, {
    resMsg: "정상처리",
    shopOrderNo: "",
    amountInfo: { currency: "00", amount: String(cancellation.amount), remainAmount: 32_000 },
    statusCode: "TS06",
    walletType: "WECHAT_CN",
    extInfo: { a: [1, null] },
  });
}

export function inUsdCents(cancellation: Cancellation): Uint8Array {
  return succeeded({ ...cancellation, currency: "USD" });
}

/** As raw text: these numbers are above what a double holds exactly. */
export function bareIds(cancellation: Cancellation): Uint8Array {
  const { pgCno, cancelPgCno } = cancellation;
  return new TextEncoder().encode(`{"resCd":"0000","resMsg":"ok","pgCno":${pgCno},"cancelPgCno":${cancelPgCno}}`);
}

/** 정상취소 and all else in EUC-KR, whatever the header says: not valid UTF-8. */
export function inEucKr(cancellation: Cancellation): Uint8Array {
  return encodeEucKr(new TextDecoder().decode(succeeded(cancellation, { resMsg: "정상취소" })));
}

function bytesOf(message: More): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(message));
}
