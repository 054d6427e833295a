import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseForm } from "../../src/kinds/form.ts";
import { read, readable } from "./given.ts";
import { EUC_KR_CANCELLED, FORM_SAMPLES, bytesOf } from "./samples.ts";

const ONLINE = "/kicc/online";
const readForm = (body: string | Uint8Array, contentType: string | null = null) => readable(body, ONLINE, contentType);

describe("a form", () => {
  it("is read in EUC-KR from percent escapes, each field by its JSON name", () => {
    const [, , deposit = ""] = Object.values(FORM_SAMPLES).flat();
    expect(readForm(deposit)).toMatchObject({
      charset: "euc-kr",
      contentType: null,
      parts: { tlfSno: "25010109000010990077", transactionDate: "20260402090000" },
      fields: {
        kind: "online.deposit",
        resCd: "0000",
        resMsg: "입금완료",
        mallId: "05599001",
        shopOrderNo: "VA-MEMBER-77",
        pgCno: "26040209000010990803",
        cancelPgCno: null,
        cancelDate: null,
        eventDate: "20260402090000",
        currency: "KRW",
        amount: "30000",
      },
    });
  });

  it("takes mgr_seqno, mgr_amt and canc_date for those of a cancellation", () => {
    expect(readForm(FORM_SAMPLES["online.change"]?.[0] ?? "").fields).toMatchObject({
      cancelPgCno: "26040112000010990802",
      amount: "400",
      cancelDate: "20260401120000",
    });
  });

  it("has tlf_cno for another name of tlf_sno: both are one field twice", () => {
    const body = "res_cd=0000&res_msg=ok&noti_type=30&cno=1";
    expect(readForm(`${body}&tlf_cno=7`)).toMatchObject({ parts: { tlfSno: "7" }, ambiguous: false });
    expect(readForm(`${body}&tlf_sno=8&tlf_cno=7`)).toMatchObject({ parts: { tlfSno: "7" }, ambiguous: true });
  });

  it.each([
    ["cno=1&cno=1", true],
    ["cno=1&%63no=2", true],
    ["cno=1&cno+=2", true],
    ["cno=1&pgCno=2", true],
    ["cno=1&noti_type=30", true],
    ["cno=1&reserve1=1&reserve1=2", false],
    ["cno=1&user_id=1&customerId=2", false],
    ["cno=1&x=1&x=2", false],
  ])("with %s beside the rest is ambiguous: %s", (more, ambiguous) => {
    expect(readForm(`res_cd=0000&res_msg=ok&noti_type=30&${more}`).ambiguous).toBe(ambiguous);
  });

  it("counts names of its own dialect alone, blanks around them and the values aside", () => {
    expect(readForm("res_cd=0000&res_msg=ok&noti_type=40&cno=+1+&stat_cd%20=ES12&+memb_id=2%0d%0a")).toMatchObject({
      fields: { pgCno: "1", mallId: "2" },
      parts: { statusCode: "ES12" },
    });
    expect(readForm("res_cd=0000&res_msg=ok&noti_type=30&pgCno=1&resCd=9999").fields).toMatchObject({
      pgCno: null,
      resCd: "0000",
    });
    expect(read("resCd=0000&resMsg=ok&notiType=30", ONLINE).readable).toBe(false);
  });

  it("puts no name without a JSON name into a slot", () => {
    expect(readForm("res_cd=0&res_msg=ok&noti_type=99&newCno=1&refund_date=2&__proto__=3&tran_date=4").parts).toEqual({
      notiType: "99",
      transactionDate: "4",
    });
  });

  it("without noti_type is an other at the online door, whatever else it has, and unreadable at the rest", () => {
    const body = "res_cd=0000&res_msg=ok&mgr_seqno=1&canc_date=2&approvalDate=3";
    expect(readForm(body)).toMatchObject({ fields: { kind: "online.other" }, atOtherDoor: false });
    for (const at of ["/kicc/wechat/cancel", "/kicc/wechat/approval", "/kicc/alipay"]) {
      expect(read(body, at).readable).toBe(false);
      expect(readable(`${body}&noti_type=20`, at)).toMatchObject({
        fields: { kind: "online.change" },
        dialect: "form",
        atOtherDoor: true,
      });
    }
  });

  it("unescapes once, and leaves what is no escape", () => {
    const fields = parseForm(bytesOf("a%3Db%26=1%2B1+%25%32%35%zz%4%&=x&b&&c=d=e&%"), null)?.fields;
    expect(fields).toEqual([
      { name: "a=b&", value: "1+1 %25%zz%4%" },
      { name: "", value: "x" },
      { name: "b", value: "" },
      { name: "c", value: "d=e" },
      { name: "%", value: "" },
    ]);
  });

  it("takes high bytes that stand unescaped as they are", () => {
    const body = Uint8Array.from([...bytesOf("res_cd=0000&res_msg="), ...EUC_KR_CANCELLED]);
    expect(readForm(body)).toMatchObject({ charset: "euc-kr", fields: { resMsg: "정상취소" } });
  });

  it("is decoded as a whole: one value that is UTF-8 by chance does not split it", () => {
    // 찾 in EUC-KR is valid UTF-8 by itself.
    expect(readForm("res_cd=0000&res_msg=%C3%A3&user_nm=%C1%A4%BB%F3").fields.resMsg).toBe("찾");
    expect(readForm("res_cd=0000&res_msg=%C3%A3").fields.resMsg).toBe("ã");
    expect(
      readForm("res_cd=0000&res_msg=%C3%A3", "application/x-www-form-urlencoded; charset=EUC-KR").fields.resMsg,
    ).toBe("찾");
    // The halves of a character in two values are no character.
    expect(readForm("res_cd=0000&res_msg=%C3&user_nm=%A3").charset).toBe("euc-kr");
  });

  it.each([
    ["application/x-www-form-urlencoded; charset=utf-8", "application/x-www-form-urlencoded; charset=euc-kr"],
    ["application/x-www-form-urlencoded", "application/x-www-form-urlencoded"],
    ["text/plain;charset=KSC5601", "text/plain;charset=KSC5601"],
  ])("that came as %s is delivered as %s", (contentType, delivered) => {
    expect(readForm("res_cd=0000&res_msg=%C1%A4%BB%F3", contentType).contentType).toBe(delivered);
  });

  it("of more than 1,000 fields is unreadable, as a form", () => {
    const body = (fields: number) => `res_cd=0000&res_msg=ok${"&x=1".repeat(fields - 2)}`;
    expect(read(body(1000), ONLINE).readable).toBe(true);
    expect(read(body(1001), ONLINE)).toEqual({ readable: false, dialect: "form", reply: { as: "text" } });
    // What stands between two & is no field.
    expect(read(`res_cd=0000&res_msg=ok${"&".repeat(5000)}`, ONLINE).readable).toBe(true);
  });

  it("behind a byte order mark and blanks is one still", () => {
    expect(read("\uFEFF \r\n\tres_cd=0000&res_msg=ok", ONLINE)).toMatchObject({ readable: true, dialect: "form" });
    expect(read('\uFEFF \r\n\t{"resCd":"0000","resMsg":"ok"}', ONLINE)).toMatchObject({
      readable: true,
      dialect: "json",
    });
  });

  it("of any texts comes back as they were, in either charset", () => {
    const text = fc.string({ unit: "grapheme" }).map((any) => any.trim());
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 8 }), (pairs) => {
        const written = new URLSearchParams(pairs.filter(([name, value]) => name !== "" || value !== "")).toString();
        const expected = pairs
          .filter(([name, value]) => name !== "" || value !== "")
          .map(([name, value]) => ({ name, value }));
        expect(parseForm(bytesOf(written), null)?.fields).toEqual(
          expected.map(({ name, value }) => ({ name: name.toWellFormed(), value: value.toWellFormed() })),
        );
      }),
    );
  });
});
