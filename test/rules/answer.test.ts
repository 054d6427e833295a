import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type OriginAnswer, judgeAnswer, unreadableAnswer } from "../../src/rules/answer.ts";
import { ANSWERS } from "./answers.ts";

const answering = (text: string, more: Partial<OriginAnswer> = {}) =>
  judgeAnswer({ status: 200, contentType: null, text, whole: true, ...more });

describe("the rule for an origin's answer", () => {
  it.each(ANSWERS.filter(({ error }) => error === null))("accepts $name", ({ answer }) => {
    expect(judgeAnswer(answer)).toEqual({ accepted: true });
  });

  it.each(ANSWERS.filter(({ error }) => error !== null))("fails $name, and says why", ({ answer, error }) => {
    expect(judgeAnswer(answer)).toEqual({ accepted: false, error });
  });

  it("accepts no status but a 2xx, and each of them without a body", () => {
    for (let status = 100; status <= 599; status += 1) {
      expect(answering("", { status }).accepted).toBe(status >= 200 && status <= 299);
    }
  });

  it("finds a code wherever text stands around the object", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 200 }).map((around) => around.replaceAll(/[{}"<[\]]/g, ""));
    fc.assert(
      fc.property(text, text, fc.stringMatching(/^[0-9A-Z]{4}$/), (before, after, code) => {
        const said = answering(`${before}${JSON.stringify({ resMsg: `${after}{"`, resCd: code })}${after}`);
        expect(said.accepted).toBe(code === "0000");
      }),
    );
  });

  it("judges any object as JSON.parse reads it", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("resCd", "resMsg", "a"), fc.jsonValue()), (object) => {
        const right = !("resCd" in object) || object["resCd"] === "0000";
        expect(answering(JSON.stringify(object)).accepted).toBe(right);
        expect(answering(JSON.stringify(JSON.stringify(object))).accepted).toBe(right);
      }),
    );
  });

  it("never throws, and keeps its words short and well formed, whatever came", () => {
    const hostile = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("<title>", '{"resCd":', "\ud800", "\n"));
    fc.assert(
      fc.property(
        fc.array(hostile, { maxLength: 8 }),
        fc.integer({ min: 200, max: 599 }),
        hostile,
        (parts, status, location) => {
          const text = parts.join("");
          const judgement = judgeAnswer({ status, contentType: text, text, whole: true, location });
          if (judgement.accepted) return;
          expect(judgement.error.length).toBeLessThan(700);
          expect(judgement.error.isWellFormed()).toBe(true);
        },
      ),
    );
  });

  it("tells of a body that is not what its Content-Encoding says", () => {
    expect(unreadableAnswer(200, "gzip")).toBe(
      "origin answered 200, and its body cannot be read: Content-Encoding says gzip",
    );
  });
});
