import { describe, expect, it } from "vitest";
import type { StatusApi } from "../../src/kinds/kind.ts";
import { type AnnouncedFields, statusNotification } from "../../src/kinds/status-notification.ts";
import { contradiction, confirmVerdictOf } from "../../src/kinds/confirm-verdict.ts";
import type { Proven } from "../../src/rules/notification.ts";
import { kind, relation, told } from "./given.ts";
import { NOON_KST, sampleOf } from "./samples.ts";

const CANCEL = { mallId: "T0099001", pgCno: "26011314205510990001", cancelPgCno: "26011409120310990042" };
const PAYMENT = { mallId: "T0099001", pgCno: "26011314205510990001" };

function apiOf(name: string): StatusApi {
  const { statusApi } = kind(name);
  if (statusApi === null) throw new Error(`Cannot ask about ${name}`);
  return statusApi;
}

function cancelAnswer(fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    resCd: "0000",
    resMsg: "정상처리",
    shopTransactionId: "x",
    ...CANCEL,
    transactionDate: "20260114091210",
    cancelStatus: "TS02",
    resDetailMsg: encodeURIComponent("취소 성공"),
    amountInfo: { currency: "KRW", totAmount: 51000 },
    ...fields,
  });
}

function paymentAnswer(fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    resCd: "0000",
    resMsg: "Success",
    ...PAYMENT,
    shopOrderNo: "ORD-1",
    approvalDate: "20260113142131",
    statusCd: "TS01",
    amountInfo: { currency: "KRW", totAmount: 51000 },
    ...fields,
  });
}

function proven(name: string, text: string): Proven {
  const answer = apiOf(name).read(text);
  if (answer.kind !== "proven") throw new Error(`Cannot use the test's own answer: ${answer.kind}`);
  return answer;
}

describe("what find says of a cancellation", () => {
  const read = (fields: Readonly<Record<string, unknown>>) => apiOf("wechat.cancel").read(cancelAnswer(fields));

  it.each(["TS02", "TS06", "TS12", " TS 02"])(
    "takes %s for cancelled, with amount and currency in their one spelling",
    (cancelStatus) => {
      expect(read({ cancelStatus, amountInfo: { currency: "00", totAmount: "0051000" } })).toEqual({
        kind: "proven",
        status: cancelStatus.replaceAll(" ", ""),
        text: "정상처리 · 취소 성공",
        resMsg: "정상처리",
        ...CANCEL,
        shopOrderNo: null,
        date: "20260114091210",
        currency: "KRW",
        amount: "51000",
        walletBrandName: null,
      });
    },
  );

  it("tells TS01, an unknown status, an error and an answer without a status apart", () => {
    expect(read({ cancelStatus: "TS01" })).toMatchObject({ kind: "not-yet", status: "TS01" });
    expect(read({ cancelStatus: "TS99" })).toMatchObject({ kind: "unknown", status: "TS99" });
    expect(read({ cancelStatus: undefined })).toMatchObject({ kind: "unknown", status: "" });
    expect(read({ cancelStatus: undefined, statusCd: "TS02" })).toMatchObject({ kind: "unknown" });
    const refused = { resCd: "R003", resMsg: "No such transaction", resDetailMsg: undefined };
    expect(read(refused)).toEqual({ kind: "refused", status: "R003", text: "No such transaction" });
  });

  it.each(["", "{", "[]", '"x"', "{}", '{"resCd":""}'])("takes %j for no answer", (text) => {
    expect(apiOf("wechat.cancel").read(text)).toEqual({ kind: "none", status: "200", text: "unreadable answer" });
  });

  it("keeps the digits of ids that come as bare numbers", () => {
    const bare = cancelAnswer().replaceAll(/"(\d{20})"/g, "$1");
    expect(apiOf("wechat.cancel").read(bare)).toMatchObject(CANCEL);
  });

  it("survives a lone % in resDetailMsg, and reads it in EUC-KR too", () => {
    const detail = (resDetailMsg: string) => read({ resMsg: "ok", resDetailMsg });
    expect(detail("100%")).toMatchObject({ kind: "proven", text: "ok · 100%" });
    expect(detail("%zz%e")).toMatchObject({ text: "ok · %zz%e" });
    expect(detail("%C1%A4%BB%F3+100%25")).toMatchObject({ text: "ok · 정상 100%" });
  });

  it("bounds hostile text and takes control characters out of it", () => {
    const resMsg = `\u0000\u001b[2J${"x".repeat(5000)}\ud800`;
    const { status, text } = read({ resCd: "9".repeat(500), resMsg, resDetailMsg: "%00".repeat(9000) });
    expect(text.length).toBeLessThanOrEqual(500);
    expect(text).toMatch(/^\[2Jx+$/);
    expect(status).toBe("9".repeat(40));
  });

  it("is asked with all three ids, each of a length that find takes", () => {
    const { query, path } = apiOf("wechat.cancel");
    expect(path).toBe("/api/trades/wechatpay/find");
    expect(query(CANCEL)).toEqual(CANCEL);
    for (const name of ["mallId", "pgCno", "cancelPgCno"]) {
      expect(query({ ...CANCEL, [name]: null })).toBeNull();
      expect(query({ ...CANCEL, [name]: "한".repeat(21) })).toBeNull();
      expect(query({ ...CANCEL, [name]: "한".repeat(20) })).not.toBeNull();
    }
  });
});

describe.each([
  ["wechat.approval", "/api/trades/wechatpay/find"],
  ["alipay.approval", "/api/trades/alipay/find"],
] as const)("what find says of %s", (name, path) => {
  const read = (fields: Readonly<Record<string, unknown>>) => apiOf(name).read(paymentAnswer(fields));

  it("takes TS01 for approved; TS02 and TS06 too, but what they say of amounts for nothing", () => {
    expect(read({})).toMatchObject({
      kind: "proven",
      amount: "51000",
      currency: "KRW",
      date: "20260113142131",
      shopOrderNo: "ORD-1",
    });
    for (const statusCd of ["TS02", "TS06"]) expect(read({ statusCd })).toMatchObject({ kind: "proven", amount: null });
  });

  it("reads amount where there is no totAmount, blanks in a status and in a name, and an older name of the status", () => {
    expect(read({ amountInfo: { currency: "USD", amount: 9 } })).toMatchObject({ amount: "9", currency: "USD" });
    expect(read({ statusCd: " TS 01 " })).toMatchObject({ kind: "proven", status: "TS01" });
    expect(read({ statusCd: undefined, statusCode: "TS01" })).toMatchObject({ kind: "proven" });
    expect(read({ approvalDate: undefined, "approval Date": "20260113142131" })).toMatchObject({
      date: "20260113142131",
    });
    expect(read({ amountInfo: null, approvalDate: null })).toMatchObject({ kind: "proven", amount: null, date: null });
  });

  it("takes a payment that is pending for not yet, one that was voided or has no status for unknown", () => {
    expect(read({ statusCd: "TS00" })).toMatchObject({ kind: "not-yet", status: "TS00" });
    for (const statusCd of ["TS12", "", "TS77"])
      expect(read({ statusCd })).toMatchObject({ kind: "unknown", status: statusCd });
    expect(read({ resCd: "A210" })).toMatchObject({ kind: "refused", status: "A210" });
  });

  it("is asked without a cancelPgCno, at its own product's path", () => {
    expect(apiOf(name).path).toBe(path);
    expect(apiOf(name).query(CANCEL)).toEqual(PAYMENT);
  });

  it("makes a notification of its kind, of which KICC's own is a resend, whatever it says of amounts", () => {
    const announced: AnnouncedFields = { ...PAYMENT, cancelPgCno: null, shopOrderNo: null, reference: "R-1" };
    const answer = proven(name, paymentAnswer({ statusCd: "TS06", walletBrandName: "GCASH" }));
    const made = statusNotification(kind(name), announced, answer, NOON_KST);
    expect(made).toMatchObject({
      ...PAYMENT,
      kind: name,
      source: "status-api",
      reference: "R-1",
      eventDate: "20260113142131",
      amount: null,
    });
    const body = new TextDecoder().decode(made.body);
    expect(JSON.parse(body)).toMatchObject({ walletBrandName: "GCASH", shopOrderNo: "ORD-1" });
    const at = kind(name).door;
    const own = told({ ...sampleOf(name), ...PAYMENT, shopOrderNo: "another" }, { at });
    expect(
      relation(told(body, { at: "/kicc/alipay", source: "status-api" }), { ...own, kind: "alipay.approval" }),
    ).toBe("same");
  });
});

describe("a notification made of KICC's answer", () => {
  const announced: AnnouncedFields = { ...CANCEL, shopOrderNo: null, reference: "R-1" };
  const made = (fields: Readonly<Record<string, unknown>> = {}, more: Partial<AnnouncedFields> = {}) =>
    statusNotification(
      kind("wechat.cancel"),
      { ...announced, ...more },
      proven("wechat.cancel", cancelAnswer(fields)),
      NOON_KST,
    );

  it("has the webhook's names, and the id of the webhook's own", () => {
    const notification = made({ shopOrderNo: "ORD-9" });
    expect(JSON.parse(new TextDecoder().decode(notification.body))).toEqual({
      resCd: "0000",
      resMsg: "정상처리",
      ...CANCEL,
      shopOrderNo: "ORD-9",
      cancelDate: "20260114091210",
      amountInfo: { currency: "KRW", amount: 51000 },
    });
    expect(notification).toMatchObject({
      id: "ntf_ed9f76cb0fa8fc409032b2c27f7a0b22",
      kind: "wechat.cancel",
      source: "status-api",
      sourceAddress: null,
      reference: "R-1",
      receivedAt: NOON_KST,
      contentType: "application/json; charset=utf-8",
      ambiguous: false,
    });
  });

  it("leaves out what nobody said, and keeps an amount that no number holds as text", () => {
    const bare = made({ resMsg: "", transactionDate: "", amountInfo: {} });
    expect(JSON.parse(new TextDecoder().decode(bare.body))).toEqual({ resCd: "0000", resMsg: "Success", ...CANCEL });
    const odd = made({ amountInfo: { totAmount: "123456789012345678901" } }, { shopOrderNo: "ORD-1" });
    expect(odd).toMatchObject({ amount: "123456789012345678901", shopOrderNo: "ORD-1", currency: null });
  });

  it("is made for no kind that KICC cannot be asked about", () => {
    const answer = proven("wechat.cancel", cancelAnswer());
    expect(() => statusNotification(kind("online.deposit"), announced, answer, NOON_KST)).toThrow("has no status API");
  });
});

describe("judging a success by KICC's answer", () => {
  const DELAYS = [15, 15, 30, 60, 60, 60].map((seconds) => seconds * 1000);
  const asked = { ...CANCEL, currency: "KRW", amount: "51000" };
  const verdict = (fields: Readonly<Record<string, unknown>>, tries = 1, name = "wechat.cancel") => {
    const { read, proves } = apiOf(name);
    return confirmVerdictOf(
      read(name === "wechat.cancel" ? cancelAnswer(fields) : paymentAnswer(fields)),
      asked,
      proves,
      tries,
      DELAYS,
      NOON_KST,
    );
  };

  it("confirms what it names, the amount missing or not", () => {
    expect(verdict({})).toEqual({ kind: "confirmed" });
    expect(verdict({ amountInfo: undefined })).toEqual({ kind: "confirmed" });
  });

  it.each([
    ["cancelPgCno", { cancelPgCno: "1" }],
    ["pgCno", { pgCno: "1" }],
    ["currency", { amountInfo: { currency: "USD", totAmount: 51000 } }],
    ["amount", { amountInfo: { currency: "KRW", totAmount: 1 } }],
  ] as const)("holds at once where KICC names another %s", (field, fields) => {
    expect(verdict(fields)).toEqual({ kind: "unconfirmed", because: `KICC names another ${field}` });
    expect(contradiction(proven("wechat.cancel", cancelAnswer(fields)), asked)).toBe(field);
  });

  it("takes an answer that does not say what it is about for none: a cancellation names two ids, an approval one", () => {
    expect(verdict({ cancelPgCno: "" })).toMatchObject({ kind: "again" });
    expect(verdict({ pgCno: "" })).toMatchObject({ kind: "again" });
    expect(verdict({}, 1, "wechat.approval")).toEqual({ kind: "confirmed" });
    expect(verdict({ pgCno: "" }, 1, "alipay.approval")).toMatchObject({ kind: "again" });
    expect(verdict({ statusCd: "TS06", amountInfo: { totAmount: 1 } }, 1, "wechat.approval")).toEqual({
      kind: "confirmed",
    });
  });

  it("asks again on the first five delays, then holds and says what came last", () => {
    const notYet = { cancelStatus: "TS01", resMsg: "승인", resDetailMsg: "" };
    const waits = [1, 2, 3, 4, 5].map((tries) => verdict(notYet, tries));
    expect(waits).toEqual(DELAYS.slice(0, 5).map((delay) => ({ kind: "again", at: NOON_KST + delay })));
    expect(verdict(notYet, 6)).toEqual({ kind: "unconfirmed", because: "KICC never confirmed it, last: TS01 승인" });
  });
});
