import { describe, expect, it } from "vitest";
import { readable } from "./given.ts";

const moneyOf = (amountInfo: string) => readable(`{"resCd":"0000","resMsg":"ok","amountInfo":${amountInfo}}`).fields;
const amountOf = (json: string) => moneyOf(`{"amount":${json}}`).amount;

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
    expect(moneyOf(`{"currency":${json}}`).currency).toBe(currency);
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
    ['"  "', null],
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
