// A run in pull mode: KICC sends its stories; three pullers at once fetch them and are killed at random; then the
// ledger.
import { setTimeout as pause } from "node:timers/promises";
import { seededRandom } from "../simulator/random.ts";
import { tell } from "./kicc.ts";
import { type Ledger, hasAllEnded, ledgerOf } from "./ledger.ts";
import type { LifeRecord } from "./life.ts";
import { LEASE_MS, type Pulling, runPuller } from "./pullers.ts";
import { type RunOptions, beginningMs, storiesOf } from "./run.ts";
import { type Happened, type Stage, setStage } from "./stage.ts";

const PULLERS = 3;
/** Of the faults those that a pulled notification may meet. */
const MET = [
  "d1: fails",
  "d1: commits, ",
  "d1: away",
  "d1: only reads",
  "queue: away",
  "killed: receiver",
  "killed: cron",
];

export async function runPull(options: RunOptions): Promise<Ledger> {
  const { seed, speed, patienceMs, note } = options;
  const stage = await setStage({ CHAOS_SEED: String(seed), DELIVERY: "pull" }, speed);
  const stop = new AbortController();
  const [lives, fired]: [LifeRecord[], Record<string, number>] = [
    [],
    { "puller: killed": 0, "puller: report lost": 0 },
  ];
  const random = seededRandom(seed + 2);
  const now = await clockOf(stage, speed);
  const token = "delivery-token";
  const pulling: Pulling = { url: stage.url, token, speed, random, now, signal: stop.signal, fired, lives };
  const pullers = Array.from({ length: PULLERS }, () => runPuller(pulling));
  try {
    const overMs = beginningMs(options);
    const { told, sent } = await tell(storiesOf(options, true), { url: stage.hook, speed, seed, overMs });
    note(`KICC has an answer to everything: ${JSON.stringify(await stage.states())}`);
    const until = Date.now() + patienceMs;
    for (;;) {
      while (((await stage.states())["pending"] ?? 0) > 0 && Date.now() < until) await pause(1000);
      const [worker, rows] = [await stage.ask<Happened>("happened"), await stage.rows()];
      const met = Object.entries(worker.fired).filter(([fault]) => MET.some((begin) => fault.startsWith(begin)));
      const happened = { ...worker, lives, fired: { ...Object.fromEntries(met), ...fired } };
      const ledger = ledgerOf({ told, sent, rows, happened, leaseMs: LEASE_MS });
      if (hasAllEnded(ledger) || Date.now() >= until) return ledger;
      await pause(2000);
    }
  } finally {
    stop.abort();
    await Promise.all(pullers);
    await stage.close();
  }
}

/** The Worker's time, told from here: by the quickest of some answers, since a slow one would put it ahead. */
async function clockOf(stage: Stage, speed: number): Promise<() => number> {
  let [offset, quickestMs] = [0, Number.POSITIVE_INFINITY];
  for (let asked = 0; asked < 10; asked++) {
    const at = Date.now();
    const { now } = await stage.ask<{ now: number }>("states");
    const tookMs = Date.now() - at;
    if (tookMs < quickestMs) [offset, quickestMs] = [now - (at + tookMs) * speed, tookMs];
  }
  return () => offset + Date.now() * speed;
}
