// Acks of each kind, and of all kinds mixed, against the floor's acks of cancellations: the price of reading a kind and
// of its identity.
import { newCancellation } from "../simulator/messages.ts";
import { OTHER_KINDS, type OtherKind, inForm, inJson, shapeOf } from "../simulator/kinds.ts";
import { PRODUCTS } from "../simulator/products.ts";
import { seededRandom } from "../simulator/random.ts";
import { uniqueBody } from "./bodies.ts";
import { bundle } from "./bundle.ts";
import { type Measured, connectClients, written } from "./clients.ts";
import { startRuntime } from "./runtime.ts";
import { figure, markdown, median, percentile } from "./statistics.ts";

const CLIENTS = 16;
const NAMES = ["receiver", "floor"] as const;
const random = seededRandom(1);
const now = Date.now();
let serial = 0;

interface Turn extends Measured {
  readonly cpuMs: number;
}

type Make = (url: URL) => Buffer;

const cancellation: Make = (url) => written(url, uniqueBody());

function made(of: OtherKind, asForm: boolean): Make {
  const { product, door, tells } = shapeOf(of);
  const from = PRODUCTS[product].addresses.production;
  return (url) => {
    const message = tells(newCancellation((serial += 1), random, now));
    const body = asForm ? inForm(message, "euc-kr") : inJson(message);
    const contentType = asForm ? "application/x-www-form-urlencoded" : "application/json; charset=utf-8";
    return written(url, body, from, { path: door, contentType });
  };
}

function loads(): Readonly<Record<string, Make>> {
  const each = Object.fromEntries(OTHER_KINDS.map((of) => [of, made(of, false)]));
  const all = [cancellation, ...Object.values(each)];
  let turn = 0;
  return {
    "wechat.cancel": cancellation,
    ...each,
    "online.deposit as a form": made("online.deposit", true),
    "all mixed": (url) => (all[(turn += 1) % all.length] ?? cancellation)(url),
  };
}

/** @param requests of one turn of each load */
export async function benchKinds(rounds: number, requests: number): Promise<string> {
  const scripts = { receiver: await bundle(), floor: await bundle("test/bench/floor.ts") };
  const runtime = await startRuntime(NAMES.map((name) => ({ name, script: scripts[name] })));
  try {
    const open = async (name: (typeof NAMES)[number]) => {
      const url = await runtime.url(name);
      return { url, clients: await connectClients(url, CLIENTS) };
    };
    const warm = { receiver: await open("receiver"), floor: await open("floor") };
    const turn = async (name: (typeof NAMES)[number], make: Make): Promise<Turn> => {
      const { url, clients } = warm[name];
      const load = Array.from({ length: requests }, () => make(url));
      const before = runtime.cpuMs() ?? Number.NaN;
      const measured = await clients.send(load);
      return { ...measured, cpuMs: (runtime.cpuMs() ?? Number.NaN) - before };
    };
    const rows = [];
    for (const [name, make] of Object.entries(loads())) {
      const seen: { readonly receiver: Turn; readonly floor: Turn }[] = [];
      // The first one warms up.
      for (let round = -1; round < rounds; round++) {
        const order = round % 2 === 0 ? NAMES : NAMES.toReversed();
        const turns = new Map<string, Turn>();
        for (const who of order) turns.set(who, await turn(who, who === "floor" ? cancellation : make));
        const [receiver, floor] = [turns.get("receiver"), turns.get("floor")];
        if (round >= 0 && receiver && floor) seen.push({ receiver, floor });
      }
      const ratio = (of: (one: Turn) => number) =>
        median(seen.map(({ receiver, floor }) => of(receiver) / of(floor))).toFixed(2);
      rows.push([
        name,
        figure(median(seen.map(({ receiver }) => receiver.perSecond))),
        ratio(({ perSecond }) => perSecond),
        ratio(({ times }) => percentile(times, 50)),
        ratio(({ times }) => percentile(times, 99)),
        ratio(({ cpuMs }) => cpuMs),
        [...new Set(seen.flatMap(({ receiver }) => [...receiver.statuses.keys()]))].join(", "),
      ]);
    }
    for (const name of NAMES) warm[name].clients.close();
    return markdown([["kind", "req/s", "of the floor's", "p50", "p99", "CPU per request", "answers"], ...rows]);
  } finally {
    await runtime.close();
  }
}
