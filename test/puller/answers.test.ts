// The puller is one file without imports and has its own copy of the rule for answers: both must judge every answer the
// same.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import zlib from "node:zlib";
import * as fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { Origin } from "../../src/config.ts";
import { deliverTo } from "../../src/outbound/origin.ts";
import { type OriginAnswer, judgeAnswer, unreadableAnswer } from "../../src/rules/answer.ts";
import { ANSWERS } from "../rules/answers.ts";
import { startInternal } from "./internal.ts";
import { eventually, startPuller } from "./process.ts";
import { startReceiver } from "./receiver.ts";

const PULLER = path.join(import.meta.dirname, "../../src/puller/kicc-puller.mjs");

interface Rule {
  readonly judgeAnswer: typeof judgeAnswer;
  readonly unreadableAnswer: typeof unreadableAnswer;
}

/** The puller's copy, cut out of its file: loaded whole it would begin to pull. */
async function pullersRule(): Promise<Rule> {
  const text = await readFile(PULLER, "utf8");
  const from = text.indexOf("// ── the rule:");
  const to = text.indexOf("// ── the receiver ──");
  const isObject = /\n\/\*\*[^\n]*\*\/\nfunction isObject[^]*?\n}\n/.exec(text)?.[0];
  if (from < 0 || to < from || isObject === undefined) throw new Error("Cannot find the rule in the puller");
  const directory = await mkdtemp(path.join(tmpdir(), "kicc-rule-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = path.join(directory, "rule.mjs");
  await writeFile(file, `${text.slice(from, to)}${isObject}\nexport { judgeAnswer, unreadableAnswer };\n`);
  return (await import(file)) as Rule;
}

test("both say the same, word for word, of every answer in the table", async () => {
  const puller = await pullersRule();
  for (const { answer, error } of ANSWERS) {
    const judgement = error === null ? { accepted: true } : { accepted: false, error };
    expect(judgeAnswer(answer)).toEqual(judgement);
    expect(puller.judgeAnswer(answer)).toEqual(judgement);
  }
  expect(puller.unreadableAnswer(200, "br")).toBe(unreadableAnswer(200, "br"));
});

test("both say the same of whatever else comes", async () => {
  const puller = await pullersRule();
  const pieces = ANSWERS.map(({ answer }) => answer.text).filter((text) => text !== "");
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(...pieces, "{", "}", '"', "\\", "<", ":", ",", '"resCd"', "res_cd="),
  );
  const answer: fc.Arbitrary<OriginAnswer> = fc.record({
    status: fc.oneof(fc.constant(200), fc.integer({ min: 100, max: 599 })),
    contentType: fc.option(fc.constantFrom("text/html", "text/xml", "application/json"), { nil: null }),
    text: fc.array(piece, { maxLength: 6 }).map((parts) => parts.join("")),
    whole: fc.boolean(),
    location: fc.option(fc.oneof(fc.webUrl(), fc.string()), { nil: null }),
    url: fc.webUrl(),
  });
  fc.assert(
    fc.property(answer, (given) => {
      expect(puller.judgeAnswer(given)).toEqual(judgeAnswer(given));
    }),
    { numRuns: 3000 },
  );
});

test("64 KiB of the worst are read in a bounded number of steps", async () => {
  const puller = await pullersRule();
  const worst = ["{", '{"', '{"a":', '{"a":{', '"', "\\", "[", "<", "{ ", "res_cd=", '{"resCd":', "\n ", "\uFEFF"];
  // Without the bound these take minutes, and the test its time.
  for (const piece of worst) {
    const text = piece.repeat(Math.ceil(65_536 / piece.length));
    const answer = { status: 200, contentType: null, text, whole: true };
    expect(puller.judgeAnswer(answer)).toEqual(judgeAnswer(answer));
  }
});

// Over HTTP, where headers, compression and charset come in: the push's code and the puller's as a process.
const JSON_5001 = '{"resCd":"5001","resMsg":"다시"}';
const EUC_KR = Buffer.concat([
  Buffer.from('{"resCd":"5001","resMsg":"'),
  Buffer.from([0xc1, 0xa4, 0xbb, 0xf3]),
  Buffer.from('"}'),
]);
const OVER_HTTP: Readonly<
  Record<string, { status?: number; headers?: Record<string, string>; body?: string | Buffer }>
> = {
  "no body": { status: 204 },
  ack: { body: '{"resCd":"0000","resMsg":"OK"}', headers: { "content-type": "text/html" } },
  again: { body: JSON_5001 },
  bom: { body: `\uFEFF${JSON_5001}` },
  eucKr: { body: EUC_KR, headers: { "content-type": "application/json; charset=euc-kr" } },
  gzip: { body: zlib.gzipSync(JSON_5001), headers: { "content-encoding": "gzip" } },
  brotli: { body: zlib.brotliCompressSync(JSON_5001), headers: { "content-encoding": "br" } },
  noGzip: { body: JSON_5001, headers: { "content-encoding": "gzip" } },
  noGzipRefused: { status: 500, body: "x", headers: { "content-encoding": "gzip" } },
  charsetAsEncoding: { body: JSON_5001, headers: { "content-encoding": "utf-8" } },
  nullCode: { body: '{"resCd":null}' },
  emptyCode: { body: '{"resCd":""}' },
  page: { body: "<html><title>로그인</title>", headers: { "content-type": "text/html; charset=utf-8" } },
  long: { body: `{"resCd":"5001"}${"한".repeat(30_000)}` },
  longGzip: { body: zlib.gzipSync(`{"resCd":"5001"}${" ".repeat(70_000)}`), headers: { "content-encoding": "gzip" } },
  refused: { status: 401, body: "no" },
  gone: { status: 410, body: "gone" },
  moved: { status: 308, headers: { location: "/kicc/?a=b" } },
  tunnel: { status: 530, body: "error code: 1033" },
};

test("over HTTP a push and the puller come to the same verdict, words and kept answer", async () => {
  const [receiver, internal] = await Promise.all([startReceiver(), startInternal()]);
  internal.answer = ({ body }) => OVER_HTTP[body.toString()] ?? { status: 500, body: "no such answer" };
  startPuller({ receiver: receiver.url, internal: internal.url });
  const url = new URL(`${internal.url}/kicc`);
  const origin: Origin = { url, routes: new Map(), fetcher: null, headers: {}, timeoutMs: 10_000 };
  for (const name of Object.keys(OVER_HTTP)) {
    const body = new TextEncoder().encode(name);
    const pushed = await deliverTo(origin, {
      kind: "wechat.cancel",
      mallId: null,
      body,
      headers: {},
      contentType: null,
    });
    const id = receiver.notify(name);
    const report = await eventually(() => {
      const call = receiver.calls.find((one) => one.path.includes(id));
      if (call === undefined) throw new Error("Cannot compare: no report yet");
      return call;
    });
    const told = report.content as { reason?: string; final?: true; status?: number; answer?: string };
    const kind = report.path.endsWith("/accept") ? "accepted" : told.final ? "gone" : "failed";
    const { answer = null, status = null, reason: error = null } = told;
    expect({ name, kind, status, error, answer }).toEqual({
      name,
      kind: pushed.kind,
      status: pushed.status,
      error: pushed.kind === "accepted" ? null : pushed.error,
      answer: pushed.answer,
    });
  }
});
