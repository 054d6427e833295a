import { expect, test } from "vitest";
import { readNotification } from "../../src/kinds/read.ts";
import { decodeText } from "../../src/kinds/text.ts";
import { wechatCancel } from "../../src/kinds/wechat-cancel.ts";
import { encodeEucKr } from "./euc-kr.ts";
import { bodyText } from "./print.ts";
import { newCancellation, partOf } from "./messages.ts";
import { seededRandom } from "./random.ts";
import { SAMPLES, SAMPLE_NAMES, makeBodies, makeBody } from "./samples.ts";

const NOW = Date.UTC(2026, 0, 14, 0, 12, 10);

test("has every sample in the shape that its name says", () => {
  expect(SAMPLES.map(({ name }) => name)).toEqual(SAMPLE_NAMES);
  for (const { body } of SAMPLES) expect(readNotification(body, null, wechatCancel)).toMatchObject({ readable: true });
  expect(SAMPLES.filter(({ text }) => text === null).map(({ name }) => name)).toEqual(["euc-kr"]);
});

test("writes EUC-KR as KICC's older systems do", () => {
  expect(Buffer.from(encodeEucKr("정상취소")).toString("hex")).toBe("c1a4bbf3c3ebbcd2");
  expect(Buffer.from(encodeEucKr("a1 é")).toString()).toBe("a1 ?");
  const sample = SAMPLES.find(({ name }) => name === "euc-kr")!;
  expect(decodeText(sample.body)).toMatchObject({ charset: "euc-kr", text: expect.stringContaining("정상취소") });
  expect(bodyText(sample.body)).toContain("정상취소");
});

test("makes ids of 20 digits that begin with the instant in KST", () => {
  const { pgCno, cancelPgCno, cancelDate } = newCancellation(42, seededRandom(1), NOW);
  expect(cancelPgCno).toBe("26011409121000004200");
  expect(cancelDate).toBe("20260114091210");
  expect(pgCno).toMatch(/^2[56]\d{18}$/);
});

test("makes unique messages of every shape, the same ones for the same seed", () => {
  const bodies = makeTexts(3);
  expect(new Set(bodies).size).toBe(50 * SAMPLE_NAMES.length);
  expect(makeTexts(3)).toEqual(bodies);
  expect(makeTexts(4)).not.toEqual(bodies);
});

function makeTexts(seed: number): string[] {
  const random = seededRandom(seed);
  const serials = Array.from({ length: 50 }, (_, serial) => serial);
  return serials.flatMap((serial) => makeBodies(SAMPLE_NAMES, serial, random, NOW).map(({ body }) => bodyText(body)));
}

test("keeps together what belongs together", () => {
  const bodies = makeBodies(SAMPLE_NAMES, 1, seededRandom(1), NOW);
  const fields = Object.fromEntries(
    bodies.map(({ name, body }) => {
      const reading = readNotification(body, null, wechatCancel);
      return [name, reading.readable ? reading.fields : null];
    }),
  );
  expect(fields["failed"]!.cancelPgCno).toBe(fields["succeeded"]!.cancelPgCno);
  expect(fields["partial-1"]!.pgCno).toBe(fields["partial-2"]!.pgCno);
  expect(fields["partial-1"]!.cancelPgCno).not.toBe(fields["partial-2"]!.cancelPgCno);
  expect(fields["full"]!.cancelPgCno).not.toBe(fields["succeeded"]!.cancelPgCno);
  expect(fields["bare-ids"]!.cancelPgCno).toMatch(/^\d{20}$/);
  expect(fields["oddities"]).toMatchObject({ currency: "KRW", shopOrderNo: null });
  expect(fields["usd-cents"]).toMatchObject({ currency: "USD" });
});

test("gives each part of a payment its own cancellation", () => {
  const cancellation = newCancellation(1, seededRandom(1), NOW);
  const parts = Array.from({ length: 50 }, (_, index) => partOf(cancellation, index + 1));
  expect(new Set(parts.map(({ cancelPgCno }) => cancelPgCno)).size).toBe(50);
  expect(new Set(parts.map(({ pgCno }) => pgCno)).size).toBe(1);
  expect(bodyText(makeBody("minimal", parts[0]!))).not.toBe(bodyText(makeBody("minimal", parts[1]!)));
});
