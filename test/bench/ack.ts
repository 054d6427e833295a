// Acks against the floor's, in turns A B A B in one workerd: what storing by the contract costs over storing at all.
import { uniqueBody } from "./bodies.ts";
import { bundle } from "./bundle.ts";
import { type Clients, type Measured, connectClients, written } from "./clients.ts";
import { type Runtime, startRuntime } from "./runtime.ts";
import { figure, markdown, median, percentile } from "./statistics.ts";

const STRANGER = "198.51.100.7";
const KINDS = ["unique", "resent", "stranger"] as const;
const CLIENTS = [1, 16, 64] as const;
const NAMES = ["receiver", "floor"] as const;

type Kind = (typeof KINDS)[number];
type Name = (typeof NAMES)[number];

interface Turn extends Measured {
  readonly cpuMs: number | null;
}

/** @param requests of one turn at 16 and 64 clients; a lone client sends a third of them */
export async function benchAck(rounds: number, requests: number): Promise<string> {
  const scripts = { receiver: await bundle(), floor: await bundle("test/bench/floor.ts") };
  const runtime = await startRuntime(NAMES.map((name) => ({ name, script: scripts[name] })));
  try {
    const rows = [];
    for (const clients of CLIENTS) {
      const warm = { receiver: await open(runtime, "receiver", clients), floor: await open(runtime, "floor", clients) };
      const count = clients === 1 ? Math.ceil(requests / 3) : requests;
      await rounding(warm, runtime, Math.min(count, 300), 1);
      rows.push(...rowsOf(clients, await rounding(warm, runtime, count, rounds)));
      for (const name of NAMES) warm[name].clients.close();
    }
    const head = [
      "kind",
      "clients",
      "req/s",
      "of the floor's",
      "p50",
      "p95",
      "p99",
      "CPU per request",
      "p99 ms",
      "answers",
    ];
    return markdown([head, ...rows]);
  } finally {
    await runtime.close();
  }
}

interface Warm {
  readonly url: URL;
  readonly clients: Clients;
  /** Sent before: KICC's resends repeat them. */
  readonly bodies: readonly string[];
}

async function open(runtime: Runtime, name: Name, clients: number): Promise<Warm> {
  const url = await runtime.url(name);
  const warm = { url, clients: await connectClients(url, clients), bodies: Array.from({ length: 200 }, uniqueBody) };
  await warm.clients.send(warm.bodies.map((body) => written(url, body)));
  return warm;
}

type Turns = Record<Kind, Record<Name, Turn[]>>;

/** The order within a pair changes with each round, so that neither always comes after the other. */
async function rounding(warm: Record<Name, Warm>, runtime: Runtime, count: number, rounds: number): Promise<Turns> {
  const turns = {} as Turns;
  for (const kind of KINDS) turns[kind] = { receiver: [], floor: [] };
  for (let round = 0; round < rounds; round++) {
    for (const kind of KINDS) {
      const order = round % 2 === 0 ? NAMES : NAMES.toReversed();
      for (const name of order) turns[kind][name].push(await turn(warm[name], kind, runtime, count));
    }
  }
  return turns;
}

async function turn({ url, clients, bodies }: Warm, kind: Kind, runtime: Runtime, count: number): Promise<Turn> {
  const requests = Array.from({ length: count }, (_, index) => {
    const body = kind === "resent" ? bodies[index % bodies.length] : uniqueBody();
    return written(url, body ?? "", kind === "stranger" ? STRANGER : undefined);
  });
  const before = runtime.cpuMs();
  const measured = await clients.send(requests);
  const after = runtime.cpuMs();
  return { ...measured, cpuMs: before === null || after === null ? null : (after - before) / count };
}

/** Ratios are taken within each round, and the median is told. */
function rowsOf(clients: number, turns: Turns): string[][] {
  return KINDS.map((kind) => {
    const { receiver, floor } = turns[kind];
    const ratio = (of: (each: Turn) => number) =>
      median(receiver.map((each, round) => of(each) / of(floor[round] ?? each)));
    const times = (rank: number) => ratio((each) => percentile(each.times, rank)).toFixed(2);
    return [
      kind,
      String(clients),
      figure(median(receiver.map(({ perSecond }) => perSecond))),
      ratio(({ perSecond }) => perSecond).toFixed(2),
      times(50),
      times(95),
      times(99),
      ratio(({ cpuMs }) => cpuMs ?? Number.NaN).toFixed(2),
      figure(median(receiver.map((each) => percentile(each.times, 99)))),
      [...new Set(receiver.flatMap(({ statuses }) => [...statuses.keys()]))].join(", "),
    ];
  });
}
