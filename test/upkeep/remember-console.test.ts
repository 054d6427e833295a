import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { beat } from "../../src/store/heartbeat.ts";
import { HOUR_MS } from "../../src/time.ts";
import { rememberHost } from "../../src/upkeep/remember-console.ts";
import { clear } from "../fixtures.ts";

beforeEach(clear);
afterEach(() => {
  vi.useRealTimers();
});

it("remembers the host of a call that was allowed, asks D1 once an hour, and heeds no stranger's", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  await beat(env.DB, 1, true);
  const work: Promise<unknown>[] = [];
  const context = { waitUntil: (each: Promise<unknown>) => work.push(each) } as unknown as ExecutionContext;
  const called = (url: string, status: number) =>
    rememberHost(new Request(url), new Response(null, { status }), env.DB, context);
  called("https://stranger.example/api/notifications", 401);
  called("https://stranger.example/health", 200);
  expect(work).toEqual([]);
  called("https://kicc.shop.example/api/notifications", 200);
  called("https://kicc.shop.example/console", 200);
  expect(work).toHaveLength(1);
  vi.setSystemTime(Date.now() + HOUR_MS - 1);
  called("https://kicc.shop.example/console", 200);
  expect(work).toHaveLength(1);
  vi.setSystemTime(Date.now() + 1);
  called("https://kicc.shop.example/console", 200);
  expect(work).toHaveLength(2);
  await Promise.all(work);
  expect(await env.DB.prepare("SELECT console FROM heartbeat").first()).toEqual({
    console: "https://kicc.shop.example",
  });
});
