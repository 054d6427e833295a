// What a run of the cron moves and prunes, what that asks of R2 and D1, and what acks cost while as many leave as come.
import type { Bench, Counted } from "./archive-worker.ts";
import { uniqueBody } from "./bodies.ts";
import { bundle } from "./bundle.ts";
import { type Clients, connectClients, written } from "./clients.ts";
import { insertOld, storeTemplates } from "./old-ones.ts";
import { type Runtime, startRuntime } from "./runtime.ts";
import { figure, markdown, median, percentile } from "./statistics.ts";
import { PART } from "../../src/rules/month-cost.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const FIRST = Date.parse("2026-01-01T00:00:00+09:00");
const NOW = FIRST + 100 * DAY_MS;
const HOT_DAYS = 7;
const CLIENTS = 16;
/** A month of 100 million, by the minute. */
const WANTED = 100_000_000 / (30.4 * 24 * 60);
/** src/upkeep/sweep.ts prunes for so long, src/archive/move.ts begins parts for so long, at most so many. */
const PRUNE_FOR_MS = 10_000;
const MOVE_FOR_MS = 20_000;
const PARTS = 10;

interface Run {
  readonly ms: number;
  readonly cpuMs: number;
  readonly counted: Counted;
  readonly answer: unknown;
}

/** @param parts that are moved, and as many pages that are pruned @param rounds of acks with and without */
export async function benchArchive(parts: number, rounds: number): Promise<string> {
  const runtime = await startRuntime([
    { name: "archive", script: await bundle("test/bench/archive-worker.ts"), archives: true },
  ]);
  try {
    const db = await runtime.db("archive");
    const base = await runtime.url("archive");
    await storeTemplates(db);
    let first = 0;
    const fill = async (count: number) => {
      const from = FIRST + Math.floor(first / PART.lines) * DAY_MS;
      await insertOld(db, { first, count, from, everyMs: Math.floor((DAY_MS - 1) / PART.lines), all: 1_000_000 });
      first += count;
    };
    for (let part = 0; part < parts; part++) await fill(PART.lines);
    const moved = await timed(parts, () => ask(runtime, base, "/bench/part"));
    const merged = await ask(runtime, base, "/bench/run");
    for (let part = 0; part < parts; part++) await fill(PART.lines);
    const pruned: Run[] = [];
    for (let left = 1; left > 0; left = await deletedBy(pruned.at(-1)))
      pruned.push(await ask(runtime, base, "/bench/prune"));
    const acks = await beside(runtime, base, rounds, () => fill(PART.lines));
    return [ratesText(moved, merged, pruned), acks].join("\n\n");
  } finally {
    await runtime.close();
  }
}

async function timed(count: number, run: () => Promise<Run>): Promise<Run[]> {
  const runs: Run[] = [];
  for (let index = 0; index < count; index++) runs.push(await run());
  return runs;
}

async function deletedBy(run: Run | undefined): Promise<number> {
  return (run?.answer as { deleted: number } | undefined)?.deleted ?? 0;
}

async function ask(runtime: Runtime, base: URL, path: string): Promise<Run> {
  const cpuBefore = runtime.cpuMs() ?? Number.NaN;
  const startedAt = performance.now();
  const asked: Bench = { now: NOW, hotDays: HOT_DAYS };
  const response = await fetch(new URL(path, base), { method: "POST", body: JSON.stringify(asked) });
  const answer: unknown = await response.json();
  const counted = JSON.parse(response.headers.get("x-counted") ?? "{}") as Counted;
  return { ms: performance.now() - startedAt, cpuMs: (runtime.cpuMs() ?? Number.NaN) - cpuBefore, counted, answer };
}

function ratesText(moved: readonly Run[], merged: Run, pruned: readonly Run[]): string {
  const of = (runs: readonly Run[], what: (run: Run) => number) => median(runs.map(what));
  const r2 = (names: readonly string[]) => (run: Run) =>
    names.reduce((sum, name) => sum + (run.counted.r2[name] ?? 0), 0);
  const classA = r2(["put", "list", "createMultipartUpload", "uploadPart", "complete"]);
  const classB = r2(["get", "head"]);
  const partMs = of(moved, ({ ms }) => ms);
  const partsARun = Math.min(PARTS, Math.ceil(MOVE_FOR_MS / partMs));
  const full = pruned.filter(({ answer }) => (answer as { deleted: number }).deleted >= 250);
  const page = of(full, ({ answer }) => (answer as { deleted: number }).deleted);
  const pageMs = of(full, ({ ms }) => ms);
  const head = [
    "step",
    "rows",
    "ms",
    "CPU ms, all of workerd",
    "D1 queries",
    "R2 class A · B",
    "rows a run",
    "of 100 M a month",
  ];
  const row = (name: string, rows: number, ms: number, runs: readonly Run[], aRun: number) => [
    name,
    figure(rows),
    figure(ms),
    figure(of(runs, ({ cpuMs }) => cpuMs)),
    figure(of(runs, ({ counted }) => counted.d1)),
    `${of(runs, classA)} · ${of(runs, classB)}`,
    aRun.toLocaleString("en-US"),
    `${figure(aRun / WANTED)} ×`,
  ];
  return `${markdown([
    head,
    row("a part moved", PART.lines, partMs, moved, partsARun * PART.lines),
    row("a page pruned", page, pageMs, full, Math.floor(PRUNE_FOR_MS / pageMs) * page),
  ])}

100 M a month are ${figure(WANTED)} a minute. A run begins parts for ${MOVE_FOR_MS / 1000} s and at most ${PARTS}, and prunes for ${PRUNE_FOR_MS / 1000} s. Merging the index
objects of these ${moved.length} parts took ${figure(merged.ms)} ms, ${classA(merged)} operations of class A and ${classB(merged)} of class B.`;
}

/** Turns of 5,000 acks: alone, while one part of 5,000 is moved, and while parts are moved one after the other. */
async function beside(runtime: Runtime, base: URL, rounds: number, fill: () => Promise<void>): Promise<string> {
  const arms = ["alone", "as many leave", "without a pause"] as const;
  const seen = new Map<string, { perSecond: number[]; p50: number[]; p99: number[] }>(
    arms.map((arm) => [arm, { perSecond: [], p50: [], p99: [] }]),
  );
  let left = 0;
  for (let round = -1; round < rounds; round++) {
    for (const arm of arms) {
      for (let part = 0; part < (arm === "alone" ? 0 : arm === "as many leave" ? 1 : 6); part++) await fill();
      const clients = await connectClients(base, CLIENTS);
      const acking = { isOver: false };
      const moving = async () => {
        if (arm === "alone") return;
        for (let more = true; more && !acking.isOver; more &&= arm === "without a pause") {
          const { answer } = await ask(runtime, base, "/bench/part");
          if (answer !== true) return;
          left += 1;
        }
      };
      const [{ perSecond, times }] = await Promise.all([
        acks(clients, base).finally(() => (acking.isOver = true)),
        moving(),
      ]);
      clients.close();
      const figures = seen.get(arm);
      if (round < 0 || figures === undefined) continue;
      figures.perSecond.push(perSecond);
      figures.p50.push(percentile(times, 50));
      figures.p99.push(percentile(times, 99));
    }
  }
  const alone = seen.get("alone");
  const rows = [...seen].map(([arm, { perSecond, p50, p99 }]) => [
    arm,
    (median(perSecond) / median(alone?.perSecond ?? [])).toFixed(2),
    (median(p50) / median(alone?.p50 ?? [])).toFixed(2),
    (median(p99) / median(alone?.p99 ?? [])).toFixed(2),
    figure(median(p50)),
  ]);
  return `${markdown([["acks", "requests a second", "p50", "p99", "p50 ms"], ...rows])}

Ratios to acks alone, medians of ${rounds} turns of ${PART.lines} acks from ${CLIENTS} clients, in one workerd with D1 and R2; ${left} parts were moved meanwhile.`;
}

function acks(clients: Clients, base: URL) {
  return clients.send(Array.from({ length: PART.lines }, () => written(base, uniqueBody())));
}
