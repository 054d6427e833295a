import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeText } from "../../src/kinds/text.ts";
import { EUC_KR_CANCELLED, bytesOf } from "./samples.ts";

describe("the text of bytes", () => {
  it("is called UTF-8 only where nothing of them is lost", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 8 }),
        fc.constantFrom(null, "utf-8", "euc-kr", "other"),
        (bytes, named) => {
          const { text, charset } = decodeText(bytes, named);
          const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
          const isLossless = bytesOf(text).toHex() === bytes.slice(hasMark ? 3 : 0).toHex();
          expect(text.isWellFormed()).toBe(true);
          expect(charset === "euc-kr" || isLossless).toBe(true);
        },
      ),
    );
  });

  it("of any JSON in UTF-8 is that JSON", () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: "grapheme" }), (json) => {
        expect(decodeText(bytesOf(json))).toEqual({ text: json, charset: "utf-8" });
      }),
    );
  });

  it("of Korean in EUC-KR is Korean, whether it is named or not", () => {
    // The syllables of KS X 1001 lie at B0A1–C8FE. C1 begins no UTF-8, so that the whole is none.
    const syllable = fc.tuple(fc.integer({ min: 0xb0, max: 0xc8 }), fc.integer({ min: 0xa1, max: 0xfe }));
    fc.assert(
      fc.property(fc.array(syllable, { maxLength: 20 }), fc.constantFrom(null, "utf-8", "euc-kr"), (pairs, named) => {
        const { text, charset } = decodeText(Uint8Array.from([...EUC_KR_CANCELLED, ...pairs.flat()]), named);
        expect(text).toMatch(/^정상취소[가-힣]*$/);
        expect(charset).toBe("euc-kr");
      }),
    );
  });
});
