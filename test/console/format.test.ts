// Values as people read them, and hostile ones.
import { describe, expect, it } from "vitest";
import { duration, kiccDate, kst, money, pretty, visible } from "../../src/console/words/format.ts";
import { WORDS, languageOf } from "../../src/console/words/words.ts";

const { en, ko } = WORDS;

describe("values", () => {
  it("tells won as people write them, and anything else as KICC sent it", () => {
    expect(money("51000", "KRW", en)).toBe("₩51,000");
    expect(money("-1000", "KRW", en)).toBe("-₩1,000");
    expect(money("0", "KRW", ko)).toBe("₩0");
    expect(money("12345678901234567890", "KRW", en)).toBe("₩12,345,678,901,234,567,890");
    expect(money("1203", "USD", en)).toBe("USD 1203 (as KICC sent it)");
    expect(money("1.5", "KRW", en)).toBe("KRW 1.5 (as KICC sent it)");
    expect(money("much", "KRW", en)).toBe("KRW much (as KICC sent it)");
    expect(money("100", null, en)).toBe("100 (no currency)");
    expect(money(null, "KRW", en)).toBeNull();
  });

  it("tells times in Korea, whatever zone the Worker is in", () => {
    expect(kst(Date.parse("2026-01-13T15:00:00Z"))).toBe("2026-01-14 00:00:00");
    expect(kiccDate("20260114091210")).toBe("2026-01-14 09:12:10 KST");
    expect(kiccDate("yesterday")).toBe("yesterday");
    expect(kiccDate(null)).toBeNull();
  });

  it("tells durations in the unit that one would", () => {
    const told = [3, 999, 1000, 1234, 59_999, 60_000, 3_600_000, 5_400_000, 200_000_000].map((ms) => duration(ms, en));
    expect(told).toEqual(["3 ms", "999 ms", "1 s", "1.2 s", "59 s", "1 min", "1 h", "1 h 30 min", "2 d"]);
    expect(duration(5_400_000, ko)).toBe("1시간 30분");
  });
});

describe("a stranger's text", () => {
  it("shows what is invisible or turns the text around it", () => {
    expect(visible("a\u202eb\u0000c\u200bd\u001b[31m")).toBe(String.raw`a\u202eb\u0000c\u200bd\u001b[31m`);
    expect(visible("a\r\n\tb")).toBe("a\\u000d\n\tb");
    expect(visible("\ud800x")).toBe(String.raw`\ud800x`);
    expect(visible("취소 👍")).toBe("취소 👍");
  });

  it("sets JSON out without touching a digit, and leaves alone what is none or too deep", () => {
    expect(pretty('{"a":26011314205510990001,"b":[1,{}],"c":"x,{\\"}"}')).toBe(
      '{\n  "a": 26011314205510990001,\n  "b": [\n    1,\n    {}\n  ],\n  "c": "x,{\\"}"\n}',
    );
    expect(pretty("{")).toBeNull();
    expect(pretty("[".repeat(30_000) + "]".repeat(30_000))).toBeNull();
  });
});

describe("the language", () => {
  it("is what the browser prefers of ours, else English", () => {
    expect(languageOf(undefined)).toBe("en");
    expect(languageOf("ko-KR,ko;q=0.9,en;q=0.8")).toBe("ko");
    expect(languageOf("de,en;q=0.5,ko;q=0.7")).toBe("ko");
    expect(languageOf("fr-FR, *;q=0.1")).toBe("en");
    expect(languageOf("ko;q=0, en;q=0.1")).toBe("en");
    expect(languageOf(",;;q=x,")).toBe("en");
  });
});
