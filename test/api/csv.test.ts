import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { csvCell } from "../../src/api/csv.ts";
import { call, seed } from "../calls.ts";
import { clear, kiccBody, stored } from "../fixtures.ts";

beforeEach(clear);

const read = (cell: string) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);

describe("a cell", () => {
  it("never begins as a formula, and gives its text back", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string().map((text) => `=${text}`),
      fc.constantFrom("-1", "\t=1", "@a"),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = read(csvCell(text, false));
        expect(shown).not.toMatch(/^[=+\-@\t\r]/);
        expect([text, `'${text}`]).toContain(shown);
      }),
    );
  });

  it("of more than 15 digits is a text formula for Excel alone", () => {
    expect(csvCell("26011409120310990042", true)).toBe('"=""26011409120310990042"""');
    expect(csvCell("26011409120310990042", false)).toBe("26011409120310990042");
    expect(csvCell("123456789012345", true)).toBe("123456789012345");
    expect(csvCell('=1234567890123456"', true)).toBe(`"'=1234567890123456"""`);
  });
});

describe("GET /api/notifications.csv", () => {
  it("has a byte order mark, the shape's names, KST times and CRLF", async () => {
    const { id } = await stored(kiccBody({ shopOrderNo: '=cmd,"1"', resMsg: "가" }), { receivedAt: 1_768_349_530_123 });
    const { answer, headers } = await call("GET /api/notifications.csv");
    expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const [head, line, end] = answer.replace(/^\u{feff}/u, "").split("\r\n");
    const { notifications } = (await call("GET /api/notifications")).answer;
    expect(head).toBe(Object.keys(notifications[0]).join(","));
    expect(line).toContain(`${id},wechat.cancel,pending,,notification,`);
    expect(line).toContain(`"'=cmd,""1"""`);
    expect(line).toContain(",2026-01-14 09:12:10,");
    expect(end).toBe("");
  });

  it("has all that the filter matches, however many pages that are", { timeout: 60_000 }, async () => {
    await seed(12_000, { state: "iif(i % 2, 'delivered', 'dead')" });
    const idsIn = (text: string) =>
      text
        .split("\r\n")
        .slice(1, -1)
        .map((line) => line.split(",")[0]);
    const { results } = await env.DB.prepare("SELECT id FROM notifications ORDER BY seq DESC").run<{ id: string }>();
    expect(idsIn((await call("GET /api/notifications.csv")).answer)).toEqual(results.map(({ id }) => id));
    expect(idsIn((await call("GET /api/notifications.csv?state=dead")).answer)).toHaveLength(6000);
    expect(idsIn((await call("GET /api/notifications.csv?kind=online")).answer)).toEqual([]);
  });

  it.each(["limit=5", "cursor=MQ", "excel=yes", "kind=onlin", "result=maybe", "from=today"])(
    "refuses %s",
    async (query) => {
      const { status, answer } = await call(`GET /api/notifications.csv?${query}`);
      expect({ status, code: answer.error.code }).toEqual({ status: 400, code: "invalid" });
      expect(answer.error.message).toContain(query.split("=")[0]);
    },
  );
});
