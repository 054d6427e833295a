// The JavaScript handler of README.md, cut out of it and run unchanged.
import { type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SIGNING_SECRET } from "../e2e/receiver.ts";
import { encodeEucKr } from "../simulator/euc-kr.ts";
import { type Delivery, deliver, newId } from "./deliver.ts";
import { freePort, startProcess } from "./origin.ts";

const ROOT = path.join(import.meta.dirname, "../..");
const PAGE = path.join(ROOT, "README.md");
const KOREAN_PAGE = path.join(ROOT, "README.ko.md");
const MOST_LINES = 25;
const SECOND_SECRET = "whsec_dGhlLW9uZS10aGF0LWlzLWJlaW5nLXJvdGF0ZWQtaW4h";
const WRONG_SECRET = "whsec_bm90LW91cnMtYnV0LWFzLWxvbmctYXMtb3Vycy1pcyEh";
const JSON_TEXT = '{"resCd":"0000","resMsg":"정상취소","shopOrderNo":"주문-7","pgCno":"26011314205510990001"}';

/** The page's first block of JavaScript that listens. */
function handlerOf(page: string): string {
  const blocks = [...readFileSync(page, "utf8").matchAll(/^```js\n(.*?)^```$/gms)].map(([, code = ""]) => code);
  const handler = blocks.find((code) => code.includes("createServer"));
  if (handler === undefined) throw new Error(`Cannot find a handler in ${page}`);
  return handler;
}

describe("the handler in the README", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "kicc-handler-"));
  let child: ChildProcess;
  let url = "";

  beforeAll(async () => {
    writeFileSync(path.join(folder, "handler.mjs"), handlerOf(PAGE));
    const port = await freePort();
    url = `http://127.0.0.1:${port}/kicc`;
    const env = { ORIGIN_SIGNING_SECRET: `${SIGNING_SECRET} ${SECOND_SECRET}`, PORT: String(port) };
    child = await startProcess([process.execPath, "handler.mjs"], port, env, folder);
  });
  afterAll(async () => {
    child.kill("SIGKILL");
    await once(child, "close");
    rmSync(folder, { recursive: true });
  });

  function rowsOf(id: string) {
    const db = new DatabaseSync(path.join(folder, "kicc.sqlite"), { readOnly: true });
    const rows = db.prepare("SELECT kind, source, told FROM kicc WHERE id = ?").all(id);
    db.close();
    return rows as { readonly kind: string; readonly source: string; readonly told: string }[];
  }

  it("is short enough to be read", () => {
    expect(handlerOf(PAGE).trimEnd().split("\n").length).toBeLessThanOrEqual(MOST_LINES);
  });

  it("is the same in the Korean README", () => {
    expect(handlerOf(KOREAN_PAGE)).toBe(handlerOf(PAGE));
  });

  const bodies: readonly (readonly [string, string | Uint8Array, Delivery])[] = [
    ["JSON", JSON_TEXT, {}],
    ["an EUC-KR body", encodeEucKr(JSON_TEXT), {}],
    ["a BOM", `\uFEFF${JSON_TEXT}`, {}],
    ["no Content-Type", JSON_TEXT, { headers: { "content-type": null } }],
    ["a form's Content-Type", JSON_TEXT, { headers: { "content-type": "application/x-www-form-urlencoded" } }],
    ["ids as bare numbers", JSON_TEXT.replaceAll(/"(\d{20})"/g, "$1"), {}],
    ["the second of two secrets", JSON_TEXT, { secrets: [SECOND_SECRET] }],
    ["two signatures of which it knows one", JSON_TEXT, { secrets: [WRONG_SECRET, SIGNING_SECRET] }],
  ];
  it.each(bodies)("takes %s, once, with every letter and digit", async (_what, body, delivery) => {
    const id = newId();
    for (let sending = 1; sending <= 2; sending += 1) {
      const answer = await deliver(url, body, { id, kind: "wechat.cancel", ...delivery });
      expect(answer).toEqual({ status: 200, body: '{"resCd":"0000","resMsg":"OK"}' });
    }
    const [row, ...more] = rowsOf(id);
    expect(more).toEqual([]);
    expect(row).toMatchObject({ kind: "wechat.cancel", source: "notification" });
    expect(JSON.parse(row?.told ?? "")).toEqual(JSON.parse(JSON_TEXT));
  });

  const sixMinutes = 6 * 60_000;
  it.each<[string, () => Delivery]>([
    ["a wrong secret", () => ({ secrets: [WRONG_SECRET] })],
    ["no signature", () => ({ headers: { "webhook-signature": null } })],
    ["a signature that is none", () => ({ headers: { "webhook-signature": "v1,\u00e9 v1, x" } })],
    ["another id", () => ({ headers: { "webhook-id": newId() } })],
    ["no time", () => ({ headers: { "webhook-timestamp": null } })],
    ["a signature of six minutes ago", () => ({ signedAt: Date.now() - sixMinutes })],
    ["a signature from six minutes ahead", () => ({ signedAt: Date.now() + sixMinutes })],
  ])("refuses %s with 401", async (_what, delivery) => {
    const id = newId();
    expect(await deliver(url, JSON_TEXT, { id, ...delivery() })).toEqual({ status: 401, body: "" });
    expect(rowsOf(id)).toEqual([]);
  });

  it("answers 500 to what it cannot read, and lives on", async () => {
    expect((await deliver(url, "res_cd=0000&cno=1")).status).toBe(500);
    expect((await deliver(url, JSON_TEXT)).status).toBe(200);
  });
});
