// The command on a notification's page, run by a real shell: it sends what the receiver would have sent.
import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { commandOf } from "../../src/rules/by-hand.ts";
import { type MerchantOrigin, startOrigin } from "../demo/origin.ts";
import { SIGNING_SECRET } from "./receiver.ts";

let origin: MerchantOrigin;
let folder: string;

beforeAll(async () => {
  origin = await startOrigin(SIGNING_SECRET);
  folder = await mkdtemp(path.join(tmpdir(), "by-hand-"));
});
afterAll(async () => {
  await origin.close();
  await rm(folder, { recursive: true });
});

/** As a person does: the secret goes into the first line. */
async function run(command: string): Promise<string> {
  const whole = command.replace(/^SECRET=\S+/, `SECRET=${SIGNING_SECRET}`);
  const { stdout } = await promisify(execFile)("sh", ["-euc", whole], { cwd: folder, timeout: 30_000 });
  return stdout;
}

const HOSTILE = `it's "$(touch pwned)" \`touch pwned\` \\ ; touch pwned #`;
const KOREAN = Uint8Array.from([0x7b, 0x22, 0xc1, 0xa4, 0xbb, 0xf3, 0x22, 0x3a, 0x27, 0x7d, 0x0a, 0x00]);

/** By Node's own HMAC: the library of the origin takes JSON alone. */
function signatureOf(id: string, timestamp: string, body: Uint8Array): string {
  const key = Buffer.from(SIGNING_SECRET.slice("whsec_".length), "base64");
  return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64")}`;
}

it.each([
  ["a JSON body", new TextEncoder().encode(JSON.stringify({ resCd: "0000", resMsg: HOSTILE }))],
  ["bytes that are no UTF-8, with a quote, a line end and a NUL", KOREAN],
  ["the longest body", new Uint8Array(64 * 1024).fill(0x61)],
])("sends %s byte for byte, with a signature that a receiver takes", async (_what, body) => {
  const headers = [
    ["webhook-id", "ntf_1"],
    ["content-type", "application/json; charset=euc-kr"],
    ["kicc-reference", HOSTILE],
  ] as const;
  const bodyBase64 = Buffer.from(body).toString("base64");
  await run(commandOf({ url: origin.url, id: "ntf_1", headers, bodyBase64 }));
  const delivery = origin.deliveries.at(-1);
  expect(Buffer.compare(delivery?.body ?? new Uint8Array(), body)).toBe(0);
  const signature = signatureOf("ntf_1", delivery?.headers["webhook-timestamp"] ?? "", body);
  expect(delivery?.headers).toMatchObject({ "kicc-reference": HOSTILE, "webhook-signature": signature });
});

it("is taken by a merchant's receiver, which checks signature and clock", async () => {
  const bodyBase64 = Buffer.from('{"resCd":"0000"}').toString("base64");
  const headers = [["webhook-id", "ntf_2"]] as const;
  expect(await run(commandOf({ url: origin.url, id: "ntf_2", headers, bodyBase64 }))).toContain("200 OK");
});

it("names no secret, and leaves out a body that has personal data", () => {
  const command = commandOf({ url: null, id: "ntf_1", headers: [], bodyBase64: null });
  expect(command).not.toContain(SIGNING_SECRET);
  expect(command).toContain("# notification.body: it has personal data");
});
