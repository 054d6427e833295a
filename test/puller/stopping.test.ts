// The puller is told to stop, or dies: what it has is finished, or comes again to another puller.
import { expect, test } from "vitest";
import { startInternal } from "./internal.ts";
import { eventually, startPuller } from "./process.ts";
import { startReceiver } from "./receiver.ts";

const LEASE_MS = 300_000;
const FIRST_DELAY_MS = 15_000;

/** An internal system that holds its answers back, and a puller that is waiting for two of them. */
async function inTheMiddle() {
  const [receiver, internal] = await Promise.all([startReceiver(), startInternal()]);
  const { promise: passed, resolve: open } = Promise.withResolvers<void>();
  internal.answer = async () => {
    await passed;
    return {};
  };
  const ids = [receiver.notify(), receiver.notify()];
  const start = (env = {}) => startPuller({ receiver: receiver.url, internal: internal.url }, { env });
  const puller = start();
  await eventually(() => expect(internal.received).toHaveLength(2));
  return { receiver, internal, ids, start, puller, open };
}

test.each(["SIGTERM", "SIGINT"] as const)(
  "finishes and reports what it has on %s, and pulls no more",
  async (signal) => {
    const { receiver, ids, puller, open } = await inTheMiddle();
    await eventually(() => expect(receiver.held()).toBe(1));
    puller.process.kill(signal);
    await eventually(() => expect(receiver.givenUp()).toBe(1));
    const later = receiver.notify();
    expect(puller.process.exitCode).toBeNull();
    open();
    expect(await puller.ended).toEqual({ code: 0, signal: null });
    expect(ids.map((id) => receiver.find(id).state)).toEqual(["delivered", "delivered"]);
    expect(receiver.find(later)).toMatchObject({ state: "pending", attempts: 0 });
    expect(puller.logged("puller.stopping")[0]?.["unfinished"]).toEqual(ids);
  },
);

test("leaves at once where nothing is in hand, whatever the receiver holds", async () => {
  const receiver = await startReceiver();
  const puller = startPuller({ receiver: receiver.url, internal: receiver.url });
  await eventually(() => expect(receiver.held()).toBe(1));
  puller.process.kill("SIGTERM");
  expect(await puller.ended).toEqual({ code: 0, signal: null });
  await eventually(() => expect(receiver.givenUp()).toBe(1));
  expect(receiver.calls).toHaveLength(1);
});

test("leaves at once while it waits for a receiver that is away", async () => {
  const puller = startPuller({ receiver: "http://127.0.0.1:1", internal: "http://127.0.0.1:1" });
  await eventually(() => expect(puller.logged("pull.failed").length).toBeGreaterThan(0));
  puller.process.kill("SIGTERM");
  expect(await puller.ended).toEqual({ code: 0, signal: null });
});

test("delivers what was already on its way here when it was told to stop", async () => {
  const [receiver, internal] = await Promise.all([startReceiver(), startInternal()]);
  const answering = Promise.withResolvers<void>();
  const half = Promise.withResolvers<void>();
  receiver.midAnswer = () => {
    half.resolve();
    return answering.promise;
  };
  const id = receiver.notify();
  const puller = startPuller({ receiver: receiver.url, internal: internal.url });
  await half.promise;
  // The head of the answer has left; a moment later it is here.
  await new Promise((resolve) => setTimeout(resolve, 300));
  puller.process.kill("SIGTERM");
  await eventually(() => expect(puller.logged("puller.stopping")).toHaveLength(1));
  answering.resolve();
  expect(await puller.ended).toEqual({ code: 0, signal: null });
  expect(receiver.find(id)).toMatchObject({ state: "delivered", attempts: 1 });
});

test("tries a report again while it stops", async () => {
  const { receiver, ids, puller, open } = await inTheMiddle();
  receiver.interfere = (path) => (path.endsWith("/accept") ? { status: 503 } : undefined);
  open();
  await eventually(() => expect(puller.logged("report.failed").length).toBeGreaterThan(0));
  puller.process.kill("SIGTERM");
  await eventually(() => expect(puller.logged("puller.stopping")).toHaveLength(1));
  receiver.interfere = () => undefined;
  expect(await puller.ended).toEqual({ code: 0, signal: null });
  expect(ids.map((id) => receiver.find(id).state)).toEqual(["delivered", "delivered"]);
});

test("gives up within a bound where a report cannot be made, and says what it leaves", async () => {
  const [receiver, internal] = await Promise.all([startReceiver(), startInternal()]);
  receiver.interfere = (path) => (path.endsWith("/fail") ? "hangup" : undefined);
  internal.answer = () => new Promise(() => {});
  const id = receiver.notify();
  // Timers that are a hundred times as fast, so that the bound comes soon.
  const fast = "data:text/javascript,const set=setTimeout;globalThis.setTimeout=(f,ms,...a)=>set(f,ms/100,...a)";
  const env = { NODE_OPTIONS: `--import "${fast}"`, TARGET_TIMEOUT_MS: "60000" };
  const puller = startPuller({ receiver: receiver.url, internal: internal.url }, { env });
  await eventually(() => expect(internal.received).toHaveLength(1));
  puller.process.kill("SIGTERM");
  expect(await puller.ended).toEqual({ code: 1, signal: null });
  expect(puller.logged("puller.stopped")).toMatchObject([{ unfinished: [id] }]);
});

test("leaves at once on a second signal, and what it had comes back", async () => {
  const { receiver, internal, ids, start, puller, open } = await inTheMiddle();
  puller.process.kill("SIGTERM");
  await eventually(() => expect(puller.logged("puller.stopping")).toHaveLength(1));
  puller.process.kill("SIGTERM");
  expect(await puller.ended).toEqual({ code: 143, signal: null });
  open();
  start();
  receiver.advance(LEASE_MS);
  await eventually(() => expect(ids.map((id) => receiver.find(id).history.length)).toEqual([1, 1]));
  receiver.advance(FIRST_DELAY_MS);
  await eventually(() => expect(ids.map((id) => receiver.find(id).state)).toEqual(["delivered", "delivered"]));
  expect(internal.received).toHaveLength(4);
});

test("loses nothing when it is killed in the middle: the leases run out, and another one delivers", async () => {
  const { receiver, internal, ids, start, puller, open } = await inTheMiddle();
  puller.process.kill("SIGKILL");
  expect(await puller.ended).toEqual({ code: null, signal: "SIGKILL" });
  open();
  start();
  receiver.advance(LEASE_MS);
  await eventually(() => expect(ids.map((id) => receiver.find(id).history.length)).toEqual([1, 1]));
  receiver.advance(FIRST_DELAY_MS);
  await eventually(() => expect(ids.map((id) => receiver.find(id).state)).toEqual(["delivered", "delivered"]));
  expect(ids.map((id) => receiver.find(id).history.map(({ outcome }) => outcome))).toEqual([
    ["failed", "accepted"],
    ["failed", "accepted"],
  ]);
  expect(internal.received.slice(2).map(({ headers }) => headers["kicc-attempt"])).toEqual(["2", "2"]);
});

test("comes again with the same webhook-id when it is killed between the acceptance and its report", async () => {
  const [receiver, internal] = await Promise.all([startReceiver(), startInternal()]);
  const id = receiver.notify();
  receiver.interfere = (path) => (path.endsWith("/accept") ? "hangup" : undefined);
  const start = () => startPuller({ receiver: receiver.url, internal: internal.url });
  const puller = start();
  await eventually(() => expect(puller.logged("report.failed").length).toBeGreaterThan(0));
  puller.process.kill("SIGKILL");
  await puller.ended;
  receiver.interfere = () => undefined;
  start();
  receiver.advance(LEASE_MS);
  await eventually(() => expect(receiver.find(id).history).toHaveLength(1));
  receiver.advance(FIRST_DELAY_MS);
  await eventually(() => expect(receiver.find(id).state).toBe("delivered"));
  expect(internal.received.map(({ headers }) => headers["webhook-id"])).toEqual([id, id]);
});
