import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readNotification } from "../../src/kinds/read.ts";
import { DOORS, KINDS } from "../../src/kinds/registry.ts";
import { door, kind, read, readable } from "./given.ts";
import { EUC_KR_CANCELLED, JSON_SAMPLES, bytesOf, sampleOf } from "./samples.ts";

const CANCEL = "/kicc/wechat/cancel";
const ONLINE = "/kicc/online";
const MINIMAL = '{"resCd":"9999","resMsg":"System error"}';
const NOTHING = {
  kind: "wechat.cancel",
  resCd: "0000",
  resMsg: "ok",
  mallId: null,
  shopOrderNo: null,
  pgCno: null,
  cancelPgCno: null,
  cancelDate: null,
  eventDate: null,
  currency: null,
  amount: null,
};

const fieldsOf = (body: string | Uint8Array, at = CANCEL) => readable(body, at).fields;

describe("reading a cancellation", () => {
  it("reads every field of a full notification as text", () => {
    expect(fieldsOf(JSON_SAMPLES["wechat.cancel"]?.[0] ?? "")).toEqual({
      kind: "wechat.cancel",
      resCd: "0000",
      resMsg: "Success",
      mallId: "T0099001",
      shopOrderNo: "ORD-20260113-0007",
      pgCno: "26011314205510990001",
      cancelPgCno: "26011409120310990042",
      cancelDate: "20260114091210",
      eventDate: "20260114091210",
      currency: "KRW",
      amount: "51000",
    });
  });

  it("takes a message of resCd and resMsg alone", () => {
    expect(fieldsOf(MINIMAL)).toEqual({ ...NOTHING, resCd: "9999", resMsg: "System error" });
  });

  it.each(["null", '""', '"  "'])("takes %s for a missing value", (empty) => {
    const body = `{"resCd":"0000","resMsg":"ok","mallId":${empty},"shopOrderNo":${empty},"pgCno":${empty},
      "cancelPgCno":${empty},"cancelDate":${empty},"amountInfo":{"currency":${empty},"amount":${empty}}}`;
    expect(fieldsOf(body)).toEqual(NOTHING);
  });

  it.each(["null", '""', "[]", "17", '"KRW 1000"'])("takes an amountInfo of %s for none", (amountInfo) => {
    const body = `{"resCd":"0000","resMsg":"ok","amountInfo":${amountInfo}}`;
    expect(fieldsOf(body)).toMatchObject({ currency: null, amount: null });
  });

  it("takes an object, a list or a boolean in place of an id for a missing one", () => {
    const body = '{"resCd":"0000","resMsg":"ok","mallId":true,"pgCno":{"a":1},"cancelPgCno":["26011409120310990042"]}';
    expect(fieldsOf(body)).toEqual(NOTHING);
  });

  it("keeps all twenty digits of ids that come as bare numbers", () => {
    const body = '{"resCd":"0000","resMsg":"ok","pgCno":26011314205510990001,"cancelPgCno":26011409120310990042}';
    expect(fieldsOf(body)).toMatchObject({ pgCno: "26011314205510990001", cancelPgCno: "26011409120310990042" });
  });

  it.each(["0", "-0", "7", "-51000", "999999999999999", "1000000000000000", "51000.00", "1e3", "1E+2", "0.1"])(
    "keeps a bare number as it is spelled: %s",
    (number) => {
      const spaced = `{"resCd":"0000","resMsg":"a:1.5","mallId" :\n ${number} ,"x":[1,{"y":${number}}]}`;
      expect(fieldsOf(spaced).mallId).toBe(number);
    },
  );

  it("keeps any number as it is spelled", () => {
    const digits = fc.stringMatching(/^-?(?:0|[1-9][0-9]{0,24})(?:\.[0-9]{1,5})?(?:[eE][+-]?[0-9]{1,3})?$/);
    fc.assert(
      fc.property(digits, (number) => {
        expect(fieldsOf(`{"resCd":"0000","resMsg":"ok","mallId":${number}}`).mallId).toBe(number);
      }),
    );
  });

  it("makes a lone surrogate storable, and keeps a NUL", () => {
    expect(fieldsOf(String.raw`{"resCd":"0000","resMsg":"a\ud800b\u0000c"}`).resMsg).toBe("a\uFFFDb\0c");
  });

  it("lets no __proto__ key into what it reads", () => {
    const body =
      '{"resCd":"0000","resMsg":"ok","__proto__":{"cancelPgCno":"1"},"amountInfo":{"__proto__":{"amount":1}}}';
    expect(fieldsOf(body)).toEqual(NOTHING);
  });

  it("never refuses for the length of a field", () => {
    const long = "9".repeat(60);
    const body = `{"resCd":"TOOLONG","resMsg":"ok","mallId":"${long}","cancelPgCno":"${long}"}`;
    expect(fieldsOf(body)).toMatchObject({ resCd: "TOOLONG", mallId: long, cancelPgCno: long });
  });
});

describe("reading leniently, where a refund would be lost", () => {
  it.each(['"resMsg":"",', '"resMsg":null,', '"resMsg":{},', ""])(
    "takes a success with %s for a message without a text",
    (resMsg) => {
      const body = `{"resCd":"0000",${resMsg}"cancelPgCno":"26011409120310990042"}`;
      expect(fieldsOf(body)).toMatchObject({ resMsg: "", cancelPgCno: "26011409120310990042" });
    },
  );

  it.each(["pgCno", "cancelPgCno", "shopOrderNo", "tlfSno"])("wants no resMsg where there is a %s", (id) => {
    expect(read({ resCd: "0000", [id]: "1" }).readable).toBe(true);
    expect(read({ resCd: "0000", [id]: " " }).readable).toBe(false);
  });

  it("counts blanks around ids, resCd, currency and amount for nothing", () => {
    const padded = `{"resCd":" 0000","resMsg":" ok ","mallId":"05599001  ","shopOrderNo":"\\t1","pgCno":"2 ","cancelPgCno":" 3 ",
      "cancelDate":"4 ","amountInfo":{"currency":" krw","amount":" 0051000 "}}`;
    expect(fieldsOf(padded)).toEqual({
      ...NOTHING,
      resMsg: " ok ",
      mallId: "05599001",
      shopOrderNo: "1",
      pgCno: "2",
      cancelPgCno: "3",
      cancelDate: "4",
      eventDate: "4",
      currency: "KRW",
      amount: "51000",
    });
  });

  it("reads texts with raw line ends, tabs and NULs in them", () => {
    const raw = '{"resCd":"0000","resMsg":"a\n\tb\0\\"\\\\","cancelPgCno":"3\r\n","x":"\u001f"}';
    expect(fieldsOf(raw)).toMatchObject({ resMsg: 'a\n\tb\0"\\', cancelPgCno: "3" });
  });

  it.each(["\0", "\0\0\0", " \0\r\n\0 "])("reads an object with NULs behind its end", (end) => {
    expect(fieldsOf(MINIMAL + end)).toMatchObject({ resCd: "9999", resMsg: "System error" });
    expect(fieldsOf(`{"resCd":"1","resMsg":"a\nb"}${end}`).resMsg).toBe("a\nb");
  });

  it.each([
    ["an empty body", ""],
    ["blanks", "  \n"],
    ["NULs", "\0\0"],
    ["text", "OK"],
    ["a form", "resCd=0000&resMsg=ok"],
    ["a list", "[]"],
    ["a list of objects", `[${MINIMAL}]`],
    ["a text in JSON", '"0000"'],
    ["null", "null"],
    ["half an object", '{"resCd":"0000","resMsg":"ok"'],
    ["a text cut off", '{"resCd":"0000","resMsg":"ok'],
    ["an object with comments", '{"resCd":"0000", /* ok */ "resMsg":"ok"}'],
    ["an object without resCd", '{"resMsg":"ok","pgCno":"1"}'],
    ["an object without resMsg or an id", '{"resCd":"0000","mallId":"05599001"}'],
    ["an empty resCd", '{"resCd":"","resMsg":"ok"}'],
    ["a blank resCd", '{"resCd":" ","resMsg":"ok"}'],
    ["a resCd and resMsg that are inherited", '{"__proto__":{"resCd":"0000","resMsg":"ok"}}'],
    ["a NUL between", '{"resCd":"0000",\0"resMsg":"ok"}'],
    ["a NUL before", `\0${MINIMAL}`],
    ["more behind the NUL", `${MINIMAL}\0{}`],
    ["a raw line end behind a backslash", '{"resCd":"0000","resMsg":"a\\\nb"}'],
    ["single quotes", "{'resCd':'0000','resMsg':'ok'}"],
  ])("calls %s unreadable", (_what, body) => {
    expect(read(body).readable).toBe(false);
  });

  const deep = (levels: number, number: string) =>
    `{"resCd":"0000","resMsg":"ok","extInfo":${"[".repeat(levels)}${number}${"]".repeat(levels)}}`;

  it("takes a body however deep it nests", () => {
    expect(read(deep(32_000, "1")).readable).toBe(true);
  });

  it("calls one unreadable that nests too deeply for looking at its numbers, instead of throwing", () => {
    expect(read(deep(32_000, "1.0")).readable).toBe(false);
    expect(read(deep(500, "1.0")).readable).toBe(true);
  });

  it("reads 64 KiB of quotes, backslashes or brackets in no time", () => {
    const startedAt = Date.now();
    for (const piece of ['"', "\\", '\\"', "{", "[", " ", "\n", '{"a":', "a", "&", "=", "%", "a=b&", '"\n']) {
      const body = piece.repeat(Math.floor(65_536 / piece.length));
      for (const at of [CANCEL, ONLINE]) {
        read(body, at);
        read(`{"resCd":"${body}`, at);
      }
    }
    expect(Date.now() - startedAt).toBeLessThan(20_000);
  });
});

describe("what a message is, by its marks", () => {
  it.each([
    [{}, "wechat.cancel"],
    [{ notiType: "30" }, "online.deposit"],
    [{ notiType: 30 }, "online.deposit"],
    [{ notiType: " 30 " }, "online.deposit"],
    [{ notiType: "60" }, "online.other"],
    [{ notiType: "" }, "wechat.cancel"],
    [{ notiType: "  " }, "wechat.cancel"],
    [{ notiType: null, noti_type: "30" }, "online.deposit"],
    [{ notiType: ["30"] }, "wechat.cancel"],
    [{ noti_type: "30" }, "online.deposit"],
    [{ notiType: "20", walletBrandName: "ALIPAY_CN", cancelPgCno: "1", approvalDate: "1" }, "online.change"],
    [{ walletBrandName: "ALIPAY_CN", cancelPgCno: "1", approvalDate: "1" }, "alipay.approval"],
    [{ walletBrandName: "", cancelPgCno: "1", approvalDate: "1" }, "wechat.cancel"],
    [{ cancelDate: "1", approvalDate: "1" }, "wechat.cancel"],
    [{ approvalDate: "20260113142131" }, "wechat.approval"],
    [{ approvalDate: "" }, "wechat.cancel"],
    [{ amountInfo: { currency: "KRW", amount: 1 } }, "wechat.cancel"],
  ])("%j at the door of cancellations is %s", (marks, name) => {
    const reading = readable({ resCd: "0000", resMsg: "ok", ...marks });
    expect(reading.kind.name).toBe(name);
    expect(reading.atOtherDoor).toBe(reading.kind.door !== CANCEL);
  });

  it("is what the door says where it bears none", () => {
    const failed = { resCd: "9999", resMsg: "System error" };
    expect(
      DOORS.map(({ path }) => readable(failed, path)).map((reading) => [reading.kind.name, reading.atOtherDoor]),
    ).toEqual([
      ["online.other", false],
      ["alipay.approval", false],
      ["wechat.cancel", false],
      ["wechat.approval", false],
    ]);
  });

  it("never lets an approval at the door of cancellations pass for one", () => {
    const approval = readable(sampleOf("wechat.approval"), CANCEL);
    expect(approval).toMatchObject({ fields: { kind: "wechat.approval", cancelPgCno: null }, atOtherDoor: true });
    expect(approval.fields.eventDate).toBe("20260113142131");
  });

  it("takes each sample at any door for what it is, in its own dialect", () => {
    for (const { path } of DOORS) {
      for (const [name, samples] of Object.entries(JSON_SAMPLES)) {
        for (const text of samples.filter((sample) =>
          /notiType|walletBrandName|cancelPgCno|approvalDate/.test(sample),
        )) {
          const reading = readable(text, path);
          expect(reading.kind.name).toBe(name);
          expect(reading.atOtherDoor).toBe(reading.kind.door !== path);
          expect(reading.reply.as).toBe(reading.kind.product === "online" ? "json-without-pgCno" : "json");
        }
      }
    }
  });

  it("is the kind that is named, where one is: stored under it, or by a person", () => {
    const body = bytesOf(MINIMAL);
    for (const one of KINDS) {
      expect(readNotification(body, null, one)).toMatchObject({ kind: one, atOtherDoor: false });
    }
  });

  it("at no door is what its marks say, and nothing where it bears none", () => {
    const at = (body: string) => readNotification(bytesOf(body), null, "any");
    expect(at(JSON_SAMPLES["online.deposit"]?.[0] ?? "")).toMatchObject({
      kind: kind("online.deposit"),
      atOtherDoor: false,
    });
    expect(at("res_cd=0000&noti_type=30&cno=1")).toMatchObject({ kind: kind("online.deposit"), dialect: "form" });
    expect(at(MINIMAL).readable).toBe(false);
    expect(at("res_cd=0000&res_msg=ok").readable).toBe(false);
  });
});

describe("fields that stand twice", () => {
  const ambiguous = (body: string, at = CANCEL) => readable(body, at).ambiguous;

  it.each([
    '{"resCd":"0000","resMsg":"ok","pgCno":"1","pgCno":"2"}',
    '{"resCd":"0000","resMsg":"ok","pgCno":"2","pgCno":"2"}',
    '{"resCd":"0000","resMsg":"ok","pgCno":{"pgCno":1},"pgCno":2}',
    '{"resCd":"0000","resMsg":"ok","pgCno":"1","\\u0070gCno":"2"}',
    '{"resCd":"0000","resMsg":"ok","pgCno":"1"," pgCno\\t":"2"}',
    '{"resCd":"0000","resMsg":"ok","pgCno":null,"pgCno":2}',
    '{"resCd":"0000","resMsg":"ok","cno":"1","pgCno":"2"}',
    '{"resCd":"1","resMsg":"ok","resCd":"0000","pgCno":2}',
    '{"resCd":"0000","resMsg":"a","pgCno":2,"resMsg":"b"}',
    '{"resCd":"0000","resMsg":"a\nb","pgCno":1,"pgCno":2}',
    '{"resCd":"0000","resMsg":"ok","pgCno":11111111111111111111,"pgCno":2}',
    '{"resCd":"0000","resMsg":"ok","x":[{"y":["z"]}],"pgCno":1,"pgCno":2}',
    '{"resCd":"0000","resMsg":"ok","notiType":"","notiType":"","pgCno":2}',
    '{"resCd":"0000","resMsg":"ok","notiType":"","noti_type":"","pgCno":2}',
    '{"resCd":"0000","resMsg":"ok","amountInfo":{"amount":1,"amount":2},"pgCno":2}',
    '{"resCd":"0000","resMsg":"ok","amountInfo":{"currency":"KRW","\\u0063urrency":"KRW"},"pgCno":2}',
    '{"resCd":"0000","resMsg":"ok","amountInfo":{"x":[1],"amount":1,"amount ":2},"pgCno":2}',
    '{"resCd":"0000","resMsg":"ok","amountInfo":{"amount":1},"amountInfo":{"amount":2},"pgCno":2}',
  ])("are ambiguous, and the last is shown: %s", (body) => {
    expect(readable(body)).toMatchObject({ ambiguous: true, fields: { pgCno: "2" }, reply: { pgCno: "2" } });
  });

  it.each([
    '{"resCd":"0000","resMsg":"ok","unknown":1,"unknown":2}',
    '{"resCd":"0000","resMsg":"\\"pgCno\\":1,\\"pgCno\\":2","pgCno":"1"}',
    '{"resCd":"0000","resMsg":"ok","pgCno":"1","extInfo":{"pgCno":"2"}}',
    '{"resCd":"0000","resMsg":"ok","pgCno":"1","extInfo":{"a":1,"a":2}}',
    '{"resCd":"0000","resMsg":"ok","amountInfo":{"remain":1,"remain":2}}',
    '{"resCd":"0000","resMsg":"ok","pgCno":"1","PGCNO":"2"}',
    '{"resCd":"0000","resMsg":"ok","statusCode":"1","statusCode":"2"}',
  ])("are not, where the receiver does not read them: %s", (body) => {
    expect(ambiguous(body)).toBe(false);
  });

  it("are ambiguous in the slots of the kind, and in no other's", () => {
    const twice = (name: string, notiType: string) =>
      ambiguous(`{"resCd":"0000","resMsg":"ok","notiType":"${notiType}","${name}":"1","${name}":"1"}`, "/kicc/online");
    expect(twice("tlfSno", "30")).toBe(true);
    expect(twice("tlfSno", "10")).toBe(false);
    expect(twice("accountNo", "51")).toBe(true);
    expect(twice("accountNo", "30")).toBe(false);
    expect(twice("cancelAmount", "20")).toBe(true);
    expect(twice("vanSno", "77")).toBe(true);
    expect(twice("approvalDate", "30")).toBe(true);
  });

  it("are found as JSON.parse merges them, in any object", () => {
    const name = fc.constantFrom("pgCno", "resCd", "mallId", "a", "b\\n", "\\u0070gCno", "x y");
    const value = fc.oneof(
      fc.constantFrom('""', '"1"', "1", "null", "true", '{"pgCno":1,"a":"}"}', '["\\"", {}]', "12345678901234567890"),
      fc.json(),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 8 }), (members) => {
        const more = members.map(([key, json]) => `,"${key}" : ${json}`).join("");
        const body = `{"resCd":"0000","resMsg":"ok","cancelPgCno":"1"${more}}`;
        const read = ["resCd", "resMsg", "cancelPgCno", "pgCno", "mallId"];
        const names = ["resCd", "resMsg", "cancelPgCno", ...members.map(([key]) => String(JSON.parse(`"${key}"`)))];
        const isTwice = read.some((one) => names.filter((each) => each === one).length > 1);
        const reading = readNotification(bytesOf(body), null, door());
        expect(reading.readable ? reading.ambiguous : isTwice).toBe(isTwice);
      }),
    );
  });
});

describe("the charset", () => {
  const korean = (before = '{"resCd":"0000","resMsg":"', after = '"}') =>
    Uint8Array.from([...bytesOf(before), ...EUC_KR_CANCELLED, ...bytesOf(after)]);
  // 찾 in EUC-KR is C3 A3, which is ã in UTF-8.
  const either = Uint8Array.from([...bytesOf('{"resCd":"0000","resMsg":"'), 0xc3, 0xa3, ...bytesOf('"}')]);

  it.each([
    [null, "utf-8", "ã", null],
    ["application/json", "utf-8", "ã", "application/json"],
    ["application/json; charset=utf-8", "utf-8", "ã", "application/json; charset=utf-8"],
    ["text/json;CHARSET=UTF8", "utf-8", "ã", "text/json;CHARSET=UTF8"],
    ['application/json; charset="EUC-KR"', "euc-kr", "찾", 'application/json; charset="EUC-KR"'],
    ...["euc-kr", "ks_c_5601-1987", "ksc5601", "KSC_5601", "korean", "windows-949", "CP949", "ms949", "uhc"].map(
      (name) => [`a/b; charset = ${name} ; x=1`, "euc-kr", "찾", `a/b; charset = ${name} ; x=1`] as const,
    ),
    ["application/json; charset=utf-7", "utf-8", "ã", "application/json; charset=utf-8"],
    ["application/json; charset=iso-8859-1", "utf-8", "ã", "application/json; charset=utf-8"],
    ["a/b; charset=utf-8; charset=euc-kr", "utf-8", "ã", "application/json; charset=utf-8"],
    ["a/b; charset=euc-kr; charset=cp949", "euc-kr", "찾", "a/b; charset=euc-kr; charset=cp949"],
    ["a/b; charset=utf-8; charset", "utf-8", "ã", "application/json; charset=utf-8"],
    ["a/b; charset*=utf-7''x", "utf-8", "ã", "application/json; charset=utf-8"],
    ['a/b; charset="utf-8\\"', "utf-8", "ã", "application/json; charset=utf-8"],
  ] as const)("of %s is %s", (contentType, charset, resMsg, delivered) => {
    expect(read(either, CANCEL, contentType)).toMatchObject({
      readable: true,
      charset,
      contentType: delivered,
      fields: { resMsg },
    });
  });

  it("is EUC-KR where the bytes are no UTF-8, whatever the Content-Type names, and is delivered as that", () => {
    for (const named of ["application/json; charset=utf-8", "application/json;charset=utf-16"]) {
      expect(read(korean(), CANCEL, named)).toMatchObject({
        charset: "euc-kr",
        contentType: "application/json; charset=euc-kr",
        fields: { resMsg: "정상취소" },
      });
    }
    expect(read(korean(), CANCEL, "application/json")).toMatchObject({
      charset: "euc-kr",
      contentType: "application/json",
    });
  });

  it("is UTF-8 where EUC-KR is named and the bytes are none", () => {
    const body = '{"resCd":"0000","resMsg":"한글\u{1F600}"}';
    expect(read(body, CANCEL, "application/json; charset=euc-kr")).toMatchObject({
      charset: "utf-8",
      contentType: "application/json; charset=utf-8",
      fields: { resMsg: "한글\u{1F600}" },
    });
  });

  it("of a body with a byte order mark is UTF-8", () => {
    for (const named of [null, "application/json; charset=euc-kr"]) {
      expect(read(`\uFEFF${MINIMAL}`, CANCEL, named)).toMatchObject({ readable: true, charset: "utf-8" });
      expect(read("\uFEFF\r\n res_cd=0000&res_msg=ok", ONLINE, named)).toMatchObject({
        readable: true,
        charset: "utf-8",
      });
    }
  });

  it("as it is delivered reads the same again", () => {
    const types = fc.constantFrom(
      null,
      "application/json",
      ...["utf-8", "euc-kr", "utf-7", "cp949", "x"].map((name) => `a/b;charset=${name}`),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), types, fc.constantFrom(CANCEL, ONLINE), (bytes, type, at) => {
        const safe = bytes.map((byte) => (byte < 0x80 ? 0x41 : byte));
        const body = Uint8Array.from([...bytesOf('{"resCd":"1","resMsg":"x'), ...safe, ...bytesOf('"}')]);
        const once = readable(body, at, type);
        expect(readable(body, at, once.contentType)).toMatchObject({
          charset: once.charset,
          fields: once.fields,
          contentType: once.contentType,
        });
      }),
    );
  });
});

describe("any bytes", () => {
  it("are read without throwing, at every door and as every kind", () => {
    const places = [...DOORS, ...KINDS, "any" as const];
    const types = fc.constantFrom(null, "a/b;charset=euc-kr", "a/b;charset=utf-8");
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.string({ unit: "binary" }).map((text) => bytesOf(`{"resCd":"1",${text}`)),
      fc.json().map((text) => bytesOf(`{"resCd":"1","resMsg":"ok","notiType":${text},"pgCno":${text}}`)),
      fc.webQueryParameters().map((text) => bytesOf(`res_cd=1&res_msg=ok&noti_type=30&${text}`)),
    );
    fc.assert(
      fc.property(bytes, fc.constantFrom(...places), types, (body, where, type) => {
        const reading = readNotification(body, type, where);
        expect(typeof reading.readable).toBe("boolean");
        const texts = reading.readable ? Object.values(reading.fields) : [];
        expect(texts.every((text) => text?.isWellFormed() ?? true)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
