// Acks with deliveries running beside them, against acks alone. Both share a core in one workerd, which they never do
// in production.
import { uniqueBody } from "./bodies.ts";
import { bundle } from "./bundle.ts";
import { connectClients, written } from "./clients.ts";
import { startArrivals } from "./origin.ts";
import { startRuntime } from "./runtime.ts";
import { figure, markdown, median, percentile } from "./statistics.ts";

const CLIENTS = 16;
const NAMES = ["alone", "delivering"] as const;

export async function benchLoad(rounds: number, requests: number): Promise<string> {
  const origin = await startArrivals(async () => {});
  const script = await bundle();
  const settings = { ORIGIN_URL: origin.url };
  const runtime = await startRuntime([
    { name: "alone", script, settings },
    { name: "delivering", script, settings, consumes: true },
  ]);
  const seen = { alone: [] as number[][], delivering: [] as number[][] };
  try {
    for (let round = -1; round < rounds; round++) {
      for (const name of NAMES) {
        const url = await runtime.url(name);
        const clients = await connectClients(url, CLIENTS);
        const arrived = origin.at.size;
        const startedAt = performance.now();
        const { perSecond, times } = await clients.send(
          Array.from({ length: requests }, () => written(url, uniqueBody())),
        );
        const delivered = (origin.at.size - arrived) / ((performance.now() - startedAt) / 1000);
        clients.close();
        await settled(() => origin.at.size);
        if (round >= 0) seen[name].push([perSecond, percentile(times, 50), percentile(times, 99), delivered]);
      }
    }
  } finally {
    await runtime.close();
    await origin.close();
  }
  const rows = NAMES.map((name) => [
    name,
    ...[0, 1, 2, 3].map((column) => figure(median(seen[name].map((turn) => turn[column] ?? Number.NaN)))),
  ]);
  return markdown([["acks", "acks/s", "p50 ms", "p99 ms", "deliveries/s meanwhile"], ...rows]);
}

/** Waits until nothing has arrived for a while, at most two minutes. */
async function settled(count: () => number): Promise<void> {
  for (let look = 0, before = -1; look < 240 && before !== count(); look++) {
    before = count();
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
