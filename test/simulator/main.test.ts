import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { run } from "./main.ts";
import { ACK, type Answering, NOT_NOW, type Receiver, startReceiver } from "./receiver.ts";
import { SAMPLES } from "./samples.ts";

const MAIN = path.join(import.meta.dirname, "main.ts");
const NEVER = new AbortController().signal;
let receiver: Receiver | null = null;

afterEach(async () => {
  await receiver?.stop();
  receiver = null;
});

async function receive(answering: Answering): Promise<Receiver> {
  receiver = await startReceiver(answering);
  return receiver;
}

async function runWith(...args: string[]): Promise<{ readonly code: number; readonly lines: readonly string[] }> {
  const lines: string[] = [];
  return { code: await run(args, (line) => lines.push(line), NEVER), lines };
}

test("sends all samples as they stand on KICC's page, and says what came of each", async () => {
  const { url, arrivals } = await receive(() => ACK);
  const { code, lines } = await runWith("--url", url, "--sample", "all", "--environment", "production");
  expect(code).toBe(0);
  expect(arrivals.map(({ body }) => body)).toEqual(SAMPLES.map(({ body }) => Buffer.from(body)));
  expect(arrivals.every(({ headers }) => headers["cf-connecting-ip"] === "203.233.72.66")).toBe(true);
  expect(lines[1]).toMatch(/^ {2}full #1 → 200 0000 "OK" pgCno 1 \(\d+ ms\): acked$/);
  expect(lines.at(-1)).toBe("10 of 10 acked");
});

test("says when it resends and that it gives up", async () => {
  const { url } = await receive(() => NOT_NOW);
  const { code, lines } = await runWith("--url", url, "--factor", "0.000001");
  expect(code).toBe(1);
  expect(lines.filter((line) => line.includes("resends in"))).toHaveLength(15);
  expect(lines.at(-2)).toMatch(/full #16 → 503 5001 .*: gives up$/);
});

test("sends as many unique ones as are asked for, once, from a stranger's address", async () => {
  const { url, arrivals } = await receive(() => NOT_NOW);
  const args = ["--url", url, "--sample", "bare-ids", "--count", "5", "--no-resend", "--from", "2001:db8::7"];
  expect((await runWith(...args)).code).toBe(1);
  expect(new Set(arrivals.map(({ body }) => body.toString())).size).toBe(5);
  expect(arrivals[0]!.headers["cf-connecting-ip"]).toBe("2001:db8::7");
});

test("tells clearly what is wrong with its arguments", async () => {
  const wrong: [string[], string][] = [
    [[], "--url is missing"],
    [["--url", "ftp://localhost"], "--url is no http URL"],
    [["--url", "https://shop.example/"], "--anywhere"],
    [["--url", "http://localhost", "--sample", "whole"], "--sample is none of full, partial-1"],
    [["--url", "http://localhost", "--count", "0"], "--count is not within 1 to 100000"],
    [["--url", "http://localhost", "--count", "1.5"], "--count is no whole number"],
    [["--url", "http://localhost", "--factor", "fast"], "--factor is not within"],
    [["--url", "http://localhost", "--from", "300.1.1.1"], "--from is no address"],
    [["--url", "http://localhost", "--environment", "test"], "--environment is none of"],
    [["--url", "http://localhost", "--speed", "9"], "--speed"],
    [["server"], "Unknown command: server"],
    [["serve", "--lose", "2"], "--lose is not within 0 to 1"],
  ];
  for (const [args, why] of wrong) {
    const { code, lines } = await runWith(...args);
    expect({ args, code, line: lines[0] }).toEqual({ args, code: 2, line: expect.stringContaining(why) });
  }
});

test("runs under Node as it is", async () => {
  const { url, arrivals } = await receive(() => ACK);
  const node = promisify(execFile);
  const { stdout, stderr } = await node(process.execPath, [MAIN, "--url", url, "--sample", "euc-kr"]);
  expect(stdout).toContain("정상취소");
  expect(stdout).toContain("1 of 1 acked");
  expect(stderr).toBe("");
  expect(arrivals).toHaveLength(1);
  expect((await node(process.execPath, [MAIN, "--help"])).stdout).toContain("--notify-delay MS");
});

test("says that its port is taken", async () => {
  const { url } = await receive(() => ACK);
  const { code, lines } = await runWith("serve", "--port", new URL(url).port);
  expect(code).toBe(1);
  expect(lines[0]).toContain("EADDRINUSE");
});

test("serves KICC's API until it is interrupted", async () => {
  const { url, arrivals } = await receive(() => ACK);
  const stopping = new AbortController();
  const { promise: address, resolve } = Promise.withResolvers<string>();
  const lines: string[] = [];
  const serving = run(
    ["serve", "--notify-delay", "0"],
    (line) => {
      lines.push(line);
      resolve(line.split(" ").at(-1)!);
      if (line.endsWith("acked")) stopping.abort();
    },
    stopping.signal,
  );
  await fetch(`${await address}/api/trades/wechatpay/revise`, {
    method: "POST",
    body: JSON.stringify({
      mallId: "T0099001",
      shopTransactionId: "cancel-1",
      pgCno: "26011314205510990001",
      reviseTypeCode: "40",
      cancelReqDate: "20260114",
      msgAuthValue: "0",
      notifyUrl: url,
    }),
    // The interruption may come before the answer is read.
  }).catch(() => null);
  expect(await serving).toBe(0);
  expect(arrivals).toHaveLength(1);
  expect(lines[1]).toMatch(/^revise cancel-1 pgCno 26011314205510990001 → 0000 "Success" cancelPgCno \d{20}$/);
  expect(lines[2]).toMatch(/^ {2}\d{20} #1 → 200 0000 "OK" pgCno 1 \(\d+ ms\): acked$/);
});
