import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { showBody } from "../../src/kinds/personal.ts";
import { EUC_KR_CANCELLED, FORM_SAMPLES, JSON_SAMPLES, bytesOf } from "./samples.ts";

const shown = (body: string, contentType: string | null = null) => showBody(bytesOf(body), contentType);
const masked = (body: string) => shown(body).masked;

describe("a body before people", () => {
  it("shows of each personal value in KICC's samples the first character and a *, the rest as it is", () => {
    const [card = ""] = JSON_SAMPLES["online.approval"] ?? [];
    expect(masked(card)).toBe(
      card
        .replace('"49000000****000*"', '"4*"')
        .replace('"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="', '"A*"')
        .replace('"홍길동"', '"홍*"')
        .replace('"user-1"', '"u*"'),
    );
    const [deposit = ""] = JSON_SAMPLES["online.deposit"] ?? [];
    expect(masked(deposit)).toBe(
      deposit.replace('"79000000000001"', '"7*"').replaceAll('"홍길동"', '"홍*"').replace('"0100001234"', '"0*"'),
    );
    expect(shown(deposit)).toMatchObject({ text: deposit, isPersonal: true, charset: "utf-8" });
  });

  it("of WeChat Pay and Alipay has nothing personal", () => {
    for (const name of ["wechat.cancel", "wechat.approval", "alipay.approval"]) {
      for (const text of JSON_SAMPLES[name] ?? [])
        expect(shown(text)).toMatchObject({ text, masked: text, isPersonal: false });
    }
  });

  it("of a form is name=value, unescaped, a line each, and masked by its own names", () => {
    const [deposit = ""] = FORM_SAMPLES["online.deposit"] ?? [];
    const { text, masked: hidden, isPersonal, charset } = shown(deposit);
    expect({ isPersonal, charset }).toEqual({ isPersonal: true, charset: "euc-kr" });
    expect(text.split("\n").slice(0, 3)).toEqual(["res_cd=0000", "res_msg=입금완료", "cno=26040209000010990803"]);
    expect(text).toContain("\nreserve1=A&B=C\n");
    for (const line of ["account_no=7*", "deposit_nm=홍*", "user_id=7*", "user_nm=홍*", "reserve1=A*"]) {
      expect(hidden.split("\n")).toContain(line);
    }
    expect(hidden).not.toContain("홍길동");
    expect(hidden.split("\n").length).toBe(text.split("\n").length);
    expect(shown("res_cd=0000&reserve1=&account_no=").isPersonal).toBe(false);
    expect(shown("cno=1&user_nm=a%0Ab").text).toBe("cno=1\nuser_nm=a b");
  });

  it.each([
    ['{"cardNo":"1234"}', '{"cardNo":"1*"}'],
    ['{"cardNo": 1234 ,"a":1}', '{"cardNo": "1*" ,"a":1}'],
    ['{"cardNo":"","accountNo":null}', '{"cardNo":"","accountNo":null}'],
    ['{"\\u0063ardNo":"1234"}', '{"\\u0063ardNo":"1*"}'],
    ['{" CARDNO ":"1234"}', '{" CARDNO ":"1*"}'],
    ['{"x":{"y":[{"customerName":"홍길동"}]}}', '{"x":{"y":[{"customerName":"홍*"}]}}'],
    ['{"customerName":{"first":"a"}}', '{"customerName":"*"}'],
    ['{"customerName":["a",["b"]],"z":"b"}', '{"customerName":"*","z":"b"}'],
    ['{"customerName":"\\ud64d\\uae38"}', '{"customerName":"홍*"}'],
    ['{"customerName":"\u{1F600}ab"}', '{"customerName":"\u{1F600}*"}'],
    ['{"resMsg":"\\"cardNo\\":\\"1234\\"","a":"cardNo"}', '{"resMsg":"\\"cardNo\\":\\"1234\\"","a":"cardNo"}'],
    ['{"shopValue1":"a@b.c","shopValue6":"010"}', '{"shopValue1":"a*","shopValue6":"0*"}'],
    ['{"card_no":"1234","mobile_no":"010"}', '{"card_no":"1*","mobile_no":"0*"}'],
  ])("%s becomes %s", (body, hidden) => {
    expect(masked(body)).toBe(hidden);
  });

  it.each([
    '{"resCd":"1","customerName":"홍길동"',
    '{"resCd":"1","customerName":"홍길동',
    '{"resMsg":"a"b","customerName":"홍길동","x":"1"}',
    '{"resMsg":"a","customerName":"홍\n길동"}',
    "{'customerName':'홍길동'}",
    "{customerName: 홍길동}",
    '<p>customerName="홍길동"</p>',
    "x;customerName = 홍길동",
    `customerName=홍길동&${"x=1&".repeat(1100)}`,
    '\0{"customerName":"홍길동"}',
  ])("that is broken or cut off gives no name away: %s", (body) => {
    const { masked: hidden, isPersonal } = shown(body);
    expect(hidden).not.toContain("길동");
    expect(isPersonal).toBe(true);
  });

  it("is shown in the charset that it was read in", () => {
    const body = Uint8Array.from([...bytesOf('{"customerName":"'), ...EUC_KR_CANCELLED, ...bytesOf('"}')]);
    expect(showBody(body, "application/json; charset=utf-8")).toEqual({
      text: '{"customerName":"정상취소"}',
      masked: '{"customerName":"정*"}',
      isPersonal: true,
      charset: "euc-kr",
    });
  });

  it("gives no personal value away, wherever in a JSON text it stands", () => {
    const name = fc.constantFrom("cardNo", "customerName", "accountNo", "shopValue3", "user_nm");
    const wrap = (inner: string, [name, kind]: [string, number]) =>
      kind === 0
        ? `{${JSON.stringify(name)}:${inner}}`
        : kind === 1
          ? `[${JSON.stringify(name)},${inner}]`
          : `{"z":"\\"","y":${inner}}`;
    const wraps = fc.array(fc.tuple(fc.string(), fc.nat(2)), { maxLength: 5 });
    fc.assert(
      fc.property(name, wraps, (personal, around) => {
        const body = around.reduce((inner, one) => wrap(inner, one), `{"${personal}":"SECRET-SECRET"}`);
        expect(masked(body)).not.toContain("ECRET");
        expect(JSON.parse(masked(body))).toBeDefined();
      }),
    );
  });

  it("of any bytes is shown without throwing, and masking twice changes nothing more", () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), fc.json().map(bytesOf)), (body) => {
        expect(showBody(body, null).masked.isWellFormed()).toBe(true);
      }),
    );
    for (const text of Object.values(JSON_SAMPLES).flat()) expect(masked(masked(text))).toBe(masked(text));
  });

  it("of 64 KiB takes no time, whatever stands in it", () => {
    const startedAt = Date.now();
    for (const piece of ["a", '"', "a=", '"cardNo":', "\\", "{", " ", "'", "a:", "x&"]) {
      shown(piece.repeat(65_536 / piece.length));
      shown(`{${piece.repeat(65_536 / piece.length)}`);
    }
    expect(Date.now() - startedAt).toBeLessThan(20_000);
  });
});
