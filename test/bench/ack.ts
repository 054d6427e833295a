// Compares acks with those of the floor, in turns A B A B in one workerd: the price of storing by the contract over
// storing at all.
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

interface Slice extends Measured {
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
  /** Requests of one slice. */
  readonly size: number;
}

async function open(runtime: Runtime, name: Name, clients: number): Promise<Warm> {
  const url = await runtime.url(name);
  const warm = {
    url,
    clients: await connectClients(url, clients),
    bodies: Array.from({ length: 200 }, uniqueBody),
    size: clients === 1 ? 16 : 4 * clients,
  };
  await warm.clients.send(warm.bodies.map((body) => written(url, body)));
  return warm;
}

type Turns = Record<Kind, Record<Name, Slice[]>>;

/**
 * A round is made of slices, in turns A B B A: what else the machine does falls on both alike.
 * @param count requests of one kind to each in one round
 */
async function rounding(warm: Record<Name, Warm>, runtime: Runtime, count: number, rounds: number): Promise<Turns> {
  const turns = {} as Turns;
  for (const kind of KINDS) {
    turns[kind] = { receiver: [], floor: [] };
    for (let round = 0; round < rounds; round++) {
      const slices: Record<Name, Slice[]> = { receiver: [], floor: [] };
      const { size } = warm.receiver;
      for (let slice = 0; slice * size < count; slice++) {
        const order = slice % 2 === 0 ? NAMES : NAMES.toReversed();
        for (const name of order) slices[name].push(await send(warm[name], kind, runtime));
      }
      for (const name of NAMES) turns[kind][name].push(together(slices[name]));
    }
  }
  return turns;
}

async function send({ url, clients, bodies, size }: Warm, kind: Kind, runtime: Runtime): Promise<Slice> {
  const requests = Array.from({ length: size }, (_, index) => {
    const body = kind === "resent" ? bodies[index % bodies.length] : uniqueBody();
    return written(url, body ?? "", kind === "stranger" ? STRANGER : undefined);
  });
  const before = runtime.cpuMs();
  const measured = await clients.send(requests);
  const after = runtime.cpuMs();
  return { ...measured, cpuMs: before === null || after === null ? null : (after - before) / size };
}

function together(slices: readonly Slice[]): Slice {
  const mean = (of: (slice: Slice) => number) => slices.reduce((sum, slice) => sum + of(slice), 0) / slices.length;
  return {
    perSecond: 1 / mean(({ perSecond }) => 1 / perSecond),
    times: slices.flatMap(({ times }) => times).toSorted((a, b) => a - b),
    statuses: new Map(slices.flatMap(({ statuses }) => [...statuses])),
    cpuMs: mean(({ cpuMs }) => cpuMs ?? Number.NaN),
  };
}

/** Ratios are taken within each round, and the median is told. */
function rowsOf(clients: number, turns: Turns): string[][] {
  return KINDS.map((kind) => {
    const { receiver, floor } = turns[kind];
    const ratio = (of: (each: Slice) => number) =>
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
