// Deliveries through the local queue: how many a second, how soon after the ack, and how long a backlog takes.
import { type Unique, unique } from "./bodies.ts";
import { bundle } from "./bundle.ts";
import { connectClients, written } from "./clients.ts";
import { startArrivals, until, wait } from "./origin.ts";
import { type Runtime, startRuntime } from "./runtime.ts";
import { figure, markdown, percentile } from "./statistics.ts";

const BATCH = 6;
// Queues' most concurrent consumers of one queue (developers.cloudflare.com/queues/configuration/consumer-concurrency).
const CONCURRENCY = 250;
const PATIENCE_MS = 600_000;
// What one round trip to D1 that writes is taken to last: "several milliseconds" (d1/platform/limits).
const D1_MS = 5;

/** @param quick a tenth of everything */
export async function benchDelivery(quick: boolean): Promise<string> {
  const script = await bundle();
  const scale = quick ? 0.1 : 1;
  const rows = [];
  for (const [seconds, count] of [
    [0, 1200],
    [0.2, 300],
    [2, 60],
  ] as const) {
    const perSecond = await rate(script, seconds * 1000, Math.max(4 * BATCH, Math.ceil(count * scale)));
    const batchMs = seconds * 1000 + 2 * D1_MS;
    rows.push([
      seconds,
      figure(perSecond),
      figure(BATCH / (batchMs / 1000)),
      figure((CONCURRENCY * BATCH * 1000) / batchMs),
    ]);
  }
  const head = [
    "origin answers in s",
    "deliveries/s here",
    "one consumer, calculated",
    `${CONCURRENCY} consumers, calculated`,
  ];
  const delays = await delay(script, quick ? 30 : 200);
  const backlog = quick ? 500 : 10_000;
  const drained = await drain(script, backlog);
  return `${markdown([head, ...rows])}

The local queue runs one batch of ${BATCH} after the other. Cloudflare's runs up to ${CONCURRENCY} consumers at once, and a batch lasts as long as
the origin and two round trips to D1 of about ${D1_MS} ms: ${BATCH} × ${CONCURRENCY} ÷ (origin + ${2 * D1_MS} ms). From some hundred a second on, D1's single
writer is met first: see money.

From the ack to the arrival at the origin: p50 ${figure(percentile(delays, 50))} ms, p95 ${figure(percentile(delays, 95))} ms, p99 ${figure(percentile(delays, 99))} ms (${delays.length} notifications, one after the other).

A backlog of ${backlog.toLocaleString("en-US")}, stored while the origin was silent, was drained in ${figure(drained / 1000)} s: ${figure(backlog / (drained / 1000))} deliveries/s.`;
}

/** Deliveries per second from the first arrival to the last. */
async function rate(script: string, originMs: number, count: number): Promise<number> {
  return chain(
    script,
    () => wait(originMs),
    async (send, at) => {
      await send(Array.from({ length: count }, unique));
      await until(() => at.size === count, PATIENCE_MS);
      const times = [...at.values()].toSorted((a, b) => a - b);
      return (count - BATCH) / (((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000);
    },
  );
}

/** Milliseconds, in ascending order. */
async function delay(script: string, count: number): Promise<number[]> {
  return chain(
    script,
    async () => {},
    async (send, at) => {
      const delays: number[] = [];
      for (let index = 0; index < count; index++) {
        const one = unique();
        await send([one]);
        const ackedAt = performance.now();
        await until(() => at.has(one.cancelPgCno), PATIENCE_MS);
        // It may arrive before the ack was read here.
        delays.push(Math.max(0, (at.get(one.cancelPgCno) ?? 0) - ackedAt));
      }
      return delays.toSorted((a, b) => a - b);
    },
  );
}

/** Milliseconds from the moment the origin speaks again. */
async function drain(script: string, count: number): Promise<number> {
  const { promise: isCompared, resolve: speak } = Promise.withResolvers<void>();
  return chain(
    script,
    () => isCompared,
    async (send, at) => {
      for (let sent = 0; sent < count; sent += 500)
        await send(Array.from({ length: Math.min(500, count - sent) }, unique));
      const startedAt = performance.now();
      speak();
      await until(() => at.size === count, PATIENCE_MS);
      return performance.now() - startedAt;
    },
  );
}

type Send = (uniques: readonly Unique[]) => Promise<void>;

/** Runs `work` with a receiver that delivers to an origin whose answers wait for `answers`. */
async function chain<T>(
  script: string,
  answers: () => Promise<unknown>,
  work: (send: Send, at: ReadonlyMap<string, number>, runtime: Runtime) => Promise<T>,
): Promise<T> {
  const origin = await startArrivals(answers);
  const settings = { ORIGIN_URL: origin.url, ORIGIN_TIMEOUT_MS: "300000" };
  const runtime = await startRuntime([{ name: "receiver", script, settings, consumes: true }]);
  const url = await runtime.url("receiver");
  const clients = await connectClients(url, 16);
  const send: Send = async (uniques) => {
    const { statuses } = await clients.send(uniques.map(({ body }) => written(url, body)));
    if (statuses.get(200) !== uniques.length) throw new Error(`Cannot send all: ${[...statuses].join("; ")}`);
  };
  try {
    return await work(send, origin.at, runtime);
  } finally {
    clients.close();
    await runtime.close();
    await origin.close();
  }
}
