// The price of each part of the ack: the receiver without that part, the whole receiver and the floor, in turns in one
// workerd.
import { uniqueBody } from "./bodies.ts";
import { type Clients, connectClients, written } from "./clients.ts";
import { type Runtime, startRuntime } from "./runtime.ts";
import { markdown, median } from "./statistics.ts";
import { type Change, bundleWith } from "./without.ts";

const CLIENTS = 16;

/** Each makes the receiver wrong: it shows what is won at most, were the part free. */
const PARTS: Readonly<Record<string, readonly Change[]>> = {
  "the queue's message, but its id": [
    [
      "src/queue/send.ts",
      "await queue.send(encodeMessage(notification, attempt)",
      "await queue.send({ id: notification.id, attempt }",
    ],
  ],
  "the look for the next seq": [
    ["src/store/insert.ts", "SELECT ${SEQ}, ?1", "SELECT ?5 * 1000000 + abs(random() % 1000000), ?1"],
  ],
  "the look at others of the event": [
    ["src/store/insert.ts", 'others.length === 0 ? "true" : others.join(" AND ")', '"true"'],
  ],
  "what a resend changes": [
    [
      "src/store/insert.ts",
      'ON CONFLICT (id) DO UPDATE SET ${COUNTS} WHERE ${AGREES}${since === null ? "" : " AND received_at >= ?26"} ${RETURNING}',
      "ON CONFLICT (id) DO NOTHING ${RETURNING}",
    ],
  ],
  "ids by SHA-256": [
    [
      "src/kinds/identity.ts",
      'hash("sha256", JSON.stringify(key)).slice(0, 32)',
      'JSON.stringify(key).replaceAll(/\\D/g, "").padEnd(32, "0").slice(-32)',
    ],
  ],
  "the timer": [
    ["src/deadline.ts", "  ringAt(firstRing);\n  return {", "  return {"],
    ["src/deadline.ts", "if (ringsAt > deadline) {", "if (ringsAt < deadline) {"],
  ],
};

/** @param requests of each in one round */
export async function benchParts(rounds: number, requests: number): Promise<string> {
  const all = Object.values(PARTS).flat();
  const variants: readonly (readonly [string, string])[] = [
    ["the whole receiver", await bundleWith("src/index.ts", [])],
    ...(await Promise.all(
      Object.entries(PARTS).map(
        async ([name, changes]) => [`without ${name}`, await bundleWith("src/index.ts", changes)] as const,
      ),
    )),
    ["without all of these", await bundleWith("src/index.ts", all)],
    ["the floor", await bundleWith("test/bench/floor.ts", [])],
  ];
  const runtime = await startRuntime(variants.map(([, script], at) => ({ name: `part${at}`, script })));
  try {
    const clients = [];
    for (const at of variants.keys()) {
      const url = await runtime.url(`part${at}`);
      clients.push({ url, clients: await connectClients(url, CLIENTS) });
    }
    for (const each of clients) await turn(each, runtime, requests);
    const turns: Turn[][] = [];
    for (let round = 0; round < rounds; round++) {
      const measured: Turn[] = [];
      const order = [...clients.keys()];
      for (const at of round % 2 === 0 ? order : order.toReversed())
        measured[at] = await turn(clients[at]!, runtime, requests);
      turns.push(measured);
    }
    for (const each of clients) each.clients.close();
    const floor = variants.length - 1;
    const ratio = (at: number, of: (turn: Turn) => number) =>
      median(turns.map((round) => of(round[at]!) / of(round[floor]!)));
    return markdown([
      ["ack", "requests a second, of the floor's", "CPU, of the floor's"],
      ...variants.map(([name], at) => [
        name,
        ratio(at, ({ perSecond }) => perSecond).toFixed(2),
        ratio(at, ({ cpuMs }) => cpuMs).toFixed(2),
      ]),
    ]);
  } finally {
    await runtime.close();
  }
}

interface Turn {
  readonly perSecond: number;
  readonly cpuMs: number;
}

async function turn(
  { url, clients }: { url: URL; clients: Clients },
  runtime: Runtime,
  requests: number,
): Promise<Turn> {
  const before = runtime.cpuMs() ?? Number.NaN;
  const { perSecond, statuses } = await clients.send(
    Array.from({ length: requests }, () => written(url, uniqueBody())),
  );
  if ([...statuses.keys()].some((status) => status !== 200))
    throw new Error(`Cannot measure: it answered ${[...statuses.keys()].join(", ")}`);
  return { perSecond, cpuMs: ((runtime.cpuMs() ?? Number.NaN) - before) / requests };
}
