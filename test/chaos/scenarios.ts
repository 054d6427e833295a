// Four situations in which other receivers lose, double or stall: what this one does in each, as a row of a table.
import { setTimeout as pause } from "node:timers/promises";
import { newCancellation, succeeded } from "../simulator/messages.ts";
import { seededRandom } from "../simulator/random.ts";
import { sendUntilAcked } from "../simulator/resend.ts";
import type { Call } from "./life.ts";
import { type Happened, type Stage, setStage } from "./stage.ts";

/** Cells of one row: what was done, and what came of it. */
type Row = readonly [situation: string, outcome: string];

interface Scenario {
  readonly speed: number;
  readonly settings?: Readonly<Record<string, string>>;
  readonly run: (stage: Stage, speed: number) => Promise<Row>;
}

const DEFAULT_DELAYS = { RETRY_DELAYS_SECONDS: "", ORIGIN_TIMEOUT_MS: "" };

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  simultaneous: { speed: 1, run: simultaneous },
  "queue-lost": { speed: 20, run: queueLost },
  // Not faster: the local queue's delays are whole seconds of the machine.
  "origin-away": { speed: 4, settings: DEFAULT_DELAYS, run: originAway },
  // The peers were measured with one local queue, which runs one batch after the other.
  "slow-origin": { speed: 1, settings: { ...DEFAULT_DELAYS, CHAOS_QUEUES: "1" }, run: slowOrigin },
};

export async function runScenario(name: string): Promise<Row> {
  const scenario = SCENARIOS[name];
  if (!scenario) throw new RangeError(`Cannot run scenario ${name}: choose of ${Object.keys(SCENARIOS).join(", ")}`);
  const stage = await setStage({ CHAOS_FAULTS: "none", ...scenario.settings }, scenario.speed);
  try {
    return await scenario.run(stage, scenario.speed);
  } finally {
    await stage.close();
  }
}

function bodies(count: number): Uint8Array[] {
  const random = seededRandom(1);
  return Array.from({ length: count }, (_, serial) =>
    succeeded(newCancellation(serial, random, Date.UTC(2026, 0, 14, 3))),
  );
}

/** @returns how many sendings were answered as new */
async function send(stage: Stage, speed: number, body: Uint8Array, copies = 1): Promise<number> {
  let taken = 0;
  const onSending = ({ answer }: { answer: { kind: string; resMsg?: string | null } | null }) => {
    if (answer?.kind === "acked" && answer.resMsg === "OK") taken += 1;
  };
  const options = { factor: 1 / speed, onSending };
  await Promise.all(Array.from({ length: copies }, () => sendUntilAcked(stage.hook, body, options)));
  return taken;
}

async function callsOf(stage: Stage): Promise<Call[]> {
  const { lives } = await stage.ask<Happened>("happened");
  return lives.flatMap(({ calls }) => calls);
}

async function deliveredBy(stage: Stage, wanted: number, withinMs: number): Promise<Call[]> {
  const until = Date.now() + withinMs;
  while (((await stage.states())["delivered"] ?? 0) < wanted && Date.now() < until) await pause(200);
  return (await callsOf(stage)).filter(({ accepted }) => accepted);
}

async function simultaneous(stage: Stage, speed: number): Promise<Row> {
  const [runs, copies] = [5, 32];
  let taken = 0;
  for (const body of bodies(runs)) taken += await send(stage, speed, body, copies);
  await deliveredBy(stage, runs, 20_000);
  // Doubles would come a little later.
  await pause(3000);
  const accepted = (await callsOf(stage)).length;
  return [`${runs} × ${copies} simultaneous sendings`, `${taken} taken as new, ${accepted - runs} doubled`];
}

async function queueLost(stage: Stage, speed: number): Promise<Row> {
  const count = 20;
  await stage.ask("force?stretch=queue: away&value=true");
  for (const body of bodies(count)) await send(stage, speed, body);
  await stage.ask("force?stretch=queue: away&value=false");
  const { now } = await stage.ask<{ now: number }>("states");
  for (const body of bodies(count)) await send(stage, speed, body);
  const accepted = await deliveredBy(stage, count, 30_000);
  const worst = Math.max(...accepted.map(({ startedAt }) => startedAt)) - now;
  return [
    `${count} stored, each queue send failed, each resent by KICC`,
    `${new Set(accepted.map(({ id }) => id)).size} delivered, ${accepted.length - count} doubled, within ${seconds(worst)}`,
  ];
}

async function originAway(stage: Stage, speed: number): Promise<Row> {
  const [count, awayMs] = [20, 60_000];
  await stage.ask("force?stretch=origin: away&value=true");
  const began = Date.now();
  for (const [index, body] of bodies(count).entries()) {
    await pause(Math.max(0, began + (index * awayMs) / count / speed - Date.now()));
    await send(stage, speed, body);
  }
  await pause(Math.max(0, began + awayMs / speed - Date.now()));
  await stage.ask("force?stretch=origin: away&value=false");
  const { now } = await stage.ask<{ now: number }>("states");
  const accepted = await deliveredBy(stage, count, 120_000);
  const after = accepted.map(({ startedAt }) => startedAt - now).toSorted((one, other) => one - other);
  return [
    `Origin away for 60 s, ${count} meanwhile`,
    `${after.length} delivered after it was back: half within ${seconds(after[Math.floor(after.length / 2)])}, all within ${seconds(after.at(-1))}`,
  ];
}

async function slowOrigin(stage: Stage, speed: number): Promise<Row> {
  const count = 60;
  await stage.ask("latency?least=2000&most=2000");
  await Promise.all(bodies(count).map((body) => send(stage, speed, body)));
  const accepted = await deliveredBy(stage, count, 120_000);
  const took =
    Math.max(...accepted.map(({ endedAt }) => endedAt ?? 0)) - Math.min(...accepted.map((call) => call.startedAt));
  const rate = (accepted.length / took) * 1000;
  return [`Origin answers in 2 s, ${count} at once`, `${rate.toFixed(1)} deliveries per second and consumer`];
}

function seconds(ms = Number.NaN): string {
  return `${Math.round(ms / 1000)} s`;
}
