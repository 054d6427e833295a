// Measures each page of the console with a thousand and with a million notifications: its time, and how many rows D1
// reads for it.
import { filling } from "../console/rows.ts";
import { END_OF_TIME } from "../../src/store/selection.ts";
import { PAGES } from "../console/paths.ts";
import { bundle } from "./bundle.ts";
import { type Runtime, SETTINGS, startRuntime } from "./runtime.ts";
import { figure, markdown } from "./statistics.ts";

/** Requests of one page, one after another. Their sum is long compared with what else the machine does meanwhile. */
const REQUESTS = 5;
const COMPARED = 5000;
const GOAL = 2;

/**
 * Besides the pages that tests visit: filters that match few or no rows, beginnings of very many numbers, older pages,
 * long plots.
 */
const MORE = [
  "?range=month",
  "/notifications?state=delivered",
  "/notifications?state=pending",
  "/notifications?state=held&result=failure",
  "/notifications?kind=online",
  "/notifications?mallId=another&state=dead",
  "/notifications?q=ORD-2026",
  "/notifications?q=ORD-2026&state=dead",
  "/notifications?from=2020-01-01T00:00&to=2020-02-01T00:00",
  "/replay-many?state=dead&mallId=another",
  "/replay-many?state=dead&q=ORD-20260113-0009",
];

/** As many replays as one page counts, each of more dead ones than are counted at a million. Nobody works them off. */
const UNDER_WAY = `INSERT INTO replays (from_at, to_at, asked_at, state, total)
  SELECT 0, ${END_OF_TIME}, unixepoch() * 1000, 'dead', 1000 FROM (VALUES (1), (2), (3), (4), (5))`;

interface Visit {
  readonly path: string;
  readonly body: URLSearchParams | null;
  /** Run before it, and left for all that follow. */
  readonly sql?: string;
}

/** For one size: the time and the CPU time of a request in ms, for each round. */
interface Seen {
  readonly times: number[];
  readonly cpu: number[];
  read: number;
}

const VISITS: readonly Visit[] = [
  ...[...PAGES, ...MORE].map((path) => ({ path, body: null })),
  { path: "/compare", body: new URLSearchParams({ list: listOf(COMPARED), by: "cancelPgCno" }) },
  { path: "/replay-many?5-under-way", body: null, sql: UNDER_WAY },
];

/** @param sizes two numbers of stored notifications, the smaller one first */
export async function benchPages(sizes: readonly [number, number], rounds: number): Promise<string> {
  const script = await bundle("test/bench/pages-worker.ts");
  const runtime = await startRuntime(sizes.map((size) => ({ name: String(size), script })));
  try {
    const doors: Door[] = [];
    for (const size of sizes) {
      const db = await runtime.db(String(size));
      for (const sql of filling({ count: size, now: Date.now() })) await db.prepare(sql).run();
      doors.push({ db, ...(await signIn(await runtime.url(String(size)))) });
    }
    const rows: (readonly (string | number)[])[] = [];
    const ratios: number[] = [];
    for (const visit of VISITS) {
      if (visit.sql !== undefined) for (const { db } of doors) await db.prepare(visit.sql).run();
      const seen = await measure(visit, doors, rounds, runtime);
      const times = seen.map((each) => Math.min(...each.times));
      const [few = NaN, many = NaN] = seen.map((each) => Math.min(...each.cpu));
      ratios.push(many / few);
      const name = `${visit.body === null ? "" : "POST "}/console${visit.path}`;
      const read = seen.map((each) => grouped(each.read)).join(" · ");
      rows.push([
        `\`${name}\``,
        times.map(figure).join(" · "),
        figure(few),
        figure(many),
        (many / few).toFixed(2),
        read,
      ]);
    }
    const [few, many] = sizes.map(grouped);
    const head = ["page", `ms at ${few} · ${many}`, `CPU ms at ${few}`, `at ${many}`, "ratio", "rows read"];
    return `${markdown([head, ...rows])}

Of a request, in the quickest of ${rounds} turns of ${REQUESTS} each, one after the other, of both sizes in turns. The ratio is of workerd's CPU time, D1's included: others' work on the machine is not in it. Greatest ratio: ${Math.max(...ratios).toFixed(2)}. Goal: at most ${GOAL}.`;
  } finally {
    await runtime.close();
  }
}

interface Door {
  readonly db: D1Database;
  readonly url: URL;
  readonly cookie: string;
}

async function signIn(url: URL): Promise<Omit<Door, "db">> {
  const body = new URLSearchParams({ token: SETTINGS.CONSOLE_TOKEN });
  const headers = { origin: url.origin, "cf-connecting-ip": "198.51.100.1" };
  const answer = await fetch(new URL("/console/sign-in", url), { method: "POST", body, headers, redirect: "manual" });
  const cookie = answer.headers.get("set-cookie")?.split(";")[0];
  if (cookie === undefined) throw new Error(`Cannot sign in: the console answered ${answer.status}`);
  return { url, cookie };
}

/** One round before the first is not counted. */
async function measure(visit: Visit, doors: readonly Door[], rounds: number, { cpuMs }: Runtime): Promise<Seen[]> {
  const seen = doors.map((): Seen => ({ times: [], cpu: [], read: 0 }));
  for (let round = -1; round < rounds; round++) {
    for (const [place] of doors.entries()) {
      const turn = round % 2 === 0 ? place : doors.length - 1 - place;
      const [door, figures] = [doors[turn], seen[turn]];
      if (door === undefined || figures === undefined) continue;
      const [startedAt, cpuBefore] = [performance.now(), cpuMs() ?? Number.NaN];
      for (let request = 0; request < REQUESTS; request++) figures.read = await look(visit, door);
      if (round < 0) continue;
      figures.times.push((performance.now() - startedAt) / REQUESTS);
      figures.cpu.push(((cpuMs() ?? Number.NaN) - cpuBefore) / REQUESTS);
    }
  }
  return seen;
}

/** @returns how many rows D1 read */
async function look({ path, body }: Visit, { url, cookie }: Door): Promise<number> {
  const headers = { cookie, origin: url.origin, "accept-language": "en" };
  const method = body === null ? "GET" : "POST";
  const answer = await fetch(new URL(`/console${path}`, url), { method, body, headers, redirect: "manual" });
  await answer.arrayBuffer();
  if (answer.status !== 200 && answer.status !== 303) throw new Error(`Cannot look at ${path}: ${answer.status}`);
  return Number(answer.headers.get("x-d1")?.split(" ")[1]);
}

/** A list of which half came. */
function listOf(count: number): string {
  const numbers = Array.from(
    { length: count },
    (_none, at) => `${at % 2 === 0 ? "260114091203" : "260114091299"}${String(at + 1).padStart(8, "0")}`,
  );
  return ["cancelPgCno", ...numbers].join("\n");
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
