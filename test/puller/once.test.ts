// --once, as cron runs it.
import { expect, test } from "vitest";
import { startInternal } from "./internal.ts";
import { startPuller } from "./process.ts";
import { startReceiver } from "./receiver.ts";

const ONCE = { options: ["--once"] };

async function chain() {
  const [receiver, internal] = await Promise.all([startReceiver(), startInternal()]);
  return { receiver, internal, urls: { receiver: receiver.url, internal: internal.url } };
}

test("delivers all there is, then leaves with 0", async () => {
  const { receiver, internal, urls } = await chain();
  const ids = Array.from({ length: 23 }, () => receiver.notify());
  expect(await startPuller(urls, ONCE).ended).toEqual({ code: 0, signal: null });
  expect(new Set(ids.map((id) => receiver.find(id).state))).toEqual(new Set(["delivered"]));
  expect(internal.received).toHaveLength(23);
  expect(receiver.calls[0]?.content).toMatchObject({ waitSeconds: 0 });
});

test("prints nothing where nothing came, so that cron sends no mail", async () => {
  const { urls } = await chain();
  const puller = startPuller(urls, ONCE);
  expect(await puller.ended).toEqual({ code: 0, signal: null });
  expect(puller.output()).toBe("");
});

test("delivers the others and leaves with 1 where one could not be delivered", async () => {
  const { receiver, internal, urls } = await chain();
  const ids = [receiver.notify("bad"), receiver.notify(), receiver.notify()];
  internal.answer = ({ body }) => ({ status: body.toString() === "bad" ? 500 : 200 });
  expect(await startPuller(urls, ONCE).ended).toEqual({ code: 1, signal: null });
  expect(ids.map((id) => receiver.find(id).state)).toEqual(["pending", "delivered", "delivered"]);
});

test("leaves with 1 where the receiver stays out of reach", async () => {
  const puller = startPuller({ receiver: "http://127.0.0.1:1", internal: "http://127.0.0.1:1" }, ONCE);
  expect(await puller.ended).toEqual({ code: 1, signal: null });
  expect(puller.logged("pull.failed")).toHaveLength(3);
});

test("leaves with 1 at the first refusal: waiting mends no token", async () => {
  const { receiver, urls } = await chain();
  const puller = startPuller(urls, { ...ONCE, env: { DELIVERY_TOKEN: "another" } });
  expect(await puller.ended).toEqual({ code: 1, signal: null });
  expect(receiver.calls).toHaveLength(1);
  expect(puller.output()).toMatch(/DELIVERY_TOKEN is none of the receiver's/);
});
