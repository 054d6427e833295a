import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pastedNumbers, pastedText } from "../../src/rules/pasted-numbers.ts";

const [A, B, C] = ["26011409120310990042", "26011409120310990043", "26011409120310990044"];
const numbersIn = (text: string, wanted: Parameters<typeof pastedNumbers>[1] = null) => {
  const { by, rows } = pastedNumbers(text, wanted);
  return [by, ...rows.map(({ number }) => number)];
};

describe("the numbers of a list are found", () => {
  it.each([
    ["one a line", `ORD-1\nORD-2\r\nORD-1\n\n`, ["shopOrderNo", "ORD-1", "ORD-2"]],
    ["one a line, short and all digits", "7\n8\n9", ["shopOrderNo", "7", "8", "9"]],
    ["ids of KICC's, one a line", `${A}\n${B}`, [null, A, B]],
    ["in one line", `ORD-1001, ORD-1002,ORD-1003`, ["shopOrderNo", "ORD-1001", "ORD-1002", "ORD-1003"]],
    ["ids in one line", `${A}, ${B}`, [null, A, B]],
    ["CSV with a head", `주문번호,금액,취소거래번호\nORD-1,"51,000",${A}\nORD-2,"1,000",${B}`, ["cancelPgCno", A, B]],
    ["tabs as a spreadsheet copies them", `PG 거래번호\t상점ID\n${A}\tT0099001\n${B}\tT0099001`, ["pgCno", A, B]],
    [
      "semicolons and a byte order mark",
      `\ufefforder_no;amount\r\n20260113-0000123;51000\r\n`,
      ["shopOrderNo", "20260113-0000123"],
    ],
    [
      "below a title, and above a total",
      `취소내역 조회\n\n순번,주문번호,금액\n1,ORD-1,100\n2,ORD-2,200\n합계,2건,300`,
      ["shopOrderNo", "ORD-1", "ORD-2"],
    ],
    [
      "without a head, by their looks",
      `2026-01-14,ORD-1001,51000,T0099001\n2026-01-14,ORD-1002,51000,T0099001`,
      ["shopOrderNo", "ORD-1001", "ORD-1002"],
    ],
    ["without a head, ids before order numbers", `ORD-1001,${A}\nORD-1002,${B}`, [null, A, B]],
    [
      "as our own CSV for Excel has them",
      `id,cancelPgCno,pgCno\r\nntf_1,"=""${A}""",\r\nntf_2,"=""${B}""",\r\n`,
      ["cancelPgCno", A, B],
    ],
    ["with what a spreadsheet needs to keep digits", `cno,x\n'${A},1\n="${B}",2`, ["pgCno", A, B]],
    [
      "in a page's table that is named .xls",
      `<table><tr><th>주문번호</th><th>금액</th></tr>\n<tr><td>ORD-1</td>\n<td>1,000</td></tr><tr><td>ORD&amp;2</td><td>2</td></tr></table>`,
      ["shopOrderNo", "ORD-1", "ORD&2"],
    ],
    [
      "in a letter",
      `Hello, on 2026-01-14 at 09:12 we refunded 51,000 won for ORD-1001, ORD-1002.\nCall 02-1234-5678, or write to a1@shop.example.`,
      ["shopOrderNo", "ORD-1001", "ORD-1002"],
    ],
    ["ids in a letter", `환불 ${A}(51,000원)과 ${B}, ORD-1003도 확인 부탁드립니다.\n감사합니다`, [null, A, B]],
    [
      "a quoted cell with a line end in it",
      `memo,orderNo\n"two\nlines, ""x""",ORD-1\n,ORD-2`,
      ["shopOrderNo", "ORD-1", "ORD-2"],
    ],
    ["nothing", "", [null]],
    ["nothing but words", "did they come?\nplease look", ["shopOrderNo"]],
  ])("%s", (_what, text, expected) => {
    expect(numbersIn(text)).toEqual(expected);
  });

  it("in the column that a person asks for", () => {
    const text = `주문번호,취소거래번호,원거래번호\nORD-1,${A},${B}\nORD-2,${C},`;
    expect(numbersIn(text, "shopOrderNo")).toEqual(["shopOrderNo", "ORD-1", "ORD-2"]);
    expect(numbersIn(text, "pgCno")).toEqual(["pgCno", B]);
    expect(numbersIn(text)).toEqual(["cancelPgCno", A, C]);
    expect(numbersIn(`x,y\nORD-1001,${A}`, "shopOrderNo")).toEqual(["shopOrderNo", "ORD-1001"]);
    expect(numbersIn("x,y\nORD-1001,1\nORD-1002,2", "pgCno")).toEqual(["pgCno"]);
  });

  it("by the column that has the most of them", () => {
    const text = `주문번호,취소거래번호\nORD-1,${A}\nORD-2,\nORD-3,`;
    expect(numbersIn(text)).toEqual(["shopOrderNo", "ORD-1", "ORD-2", "ORD-3"]);
  });
});

it("keeps what else a row tells, since KICC is asked with it", () => {
  const { rows } = pastedNumbers(`mallId,pgCno,cancelPgCno,orderNo\nT0099001,${A},${B},ORD-1\n,,${C},`, null);
  expect(rows).toEqual([
    { number: B, pgCno: A, mallId: "T0099001", shopOrderNo: "ORD-1" },
    { number: C, pgCno: null, mallId: null, shopOrderNo: null },
  ]);
});

it("tells how many ids a spreadsheet has rounded, and takes none of them", () => {
  const pasted = pastedNumbers(`cancelPgCno,amount\n2.60114E+19,1\n${A},2\n2.60114091203109E+19,3`, null);
  expect(pasted).toMatchObject({ by: "cancelPgCno", rows: [{ number: A }], rounded: 2 });
});

it("finds in what it found the same again", () => {
  const id = fc.stringMatching(/^\d{20}$/);
  const row = fc.record({
    number: id,
    pgCno: fc.option(id),
    mallId: fc.option(fc.stringMatching(/^T\d{7}$/)),
    shopOrderNo: fc.option(fc.stringMatching(/^[A-Z]{3}-\d{4}$/)),
  });
  fc.assert(
    fc.property(fc.uniqueArray(row, { selector: ({ number }) => number, minLength: 1 }), (rows) => {
      expect(pastedNumbers(pastedText({ rows }, "cancelPgCno"), null)).toEqual({ by: "cancelPgCno", rows, rounded: 0 });
    }),
  );
});

it("takes any text, and a large one within a moment", () => {
  fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => pastedNumbers(text, null).rows.length >= 0));
  for (const hostile of [
    '"'.repeat(200_000),
    `${'="'.repeat(100_000)}\n,`,
    " ,".repeat(200_000),
    "<td".repeat(100_000),
    "a ".repeat(200_000),
    "<style>".repeat(50_000),
  ]) {
    const startedAt = performance.now();
    pastedNumbers(`${hostile}\n${hostile}`, null);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  }
});
