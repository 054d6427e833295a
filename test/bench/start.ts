// The time until the first ack of a fresh isolate, beside the floor's: loading, evaluating, and everything that is made
// once.
import { gzipSync } from "node:zlib";
import { readD1Migrations } from "@cloudflare/vitest-plugin";
import { Miniflare, type V4WorkerOptions, convertV4MiniflareOptions } from "miniflare";
import { uniqueBody } from "./bodies.ts";
import { bundle } from "./bundle.ts";
import { MIGRATIONS, SETTINGS } from "./runtime.ts";
import { figure, markdown, median } from "./statistics.ts";

const KIB = 1024;
const HEADERS = { "content-type": "application/json; charset=utf-8", "cf-connecting-ip": "203.233.72.66" };
/** Answers at once: what an isolate costs, whatever is in it. */
const EMPTY = "export default { fetch: async (request) => { await request.text(); return new Response('{}'); } };";

/** @param rounds of one fresh isolate each, in turns */
export async function benchStart(rounds: number): Promise<string> {
  const codes = { receiver: await bundle(), floor: await bundle("test/bench/floor.ts"), empty: EMPTY };
  const miniflare = await startLoader(codes);
  const times = { receiver: [] as number[], floor: [] as number[], empty: [] as number[] };
  const names = Object.keys(codes) as (keyof typeof codes)[];
  try {
    const url = await miniflare.unsafeGetDirectURL("cold");
    for (let round = -1; round < rounds; round++) {
      for (const name of round % 2 === 0 ? names : names.toReversed()) {
        const ms = await firstAck(url, name);
        if (round >= 0) times[name].push(ms);
      }
    }
  } finally {
    await miniflare.dispose();
  }
  const floor = median(times.floor);
  const rows = names.map((name) => [
    name,
    figure(median(times[name])),
    (median(times[name]) / floor).toFixed(2),
    (codes[name].length / KIB).toFixed(1),
    (gzipSync(codes[name]).length / KIB).toFixed(1),
  ]);
  return `${markdown([["code", "first ack, ms", "of the floor's", "KiB", "KiB gzipped"], ...rows])}

Medians of ${rounds} fresh isolates each, in turns, in one workerd whose Worker loader compiles the code anew. Goal: at most 1.5.`;
}

async function startLoader(codes: Readonly<Record<string, string>>): Promise<Miniflare> {
  const worker: V4WorkerOptions = {
    name: "cold",
    modules: true,
    script: await bundle("test/bench/cold.ts"),
    compatibilityDate: "2026-10-30",
    bindings: { CODES: codes, SETTINGS },
    d1Databases: { DB: "cold" },
    workerLoaders: { LOADER: {} },
    stripCfConnectingIp: false,
    unsafeDirectSockets: [{ host: "127.0.0.1" }],
  };
  const options = { host: "127.0.0.1", port: 0, cf: false, telemetry: { enabled: false }, workers: [worker] } as const;
  const miniflare = new Miniflare(convertV4MiniflareOptions({ ...options, workers: [worker] }));
  await miniflare.ready;
  const db = await miniflare.getD1Database("DB", "cold");
  for (const { queries } of await readD1Migrations(MIGRATIONS)) {
    await db.batch(queries.map((query) => db.prepare(query)));
  }
  return miniflare;
}

async function firstAck(url: URL, name: string): Promise<number> {
  const answer = await fetch(new URL(`/${name}`, url), { method: "POST", body: uniqueBody(), headers: HEADERS });
  const { ms, status, text } = (await answer.json()) as { ms: number; status: number; text: string };
  if (status !== 200) throw new Error(`Cannot time the first ack of ${name}: it answered ${status} ${text}`);
  return ms;
}
