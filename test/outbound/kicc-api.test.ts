import { afterEach, describe, expect, it, vi } from "vitest";
import { askKicc } from "../../src/outbound/kicc-api.ts";
import { contradiction, confirmVerdictOf } from "../../src/kinds/confirm-verdict.ts";
import { cancellationFind } from "../../src/kinds/status-cancellation.ts";
import { type Answering, findAnswer, says, standInForKicc } from "../kicc-stand-in.ts";

const API = new URL("https://kicc.example");
const QUERY = { mallId: "T0099001", pgCno: "26011314205510990001", cancelPgCno: "26011409120310990042" };

afterEach(() => void vi.unstubAllGlobals());

async function answerTo(answering: Answering, timeoutMs?: number) {
  standInForKicc(answering);
  return askKicc(API, cancellationFind, QUERY, timeoutMs);
}

function cancelledAnswer(fields: Readonly<Record<string, unknown>> = {}) {
  const answer = cancellationFind.read(findAnswer(QUERY, fields));
  if (answer.kind !== "proven") throw new Error(`Cannot use the test's own answer: ${answer.kind}`);
  return answer;
}

describe("asking", () => {
  it("asks find in JSON, with a shopTransactionId of its own each time", async () => {
    const kicc = standInForKicc();
    await askKicc(API, cancellationFind, QUERY);
    await askKicc(new URL("https://kicc.example/gateway/"), cancellationFind, QUERY);
    expect(kicc.asked[0]).toMatchObject({ ...QUERY, method: "POST", url: `${API.href}api/trades/wechatpay/find` });
    expect(kicc.asked[0]?.contentType).toMatch(/^application\/json; *charset=utf-8$/i);
    expect(kicc.asked[1]?.url).toBe("https://kicc.example/gateway/api/trades/wechatpay/find");
    const ids = kicc.asked.map(({ shopTransactionId }) => shopTransactionId);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[\x21-\x7e]{1,60}$/);
  });

  it.each(["TS02", "TS06", "TS12"])(
    "takes %s for cancelled, with amount and currency in their one spelling",
    async (status) => {
      const amountInfo = { currency: "00", totAmount: "0051000" };
      expect(await answerTo(says({ cancelStatus: status, amountInfo }))).toEqual({
        kind: "proven",
        status,
        text: "정상처리 · 취소 성공",
        resMsg: "정상처리",
        pgCno: QUERY.pgCno,
        cancelPgCno: QUERY.cancelPgCno,
        shopOrderNo: null,
        date: "20260114091210",
        mallId: QUERY.mallId,
        walletBrandName: null,
        currency: "KRW",
        amount: "51000",
      });
    },
  );

  it("tells TS01, an unknown status, an error and an answer without a status apart", async () => {
    expect(await answerTo(says({ cancelStatus: "TS01" }))).toMatchObject({ kind: "not-yet", status: "TS01" });
    expect(await answerTo(says({ cancelStatus: "TS99" }))).toMatchObject({ kind: "unknown", status: "TS99" });
    expect(await answerTo(says({ cancelStatus: undefined }))).toMatchObject({ kind: "unknown", status: "" });
    const refused = { resCd: "R003", resMsg: "No such transaction", resDetailMsg: undefined };
    expect(await answerTo(says(refused))).toEqual({ kind: "refused", status: "R003", text: "No such transaction" });
  });

  it("keeps the digits of ids that come as bare numbers", async () => {
    const bare = findAnswer(QUERY).replaceAll(/"(\d{20})"/g, "$1");
    expect(await answerTo(() => new Response(bare))).toMatchObject({
      pgCno: QUERY.pgCno,
      cancelPgCno: QUERY.cancelPgCno,
    });
  });

  it("reads EUC-KR under a header that says utf-8", async () => {
    const [before, after] = findAnswer(QUERY, { resMsg: "#", resDetailMsg: "" }).split("#");
    const korean = new Uint8Array([0xc1, 0xa4, 0xbb, 0xf3, 0xc3, 0xeb, 0xbc, 0xd2]);
    const body = new Blob([before ?? "", korean, after ?? ""]);
    expect(await answerTo(() => new Response(body))).toMatchObject({ kind: "proven", resMsg: "정상취소" });
  });

  it("survives a lone % in resDetailMsg, and reads it in EUC-KR too", async () => {
    const detail = (resDetailMsg: string) => answerTo(says({ resMsg: "ok", resDetailMsg }));
    expect(await detail("100%")).toMatchObject({ kind: "proven", text: "ok · 100%" });
    expect(await detail("%zz%e")).toMatchObject({ text: "ok · %zz%e" });
    expect(await detail("%C1%A4%BB%F3+100%25")).toMatchObject({ text: "ok · 정상 100%" });
  });

  it("bounds hostile text and takes control characters out of it", async () => {
    const resMsg = `\u0000\u001b[2J${"x".repeat(5000)}\ud800`;
    const { text } = await answerTo(says({ resCd: "9".repeat(500), resMsg, resDetailMsg: "%00".repeat(9000) }));
    expect(text.length).toBeLessThanOrEqual(500);
    expect(text).toMatch(/^\[2Jx+$/);
  });

  it.each<[string, Answering, object]>([
    [
      "an HTTP error",
      () => new Response('{"resCd":"0000"}', { status: 503 }),
      { status: "503", text: "KICC answered 503" },
    ],
    ["a redirect", () => new Response(null, { status: 302, headers: { location: "/" } }), { status: "302" }],
    ["half a JSON", () => new Response(findAnswer(QUERY).slice(0, -1)), { status: "200", text: "unreadable answer" }],
    ["an array", () => new Response("[]"), { status: "200" }],
    ["nothing", () => new Response(""), { status: "200" }],
    ["no resCd", says({ resCd: undefined }), { status: "200" }],
    ["too much", () => new Response(`"${"x".repeat(70_000)}"`), { text: "answer over 64 KiB" }],
    ["no connection", () => Promise.reject(new Error("refused")), { status: null, text: "no connection: refused" }],
  ])("takes %s for no answer", async (_name, answering, answer) => {
    expect(await answerTo(answering)).toMatchObject({ kind: "none", ...answer });
  });

  it("waits no longer than its time, for the head or for the body", async () => {
    const silent = () => new Promise<Response>(() => {});
    expect(await answerTo(silent, 30)).toMatchObject({ kind: "none", text: "no whole answer in 30 ms" });
    const stalls = () => new Response(new ReadableStream({ start: (body) => body.enqueue(new Uint8Array([123])) }));
    expect(await answerTo(stalls, 30)).toMatchObject({ kind: "none", text: "no whole answer in 30 ms" });
  });
});

describe("judging", () => {
  const told = { ...QUERY, currency: "KRW", amount: "51000" };

  it("finds what contradicts, and nothing in what either leaves out", () => {
    expect(contradiction(cancelledAnswer(), told)).toBeNull();
    expect(contradiction(cancelledAnswer({ cancelPgCno: "1" }), told)).toBe("cancelPgCno");
    expect(contradiction(cancelledAnswer({ pgCno: "1" }), told)).toBe("pgCno");
    expect(contradiction(cancelledAnswer({ amountInfo: { currency: "KRW", totAmount: 1 } }), told)).toBe("amount");
    expect(contradiction(cancelledAnswer({ amountInfo: { currency: "USD", totAmount: 51000 } }), told)).toBe(
      "currency",
    );
    expect(contradiction(cancelledAnswer({ amountInfo: {}, pgCno: "" }), told)).toBeNull();
    expect(contradiction(cancelledAnswer(), { ...told, currency: null, amount: null })).toBeNull();
  });

  it("takes no answer for a proof that does not say which cancellation of which payment it is about", () => {
    const verdict = (about: Parameters<typeof cancelledAnswer>[0]) =>
      confirmVerdictOf(cancelledAnswer(about), told, cancellationFind.proves, 1, [60_000], 100).kind;
    expect(verdict({})).toBe("confirmed");
    expect(verdict({ amountInfo: undefined })).toBe("confirmed");
    expect(verdict({ cancelPgCno: "" })).toBe("again");
    expect(verdict({ pgCno: null })).toBe("again");
  });

  it("asks again on the first five delays, and holds after the sixth query", () => {
    const none = { kind: "none", status: null, text: "silence" } as const;
    const verdicts = [1, 2, 3, 4, 5, 6].map((tries) =>
      confirmVerdictOf(none, told, cancellationFind.proves, tries, [1, 2, 3, 4, 5, 6, 7], 100),
    );
    expect(verdicts.slice(0, 5)).toEqual([101, 102, 103, 104, 105].map((at) => ({ kind: "again", at })));
    expect(verdicts[5]).toEqual({ kind: "unconfirmed", because: "KICC never confirmed it, last:  silence" });
    expect(confirmVerdictOf(none, told, cancellationFind.proves, 2, [1], 100)).toMatchObject({ kind: "unconfirmed" });
  });

  it("has nothing to ask with where an id is missing or longer than KICC's field", () => {
    expect(cancellationFind.query(QUERY)).toEqual(QUERY);
    for (const field of ["mallId", "pgCno", "cancelPgCno"]) {
      expect(cancellationFind.query({ ...QUERY, [field]: field === "mallId" ? "" : null })).toBeNull();
      expect(cancellationFind.query({ ...QUERY, [field]: "가".repeat(21) })).toBeNull();
    }
  });
});
