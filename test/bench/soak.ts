// An hour of one notification per second, run faster: memory and latency at the beginning and at the end.
import { unique } from "./bodies.ts";
import { bundle } from "./bundle.ts";
import { connectClients, written } from "./clients.ts";
import { startArrivals, until, wait } from "./origin.ts";
import { startRuntime } from "./runtime.ts";
import { figure, markdown, percentile } from "./statistics.ts";

const PER_SECOND = 30;
const PARTS = 6;
const CLIENTS = 8;

/** @param count notifications in all, the whole way to an origin */
export async function benchSoak(count: number): Promise<string> {
  const origin = await startArrivals(async () => {});
  const settings = { ORIGIN_URL: origin.url };
  const runtime = await startRuntime([{ name: "receiver", script: await bundle(), settings, consumes: true }]);
  const url = await runtime.url("receiver");
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => connectClients(url, 1)));
  const rows = [];
  const each = Math.floor(count / PARTS);
  try {
    for (let part = 0; part < PARTS; part++) {
      const startedAt = performance.now();
      const answers = clients.map(async (client, first) => {
        const times: number[] = [];
        for (let index = first; index < each; index += CLIENTS) {
          await wait(startedAt + (index / PER_SECOND) * 1000 - performance.now());
          times.push(...(await client.send([written(url, unique().body)])).times);
        }
        return times;
      });
      const times = (await Promise.all(answers)).flat().toSorted((a, b) => a - b);
      const minutes = (each * part) / 60;
      rows.push([
        `${figure(minutes)}–${figure(minutes + each / 60)}`,
        figure(percentile(times, 50)),
        figure(percentile(times, 99)),
        figure(runtime.memoryMiB()),
      ]);
    }
    await until(() => origin.at.size === each * PARTS, 120_000);
  } finally {
    for (const client of clients) client.close();
    await runtime.close();
    await origin.close();
  }
  return `${markdown([["minutes of 1 a second", "ack p50 ms", "ack p99 ms", "workerd's RSS MiB"], ...rows])}

${each * PARTS} notifications at ${PER_SECOND} a second, each delivered; the memory is that of workerd with its D1 (files in memory not counted) and queue.`;
}
