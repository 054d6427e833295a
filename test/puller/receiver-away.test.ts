// The receiver is not reachable, refuses, or cannot be told: nothing is lost, nobody is flooded, and the log says what
// to do.
import http from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { listen } from "./http.ts";
import { startInternal } from "./internal.ts";
import { eventually, startPuller } from "./process.ts";
import { type ReceiverStandIn, startReceiver } from "./receiver.ts";

async function chain(env: Readonly<Record<string, string>> = {}) {
  const [receiver, internal] = await Promise.all([startReceiver(), startInternal()]);
  const start = () => startPuller({ receiver: receiver.url, internal: internal.url }, { env });
  return { receiver, internal, start };
}

const pulls = ({ calls }: ReceiverStandIn) => calls.filter(({ path }) => path === "/api/pull").length;

test.each([
  ["hangs up", "hangup" as const, "no connection: ECONNRESET"],
  [
    "answers 503",
    { status: 503, answer: { error: { code: "unavailable", message: "D1 is down" } } },
    "answered 503: D1 is down",
  ],
  ["answers 429", { status: 429 }, "answered 429"],
  ["answers something else", { status: 200, answer: "captive portal" }, "answered 200, but not as a receiver does"],
])("backs off where the receiver %s, and delivers once it is back", async (_what, trouble, error) => {
  const { receiver, start } = await chain();
  receiver.interfere = () => trouble;
  const id = receiver.notify();
  const puller = start();
  const failures = await eventually(() => {
    const lines = puller.logged("pull.failed");
    expect(lines.length).toBeGreaterThan(1);
    return lines;
  });
  expect(failures[0]).toMatchObject({ error });
  expect(Number(failures[1]?.["againInMs"])).toBeGreaterThanOrEqual(Number(failures[0]?.["againInMs"]));
  receiver.interfere = () => undefined;
  await eventually(() => expect(receiver.find(id).state).toBe("delivered"));
  expect(puller.logged("pull.recovered")).toHaveLength(1);
});

test.each([
  [401, "DELIVERY_TOKEN is none of the receiver's; trying on, for it may be about to be rotated"],
  [403, "something before the receiver refuses: no Access policy or bot protection may cover /api"],
  [404, "RECEIVER_URL is not where a receiver with /api/pull is"],
  [409, "the receiver's DELIVERY must be pull"],
  [400, "this puller and that receiver do not fit together: check RECEIVER_URL and the versions"],
])("says what to do about a %i, and tries on slowly", async (status, remedy) => {
  const { receiver, start } = await chain();
  receiver.interfere = () => ({ status });
  const puller = start();
  const [line] = await eventually(() => {
    const lines = puller.logged("pull.failed");
    expect(lines).toHaveLength(1);
    return lines;
  });
  expect(line).toMatchObject({ error: `answered ${status}`, remedy });
  expect(line?.["againInMs"]).toBeGreaterThanOrEqual(30_000);
  expect(line?.["againInMs"]).toBeLessThanOrEqual(60_000);
  expect(puller.process.exitCode).toBeNull();
});

test("hands its token to nobody by a redirect", async () => {
  const { receiver, start } = await chain();
  const visits: unknown[] = [];
  const elsewhere = await listen(http.createServer((request) => visits.push(request.headers)));
  receiver.interfere = () => ({ status: 307, location: `${elsewhere}/api/pull` });
  const puller = start();
  await eventually(() => expect(puller.logged("pull.failed")).toHaveLength(1));
  expect(puller.logged("pull.failed")[0]?.["remedy"]).toMatch(/redirects are not followed/);
  expect(visits).toEqual([]);
});

test("asks an empty receiver that does not hold the pull ever more rarely", async () => {
  const { receiver, start } = await chain();
  receiver.interfere = () => ({ status: 200, answer: { notifications: [] } });
  start();
  await eventually(() => expect(pulls(receiver)).toBe(2));
  await pause(1500);
  expect(pulls(receiver)).toBeLessThan(5);
});

test("reports an acceptance again until the receiver takes it, and delivers nothing twice", async () => {
  const { receiver, internal, start } = await chain();
  let refusals = 0;
  receiver.interfere = (path) => (path.endsWith("/accept") && ++refusals <= 2 ? "hangup" : undefined);
  const id = receiver.notify();
  const puller = start();
  await eventually(() => expect(receiver.find(id).state).toBe("delivered"));
  expect(puller.logged("report.failed")).toHaveLength(2);
  expect(internal.received).toHaveLength(1);
});

// The puller's own clock runs fifty times as fast as the day, so that its leases end soon.
const FAST =
  "data:text/javascript,const now=performance.now.bind(performance);Object.defineProperty(performance,'now',{value:()=>now()*50})";

test("keeps telling of an acceptance after its lease ran out, and does not deliver it again meanwhile", async () => {
  const { receiver, internal, start } = await chain({ NODE_OPTIONS: `--import "${FAST}"`, WAIT_SECONDS: "1" });
  receiver.interfere = (path) => (path.endsWith("/accept") ? { status: 503 } : undefined);
  const id = receiver.notify();
  const puller = start();
  await eventually(() => expect(puller.logged("report.failed").some((line) => !("againInMs" in line))).toBe(true));
  receiver.advance(60_000);
  await eventually(() => expect(receiver.find(id).history).toHaveLength(1));
  receiver.advance(15_000);
  await eventually(() => expect(puller.logged("delivery.in-hand")).toMatchObject([{ id, attempt: 2 }]));
  expect(receiver.find(id)).toMatchObject({ state: "pending", attempts: 2 });
  receiver.interfere = () => undefined;
  await eventually(() => expect(receiver.find(id).state).toBe("delivered"));
  expect(internal.received).toHaveLength(1);
});

test("goes on to the next where the receiver refuses a report for good", async () => {
  const { receiver, start } = await chain({ CONCURRENCY: "1" });
  const [gone, next] = [receiver.notify(), receiver.notify()];
  receiver.interfere = (path) =>
    path.includes(gone) ? { status: 404, answer: { error: { code: "not_found", message: "pruned" } } } : undefined;
  const puller = start();
  await eventually(() => expect(receiver.find(next).state).toBe("delivered"));
  expect(puller.logged("report.failed")).toMatchObject([{ id: gone, error: "answered 404: pruned" }]);
});
