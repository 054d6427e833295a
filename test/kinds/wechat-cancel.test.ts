import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainId } from "../../src/kinds/identity.ts";
import { identify } from "../../src/kinds/make-notification.ts";
import { readNotification as readAt } from "../../src/kinds/read.ts";
import { decodeText } from "../../src/kinds/text.ts";
import { wechatCancel } from "../../src/kinds/wechat-cancel.ts";
import type { Fields } from "../../src/rules/notification.ts";

const readNotification = (body: Uint8Array) => readAt(body, null, wechatCancel);

// The samples of the protocol page, section 5, as they come over the wire.
const FULL =
  '{"resCd":"0000","resMsg":"Success","mallId":"T0099001","shopOrderNo":"ORD-20260113-0007","pgCno":"26011314205510990001","cancelPgCno":"26011409120310990042","cancelDate":"20260114091210","amountInfo":{"currency":"KRW","amount":51000}}';
const FIRST_PART =
  '{"resCd":"0000","resMsg":"Success","mallId":"T0099001","shopOrderNo":"ORD-20260113-0008","pgCno":"26011315010210990003","cancelPgCno":"26011411000110990050","cancelDate":"20260114110004","amountInfo":{"currency":"KRW","amount":12000}}';
const SECOND_PART =
  '{"resCd":"0000","resMsg":"Success","mallId":"T0099001","shopOrderNo":"ORD-20260113-0008","pgCno":"26011315010210990003","cancelPgCno":"26011516302210990061","cancelDate":"20260115163027","amountInfo":{"currency":"KRW","amount":9000}}';
const FAILED =
  '{"resCd":"W901","resMsg":"잔액 부족으로 취소할 수 없습니다","mallId":"05599001","shopOrderNo":"202601137159069","pgCno":"26011320441810990007","cancelPgCno":"26011410000510990045"}';
const SUCCEEDED =
  '{"resCd":"0000","resMsg":"정상취소","mallId":"05599001","shopOrderNo":"202601137159069","pgCno":"26011320441810990007","cancelPgCno":"26011410000510990045","cancelDate":"20260116083001","amountInfo":{"currency":"KRW","amount":33000}}';
const MINIMAL = '{"resCd":"9999","resMsg":"System error"}';
const UNKNOWN_FIELDS =
  '{"resCd":"0000","resMsg":"정상처리","mallId":"05599001","shopOrderNo":"","pgCno":"26011320441810990007","cancelPgCno":"26011410000510990046","cancelDate":"20260114100011","amountInfo":{"currency":"00","amount":"1000","remainAmount":32000},"statusCode":"TS06","walletType":"WECHAT_CN","extInfo":{"a":[1,null]}}';
const DOLLARS =
  '{"resCd":"0000","resMsg":"Success","mallId":"05599002","shopOrderNo":"INTL-88","pgCno":"26020101020310990009","cancelPgCno":"26020211000010990010","cancelDate":"20260202110003","amountInfo":{"currency":"USD","amount":1203}}';
const BARE_NUMBERS = '{"resCd":"0000","resMsg":"ok","pgCno":26011314205510990001,"cancelPgCno":26011409120310990042}';
const EUC_KR_CANCELLED = [0xc1, 0xa4, 0xbb, 0xf3, 0xc3, 0xeb, 0xbc, 0xd2];

const NOON_KST = Date.parse("2026-01-14T12:00:00+09:00");
const NOTHING: Fields = {
  kind: "wechat.cancel",
  eventDate: null,
  resCd: "0000",
  resMsg: "Success",
  mallId: null,
  shopOrderNo: null,
  pgCno: null,
  cancelPgCno: null,
  cancelDate: null,
  currency: null,
  amount: null,
};

const bytesOf = (text: string) => new TextEncoder().encode(text);

function fieldsOf(body: string | Uint8Array): Fields {
  const reading = readNotification(typeof body === "string" ? bytesOf(body) : body);
  if (!reading.readable) throw new Error("Cannot read notification");
  return reading.fields;
}

function idOf(body: string | Uint8Array, reference: string | null = null, receivedAt = NOON_KST): string {
  const bytes = typeof body === "string" ? bytesOf(body) : body;
  const reading = readNotification(bytes);
  if (!reading.readable) throw new Error("Cannot read notification");
  return identify(reading, { source: "notification", sourceAddress: null, reference, body: bytes, receivedAt }).id;
}

function notificationId(fields: Fields, reference: string | null, body: Uint8Array, receivedAt: number): string {
  const told = { ...fields, parts: {}, ambiguous: false, source: "notification", reference, body, receivedAt } as const;
  return plainId(wechatCancel, told);
}

const amountOf = (json: string) => fieldsOf(`{"resCd":"0000","resMsg":"ok","amountInfo":{"amount":${json}}}`).amount;
const currencyOf = (json: string) =>
  fieldsOf(`{"resCd":"0000","resMsg":"ok","amountInfo":{"currency":${json}}}`).currency;

describe("reading KICC's samples", () => {
  it("reads every field of a full notification as text", () => {
    expect(fieldsOf(FULL)).toEqual({
      resCd: "0000",
      resMsg: "Success",
      mallId: "T0099001",
      shopOrderNo: "ORD-20260113-0007",
      pgCno: "26011314205510990001",
      cancelPgCno: "26011409120310990042",
      kind: "wechat.cancel",
      cancelDate: "20260114091210",
      eventDate: "20260114091210",
      currency: "KRW",
      amount: "51000",
    });
  });

  it("tells two partial cancellations of one payment apart", async () => {
    expect(fieldsOf(FIRST_PART).pgCno).toBe(fieldsOf(SECOND_PART).pgCno);
    expect(idOf(FIRST_PART)).not.toBe(idOf(SECOND_PART));
  });

  it("takes a failure and the success that follows it for two events", async () => {
    expect(fieldsOf(FAILED)).toMatchObject({ resCd: "W901", resMsg: "잔액 부족으로 취소할 수 없습니다", amount: null });
    expect(fieldsOf(FAILED).cancelPgCno).toBe(fieldsOf(SUCCEEDED).cancelPgCno);
    expect(idOf(FAILED)).not.toBe(idOf(SUCCEEDED));
  });

  it("takes a message of resCd and resMsg alone", () => {
    expect(fieldsOf(MINIMAL)).toEqual({ ...NOTHING, resCd: "9999", resMsg: "System error" });
  });

  it("passes over unknown fields, an old currency code, an amount as text and empty texts", () => {
    expect(fieldsOf(UNKNOWN_FIELDS)).toMatchObject({
      shopOrderNo: null,
      cancelPgCno: "26011410000510990046",
      currency: "KRW",
      amount: "1000",
    });
  });

  it("leaves the cents of a dollar amount as they came", () => {
    expect(fieldsOf(DOLLARS)).toMatchObject({ currency: "USD", amount: "1203" });
  });

  it("keeps all twenty digits of an id that comes as a bare number", () => {
    expect(fieldsOf(BARE_NUMBERS)).toMatchObject({
      pgCno: "26011314205510990001",
      cancelPgCno: "26011409120310990042",
    });
  });

  it("reads EUC-KR where the bytes are no UTF-8", () => {
    const body = Uint8Array.from([...bytesOf('{"resCd":"0000","resMsg":"'), ...EUC_KR_CANCELLED, ...bytesOf('"}')]);
    expect(fieldsOf(body).resMsg).toBe("정상취소");
    expect(decodeText(body).charset).toBe("euc-kr");
  });
});

describe("reading with care", () => {
  it.each(["null", '""'])("takes %s for a missing value", (empty) => {
    const body = `{"resCd":"0000","resMsg":"ok","mallId":${empty},"shopOrderNo":${empty},"pgCno":${empty},
      "cancelPgCno":${empty},"cancelDate":${empty},"amountInfo":{"currency":${empty},"amount":${empty}}}`;
    expect(fieldsOf(body)).toEqual({ ...NOTHING, resMsg: "ok" });
  });

  it.each(["null", '""', "[]", "17", '"KRW 1000"'])("takes an amountInfo of %s for none", (amountInfo) => {
    const body = `{"resCd":"0000","resMsg":"ok","amountInfo":${amountInfo}}`;
    expect(fieldsOf(body)).toMatchObject({ currency: null, amount: null });
  });

  it("takes an object, a list or a boolean in place of an id for a missing one", () => {
    const body = '{"resCd":"0000","resMsg":"ok","mallId":true,"pgCno":{"a":1},"cancelPgCno":["26011409120310990042"]}';
    expect(fieldsOf(body)).toEqual({ ...NOTHING, resMsg: "ok" });
  });

  it("strips a byte order mark", () => {
    expect(fieldsOf(`\uFEFF${MINIMAL}`).resCd).toBe("9999");
  });

  it.each([
    ["an empty body", ""],
    ["blanks", "  \n"],
    ["text", "OK"],
    ["a form", "resCd=0000&resMsg=ok"],
    ["a list", "[]"],
    ["a text in JSON", '"0000"'],
    ["null", "null"],
    ["half an object", '{"resCd":"0000","resMsg":"ok"'],
    ["an object with comments", '{"resCd":"0000", /* ok */ "resMsg":"ok"}'],
    ["an object without resCd", '{"resMsg":"ok"}'],
    ["an object without resMsg", '{"resCd":"0000"}'],
    ["an empty resCd", '{"resCd":"","resMsg":"ok"}'],
    ["a resCd and resMsg that are inherited", '{"__proto__":{"resCd":"0000","resMsg":"ok"}}'],
  ])("calls %s unreadable", (_what, body) => {
    expect(readNotification(bytesOf(body)).readable).toBe(false);
  });

  it("reads an object with NULs behind it: they end a text in the systems that send them", () => {
    expect(fieldsOf('{"resCd":"0000","resMsg":"ok"}\0\0')).toMatchObject({ resCd: "0000" });
  });

  it("tells the pgCno of an unreadable object, for the ack", () => {
    expect(readNotification(bytesOf('{"pgCno":26011314205510990001}'))).toMatchObject({
      readable: false,
      reply: { as: "json", pgCno: "26011314205510990001" },
    });
  });

  it("takes the last of two equal keys, as JSON.parse does, with all its digits", () => {
    const body = '{"resCd":"1","resCd":"0000","resMsg":"ok","pgCno":{"pgCno":1},"pgCno":26011314205510990001}';
    expect(fieldsOf(body)).toMatchObject({ resCd: "0000", pgCno: "26011314205510990001" });
  });

  it("lets no __proto__ key into what it reads", () => {
    const body =
      '{"resCd":"0000","resMsg":"ok","__proto__":{"cancelPgCno":"1"},"amountInfo":{"__proto__":{"amount":1}}}';
    expect(fieldsOf(body)).toEqual({ ...NOTHING, resMsg: "ok" });
  });

  const deep = (levels: number, number: string) =>
    bytesOf(`{"resCd":"0000","resMsg":"ok","extInfo":${"[".repeat(levels)}${number}${"]".repeat(levels)}}`);

  it("takes a body however deep it nests", () => {
    expect(readNotification(deep(32_000, "1")).readable).toBe(true);
  });

  it("calls one unreadable that nests too deeply for looking at its numbers, instead of throwing", () => {
    expect(readNotification(deep(32_000, "1.0")).readable).toBe(false);
    expect(readNotification(deep(500, "1.0")).readable).toBe(true);
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

  it("never refuses for the length of a field", () => {
    const long = "9".repeat(60);
    expect(fieldsOf(`{"resCd":"TOOLONG","resMsg":"ok","mallId":"${long}","cancelPgCno":"${long}"}`)).toMatchObject({
      resCd: "TOOLONG",
      mallId: long,
      cancelPgCno: long,
    });
  });
});

describe("currencies and amounts", () => {
  it.each([
    ['"00"', "KRW"],
    ['"01"', "USD"],
    ['"KRW"', "KRW"],
    ['"usd "', "USD"],
    ['"CNY"', "CNY"],
    ['"99"', "99"],
    ['" "', null],
    ['"constructor"', "CONSTRUCTOR"],
  ])("reads the currency %s as %s", (json, currency) => {
    expect(currencyOf(json)).toBe(currency);
  });

  it.each([
    ["51000", "51000"],
    ['"51000"', "51000"],
    ['"0051000"', "51000"],
    ['" 51000 "', "51000"],
    ['"+51000"', "51000"],
    ["51000.00", "51000"],
    ["5.1e4", "51000"],
    ["5100000E-2", "51000"],
    ["0", "0"],
    ["-0", "0"],
    ['"-0.00"', "0"],
    ['"000"', "0"],
    ["12.30", "12.3"],
    ["12e-3", "0.012"],
    ["-7", "-7"],
    ["123456789012345678901234567890", "123456789012345678901234567890"],
  ])("reads the amount %s as %s", (json, amount) => {
    expect(amountOf(json)).toBe(amount);
  });

  it.each(["1,000", "1000원", "1e400", "0x10", "1.2.3", "٣"])(
    "keeps the amount %s, which is no plain number",
    (text) => {
      expect(amountOf(`"${text}"`)).toBe(text);
    },
  );

  it("keeps a number that no double holds as it was written", () => {
    expect(amountOf("1e400")).toBe("1e400");
  });

  it("is not slowed down by an amount that is nearly a number", () => {
    const zeros = "0".repeat(1500);
    const startedAt = Date.now();
    expect(amountOf(`"${zeros}.${zeros}x"`)).toBe(`${zeros}.${zeros}x`);
    expect(Date.now() - startedAt).toBeLessThan(1000);
  });
});

describe("any bytes", () => {
  it("are decoded and read without throwing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { text, charset } = decodeText(bytes);
        expect(text.isWellFormed()).toBe(true);
        expect(["utf-8", "euc-kr"]).toContain(charset);
        expect(typeof readNotification(bytes).readable).toBe("boolean");
      }),
    );
  });

  it("are called UTF-8 only where nothing of them is lost", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 8 }), (bytes) => {
        const { text, charset } = decodeText(bytes);
        const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
        const isLossless = bytesOf(text).toHex() === bytes.slice(hasMark ? 3 : 0).toHex();
        expect(charset === "euc-kr" || isLossless).toBe(true);
      }),
    );
  });

  it("of any JSON text come back as that text", () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: "grapheme" }), (json) => {
        expect(decodeText(bytesOf(json))).toEqual({ text: json, charset: "utf-8" });
      }),
    );
  });

  it("of any value in JSON are read without throwing, in every place", () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (one, other) => {
        const body = `{"resCd":"0000","resMsg":"ok","pgCno":${one},"cancelPgCno":${other},"amountInfo":{"amount":${one},"currency":${other}},"mallId":${other}}`;
        const fields = fieldsOf(body);
        for (const value of Object.values(fields)) {
          expect(value === null || (value !== "" && value.isWellFormed())).toBe(true);
        }
      }),
    );
  });

  it("of Korean in EUC-KR come back as Korean", () => {
    // The syllables of KS X 1001 lie at B0A1–C8FE. C1 begins no UTF-8, so that the whole is none.
    const syllable = fc.tuple(fc.integer({ min: 0xb0, max: 0xc8 }), fc.integer({ min: 0xa1, max: 0xfe }));
    fc.assert(
      fc.property(fc.array(syllable, { minLength: 1, maxLength: 20 }), (pairs) => {
        const korean = Uint8Array.from([...EUC_KR_CANCELLED, ...pairs.flat()]);
        const body = Uint8Array.from([...bytesOf('{"resCd":"1","resMsg":"'), ...korean, ...bytesOf('"}')]);
        expect(fieldsOf(body).resMsg).toBe(new TextDecoder("euc-kr").decode(korean));
        expect(fieldsOf(body).resMsg).toMatch(/^정상취소[가-힣]+$/);
      }),
    );
  });
});

interface Event {
  readonly cancelPgCno: string;
  readonly resCd: string;
  readonly currency: "KRW" | "USD";
  readonly amount: number;
}

const CODES = { KRW: ['"KRW"', '"00"', '"krw"'], USD: ['"USD"', '"01"'] };

describe("the id", () => {
  const digits = fc.stringMatching(/^[1-9][0-9]{19}$/);
  const event: fc.Arbitrary<Event> = fc.record({
    cancelPgCno: digits,
    resCd: fc.constantFrom("0000", "9999", "W901", "5001"),
    currency: fc.constantFrom("KRW", "USD"),
    amount: fc.integer({ min: 0, max: 10_000_000 }),
  });
  /** One of the ways to write an event: numbers bare or as text, zeros, old codes, other fields, any order of keys. */
  function spellings({ cancelPgCno, resCd, currency, amount }: Event): fc.Arbitrary<string> {
    const amounts = [
      `${amount}`,
      `"${amount}"`,
      `"00${amount}"`,
      `${amount}.00`,
      `"${amount}."`,
      `"${amount}0e-1"`,
      `${amount}E0`,
    ];
    return fc
      .record({
        id: fc.constantFrom(cancelPgCno, `"${cancelPgCno}"`),
        currency: fc.constantFrom(...CODES[currency]),
        amount: fc.constantFrom(...amounts),
        amountFirst: fc.boolean(),
        others: fc.dictionary(fc.stringMatching(/^x[a-z]{1,8}$/), fc.jsonValue(), { maxKeys: 4 }),
        resMsg: fc.string({ minLength: 1 }),
        order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
      })
      .map((spelling) => {
        const money = [`"currency":${spelling.currency}`, `"amount":${spelling.amount}`];
        const known = [
          `"resCd":"${resCd}"`,
          `"resMsg":${JSON.stringify(spelling.resMsg)}`,
          `"cancelPgCno":${spelling.id}`,
          `"amountInfo":{${(spelling.amountFirst ? money.toReversed() : money).join(",")}}`,
        ];
        const unknown = Object.entries(spelling.others).map(([key, value]) => `"${key}":${JSON.stringify(value)}`);
        return `{${[...spelling.order.map((index) => known[index]), ...unknown].join(",")}}`;
      });
  }

  it("has the form ntf_ and 32 hex digits", async () => {
    for (const sample of [FULL, FAILED, MINIMAL]) expect(idOf(sample)).toMatch(/^ntf_[0-9a-f]{32}$/);
  });

  it("never changes from one version to the next", async () => {
    // Stored ids would no longer meet their resends.
    expect([idOf(FULL), idOf(BARE_NUMBERS), idOf(MINIMAL), idOf(MINIMAL, "order-1")]).toEqual([
      "ntf_ed9f76cb0fa8fc409032b2c27f7a0b22",
      "ntf_d487dc66ca99d9a87c8d0676f7743cac",
      "ntf_f83cf2ab8b08db696e2367be6697ddfd",
      "ntf_76207fd72dc6aea437b2edb938692298",
    ]);
  });

  it("is the same for one event however KICC spells it", async () => {
    const pairs = event.chain((one) => fc.tuple(spellings(one), spellings(one)));
    await fc.assert(
      fc.asyncProperty(pairs, fc.integer({ min: 0 }), async ([one, other], later) => {
        expect(idOf(one)).toBe(idOf(other, "any-reference", NOON_KST + later));
      }),
    );
  });

  it("is another for another cancelPgCno, resCd, currency or amount", async () => {
    const pairs = fc
      .tuple(event, event)
      .filter(([one, other]) => JSON.stringify(one) !== JSON.stringify(other))
      .chain(([one, other]) => fc.tuple(spellings(one), spellings(other)));
    await fc.assert(
      fc.asyncProperty(pairs, async ([one, other]) => {
        expect(idOf(one)).not.toBe(idOf(other));
      }),
    );
  });

  it.each([["resCd"], ["cancelPgCno"], ["currency"], ["amount"]] as const)(
    "is another where %s alone differs",
    async (field) => {
      const one = { ...fieldsOf(FULL), [field]: "1" };
      expect(notificationId(one, null, bytesOf(FULL), NOON_KST)).not.toBe(idOf(FULL));
    },
  );

  it("is another where the amount is missing: that the two are one is for the store to tell", async () => {
    const without = { ...fieldsOf(FULL), amount: null };
    expect(notificationId(without, null, bytesOf(FULL), NOON_KST)).not.toBe(idOf(FULL));
  });

  it.each(["mallId", "shopOrderNo", "pgCno", "resCd", "cancelDate", "currency", "amount"] as const)(
    "without a cancelPgCno counts %s",
    async (field) => {
      const fields = { ...fieldsOf(FULL), cancelPgCno: null };
      const changed = { ...fields, [field]: "1" };
      const body = bytesOf(FULL);
      expect(notificationId(changed, null, body, NOON_KST)).not.toBe(notificationId(fields, null, body, NOON_KST));
    },
  );

  it("without a cancelPgCno counts the reference, and neither the body nor the day", async () => {
    const order = '{"resCd":"0000","resMsg":"ok","shopOrderNo":"ORD-1"}';
    const reordered = '{"shopOrderNo":"ORD-1","resMsg":"other words","resCd":"0000"}';
    expect(idOf(order, "a")).not.toBe(idOf(order, "b"));
    expect(idOf(order, "a")).toBe(idOf(reordered, "a", NOON_KST + 86_400_000));
  });

  it("keeps apart the fields that two messages fill alike", async () => {
    const byOrder = '{"resCd":"0000","resMsg":"ok","shopOrderNo":"1"}';
    const byPayment = '{"resCd":"0000","resMsg":"ok","pgCno":"1"}';
    const byCancellation = '{"resCd":"0000","resMsg":"ok","cancelPgCno":"1"}';
    const ids = [idOf(byOrder), idOf(byPayment), idOf(byCancellation), idOf(byOrder, "1")];
    expect(new Set(ids).size).toBe(4);
  });

  it("of a message that names nothing is its body's on one KST day", async () => {
    const lastOfDay = Date.parse("2026-01-14T23:59:59.999+09:00");
    expect(idOf(MINIMAL, null, Date.parse("2026-01-14T00:00:00+09:00"))).toBe(idOf(MINIMAL, null, lastOfDay));
    expect(idOf(MINIMAL, null, lastOfDay)).not.toBe(idOf(MINIMAL, null, lastOfDay + 1));
    expect(idOf(MINIMAL)).not.toBe(idOf(`${MINIMAL} `));
  });

  it("of a message that names nothing but a reference is the same on any day", async () => {
    expect(idOf(MINIMAL, "order-1")).toBe(idOf(`${MINIMAL} `, "order-1", NOON_KST + 86_400_000));
    expect(idOf(MINIMAL, "order-1")).not.toBe(idOf(MINIMAL, "order-2"));
  });

  it("of a message with nothing but a mallId is its body's, since a mallId tells nothing apart", async () => {
    const body = '{"resCd":"9999","resMsg":"System error","mallId":"05599001"}';
    expect(idOf(body)).not.toBe(idOf(body, null, NOON_KST + 86_400_000));
  });
});
