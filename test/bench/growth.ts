// The price of storing and claiming when a thousand, a hundred thousand and a million notifications are already stored.
import { randomBytes, randomUUID } from "node:crypto";
import type { Notification } from "../../src/rules/notification.ts";
import { claim } from "../../src/store/claim.ts";
import { storeNotification } from "../../src/intake.ts";
import { meteredD1 } from "../metered.ts";
import { unique, uniqueBody } from "./bodies.ts";
import { bundle } from "./bundle.ts";
import { type Clients, connectClients, written } from "./clients.ts";
import { type Runtime, startRuntime } from "./runtime.ts";
import { seed } from "./seed.ts";
import { figure, markdown, median, percentile } from "./statistics.ts";

const CLIENTS = 16;
const CLAIMS = 20;

interface Seen {
  readonly p50: number[];
  readonly p99: number[];
  readonly cpu: number[];
  readonly claims: number[];
  readonly read: Set<string>;
}

/** @param sizes how many are stored, ascending @param requests acks of one turn */
export async function benchGrowth(sizes: readonly number[], rounds: number, requests: number): Promise<string> {
  const script = await bundle();
  const runtime = await startRuntime(sizes.map((size) => ({ name: String(size), script })));
  const clients: Clients[] = [];
  const seen = sizes.map((): Seen => ({ p50: [], p99: [], cpu: [], claims: [], read: new Set() }));
  try {
    const bytes: number[] = [];
    for (const size of sizes) {
      bytes.push((await seed(await runtime.db(String(size)), size)).after);
    }
    // After the seeding: workerd closes connections that are idle for so long.
    for (const size of sizes) clients.push(await connectClients(await runtime.url(String(size)), CLIENTS));
    for (let round = -1; round < rounds; round++) {
      for (const [place] of sizes.entries()) {
        const turn = (place + Math.max(0, round)) % sizes.length;
        const [name, client, figures] = [String(sizes[turn]), clients[turn], seen[turn]];
        if (client && figures) await measure(name, runtime, client, requests, round < 0 ? null : figures);
      }
    }
    const head = [
      "stored",
      "MiB",
      "ack p50",
      "ack p99",
      "CPU per ack",
      "claim",
      "rows read: store, claim",
      "ack p50 ms",
      "claim ms",
    ];
    return `${markdown([head, ...sizes.map((size, place) => row(size, bytes[place] ?? 0, seen[place], seen[0]))])}

Ratios to the smallest, of medians of ${rounds} turns of ${requests} acks from ${CLIENTS} clients and of ${CLAIMS} claims. Goal: at most 1.1.`;
  } finally {
    for (const client of clients) client.close();
    await runtime.close();
  }
}

async function measure(
  name: string,
  runtime: Runtime,
  client: Clients,
  requests: number,
  seen: Seen | null,
): Promise<void> {
  const url = await runtime.url(name);
  const before = runtime.cpuMs() ?? Number.NaN;
  const { times } = await client.send(Array.from({ length: requests }, () => written(url, uniqueBody())));
  const cpu = ((runtime.cpuMs() ?? Number.NaN) - before) / requests;
  const { db, take } = meteredD1(await runtime.db(name));
  const claims: number[] = [];
  for (let index = 0; index < CLAIMS; index++) {
    const notification = made();
    await storeNotification(db, notification, {
      foreign: false,
      oursAmong: null,
      confirm: null,
      attemptOpenUntil: null,
      receipt: randomUUID(),
    });
    const stored = take().read;
    const now = Date.now();
    const startedAt = performance.now();
    await claim(db, [notification.id], { claimant: randomUUID(), now, until: now + 40_000, maxTries: 16 });
    claims.push(performance.now() - startedAt);
    seen?.read.add(`${stored}, ${take().read}`);
  }
  seen?.claims.push(median(claims));
  seen?.p50.push(percentile(times, 50));
  seen?.p99.push(percentile(times, 99));
  seen?.cpu.push(cpu);
}

function row(size: number, bytes: number, seen: Seen | undefined, smallest: Seen | undefined): string[] {
  if (!seen || !smallest) return [];
  const ratio = (of: "p50" | "p99" | "cpu" | "claims") => (median(seen[of]) / median(smallest[of])).toFixed(2);
  return [
    size.toLocaleString("en-US"),
    figure(bytes / 2 ** 20),
    ratio("p50"),
    ratio("p99"),
    ratio("cpu"),
    ratio("claims"),
    [...seen.read].join(" or "),
    figure(median(seen.p50)),
    figure(median(seen.claims)),
  ];
}

function made(): Notification {
  const { cancelPgCno, body } = unique();
  const bytes = Buffer.from(body);
  return {
    id: `ntf_${randomBytes(16).toString("hex")}`,
    receivedAt: Date.now(),
    source: "notification",
    sourceAddress: "203.233.72.66",
    reference: null,
    contentType: "application/json; charset=utf-8",
    // Node 24 has no Uint8Array.toBase64 yet.
    body: Object.assign(bytes, { toBase64: () => bytes.toString("base64") }),
    kind: "wechat.cancel",
    ambiguous: false,
    eventDate: "20260114091210",
    resCd: "0000",
    resMsg: "정상취소",
    mallId: "T0099001",
    shopOrderNo: `ORD-${cancelPgCno}`,
    pgCno: cancelPgCno,
    cancelPgCno,
    cancelDate: "20260114091210",
    currency: "KRW",
    amount: "51000",
  };
}
