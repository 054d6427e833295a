// The result of a WeChat Pay cancellation (global-payment/wechat/cancel-webhook), identified by cancelPgCno. How its id
// is made never changes.
import { isSameByReference, isSameKey, keyWithoutId, kstStamp, relateResults } from "./identity.ts";
import { COMMON_NAMES, type Kind, type Relation, type Comparable } from "./kind.ts";
import { innerText, textIn } from "./kicc-message.ts";
import { normalAmount, normalCurrency } from "./money.ts";
import { cancellationFind } from "./status-cancellation.ts";

const NAMES: ReadonlySet<string> = new Set([
  ...COMMON_NAMES,
  "cancelPgCno",
  "cancelDate",
  "amountInfo",
  "amountInfo.currency",
  "amountInfo.amount",
]);

export const wechatCancel: Kind = {
  name: "wechat.cancel",
  product: "wechat",
  door: "/kicc/wechat/cancel",
  title: { en: "WeChat Pay cancelled", ko: "위챗페이 취소" },
  mark: { names: ["cancelPgCno", "cancelDate"] },
  reads: (name) => NAMES.has(name),
  read(message) {
    const cancelDate = textIn(message, "cancelDate");
    return {
      cancelPgCno: textIn(message, "cancelPgCno"),
      cancelDate,
      eventDate: cancelDate,
      currency: normalCurrency(innerText(message, "currency")),
      amount: normalAmount(innerText(message, "amount")),
    };
  },
  parts: () => ({}),
  ackHasPgCno: true,
  comesAsForm: false,
  identity: {
    key: keyOf,
    event: ({ cancelPgCno }) => (cancelPgCno === null ? null : { column: "cancelPgCno", value: cancelPgCno }),
    relate,
    isWeak: () => false,
    judgesResults: true,
    referenceNamesEvent: true,
  },
  statusApi: cancellationFind,
  sample: (resCd, serial, now) => ({
    body: JSON.stringify(sampleOf(resCd, serial, now)),
    contentType: "application/json; charset=utf-8",
  }),
  demandsBooking: false,
  flow: "out",
  isLoss: false,
};

function keyOf(comparable: Comparable): readonly (string | null)[] {
  const { cancelPgCno, resCd, currency, amount } = comparable;
  if (cancelPgCno === null) return keyWithoutId([], comparable, comparable.cancelDate, comparable.reference, []);
  return ["cancel", cancelPgCno, resCd, currency, amount];
}

function relate(arriving: Comparable, known: Comparable): Relation {
  if (arriving.kind !== known.kind) return "independent";
  if (arriving.cancelPgCno === null || known.cancelPgCno === null) {
    const isSame = isSameKey(keyOf(arriving), keyOf(known)) || isSameByReference(arriving, known);
    return isSame ? "same" : "independent";
  }
  return arriving.cancelPgCno === known.cancelPgCno ? relateResults(arriving, known) : "independent";
}

function sampleOf(resCd: string, serial: number, now: number): Readonly<Record<string, unknown>> {
  const [pgCno, cancelPgCno] = [serial, serial + 1].map((id) => String(id).padStart(20, "0"));
  return {
    resCd,
    resMsg: "TEST",
    mallId: "00000000",
    shopOrderNo: pgCno,
    pgCno,
    cancelPgCno,
    cancelDate: kstStamp(now),
    amountInfo: { currency: "KRW", amount: 0 },
  };
}
