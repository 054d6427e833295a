// Settings: all wrong ones are named at once, without their values; secrets are never printed.
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { startInternal } from "./internal.ts";
import { eventually, startPuller } from "./process.ts";
import { DELIVERY_TOKEN, startReceiver } from "./receiver.ts";

const URLS = { receiver: "https://kicc.shop.example", internal: "http://10.0.0.5:8080" };

test("names every wrong setting at once, and shows no value", async () => {
  const env = {
    RECEIVER_URL: "http://kicc.shop.example",
    DELIVERY_TOKEN: "first-secret,second-secret",
    TARGET_URL: "https://user:secret@10.0.0.5",
    TARGET_HEADERS: '{"authorization": "Bearer secret"',
    TARGET_TIMEOUT_MS: "999999",
    CONCURRENCY: "0",
    WAIT_SECONDS: "secret",
  };
  const puller = startPuller(URLS, { env });
  expect(await puller.ended).toEqual({ code: 2, signal: null });
  const [line] = puller.logged("puller.misconfigured");
  expect(Object.keys(line?.["settings"] ?? {})).toEqual(Object.keys(env));
  expect(puller.output()).not.toMatch(/secret|shop\.example|999999/);
});

test("names what is not set", async () => {
  const puller = startPuller(URLS, { env: { RECEIVER_URL: "", DELIVERY_TOKEN: " ", TARGET_URL: "" } });
  expect(await puller.ended).toEqual({ code: 2, signal: null });
  const unset = { RECEIVER_URL: "is not set", DELIVERY_TOKEN: "is not set", TARGET_URL: "is not set" };
  expect(puller.logged("puller.misconfigured")).toMatchObject([{ settings: unset }]);
});

test.each([
  ["http to another machine", { RECEIVER_URL: "http://10.0.0.5" }],
  ["http to a host that only begins like this machine", { RECEIVER_URL: "http://localhost.shop.example" }],
  ["a query in the receiver's URL", { RECEIVER_URL: "https://kicc.shop.example/?x=1" }],
  ["headers that are the receiver's to set", { TARGET_HEADERS: '{"Webhook-Id": "mine"}' }],
  ["headers that break the request", { TARGET_HEADERS: '{"content-length": "1"}' }],
  ["headers that are no text", { TARGET_HEADERS: '{"x-key": 1}' }],
  ["headers with a line break", { TARGET_HEADERS: '{"x-key": "a\\nb"}' }],
])("refuses %s", async (_what, env) => {
  const puller = startPuller(URLS, { env });
  expect(await puller.ended).toEqual({ code: 2, signal: null });
  expect(Object.keys(puller.logged("puller.misconfigured")[0]?.["settings"] ?? {})).toEqual(Object.keys(env));
});

test("pulls from below a path, with or without a slash at its end", async () => {
  const receiver = await startReceiver();
  startPuller({ receiver: `${receiver.url}/below`, internal: receiver.url }, { options: ["--once"] });
  await eventually(() => expect(receiver.calls[0]?.path).toBe("/below/api/pull"));
});

test("documents every setting that it reads, with its default", async () => {
  const puller = startPuller(URLS, { options: ["--help"] });
  expect(await puller.ended).toEqual({ code: 0, signal: null });
  for (const setting of ["RECEIVER_URL", "DELIVERY_TOKEN", "TARGET_URL"]) {
    expect(puller.output()).toMatch(new RegExp(`^  ${setting} .*\\n.*; required$`, "m"));
  }
  for (const [setting, fallback] of [
    ["TARGET_HEADERS", "\\{\\}"],
    ["TARGET_TIMEOUT_MS", "10000"],
    ["CONCURRENCY", "5"],
    ["WAIT_SECONDS", "20"],
  ]) {
    expect(puller.output()).toMatch(new RegExp(`^  ${setting} .*\\n.*; default ${fallback}$`, "m"));
  }
});

test("refuses an option that it does not know", async () => {
  const puller = startPuller(URLS, { options: ["--twice"] });
  expect(await puller.ended).toEqual({ code: 2, signal: null });
  expect(puller.output()).toMatch(/no such option: --twice/);
});

test("is of the receiver's version", async () => {
  const puller = startPuller(URLS, { options: ["--version"] });
  await puller.ended;
  const manifest = readFileSync(path.join(import.meta.dirname, "../../package.json"), "utf8");
  expect(puller.output().trim()).toBe((JSON.parse(manifest) as { version: string }).version);
});

test("logs ids, but neither bodies nor secrets", async () => {
  const [receiver, internal] = await Promise.all([startReceiver(), startInternal()]);
  internal.answer = ({ body }) => ({ status: body.includes("first") ? 200 : 500, body: "said inside" });
  const ids = [receiver.notify("first body"), receiver.notify("second body")];
  const puller = startPuller(
    { receiver: receiver.url, internal: internal.url },
    { env: { TARGET_HEADERS: '{"authorization":"Bearer for-inside"}' } },
  );
  await eventually(() => expect(ids.map((id) => receiver.find(id).history.length)).toEqual([1, 1]));
  puller.process.kill("SIGTERM");
  await puller.ended;
  for (const id of ids) expect(puller.output()).toContain(id);
  for (const line of puller.output().trim().split("\n")) expect(JSON.parse(line)).toHaveProperty("event");
  for (const text of ["body", DELIVERY_TOKEN, "for-inside", "said inside", "v1,"]) {
    expect(puller.output()).not.toContain(text);
  }
});
