// Starts the chaos Worker in workerd with its own D1 and queues, fires its crons, and asks it what happened.
import type { LedgerRow } from "./control.ts";
import type { Query } from "./find.ts";
import { startFront } from "./front.ts";
import type { LifeRecord } from "./life.ts";

const HOOK = "/kicc/wechat/cancel";
const CRON = "* * * * *";
const CRON_EVERY_MS = 60_000;

export interface Happened {
  readonly fired: Readonly<Record<string, number>>;
  /** Those that called the origin. */
  readonly lives: readonly LifeRecord[];
  readonly queries: readonly Query[];
  readonly slowestAckMs: number;
  readonly events: Readonly<Record<string, number>>;
}

interface States {
  readonly states: readonly { readonly state: string; readonly n: number }[];
  readonly isolateSince: number;
}

export interface Stage {
  readonly hook: URL;
  readonly url: URL;
  readonly ask: <T>(what: string) => Promise<T>;
  readonly states: () => Promise<Record<string, number>>;
  readonly rows: () => Promise<LedgerRow[]>;
  /** One more, besides that of each minute. */
  readonly cron: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * workerd restarted: its clock went back to the beginning and its record of the origin's calls is gone. Such a run says
 * nothing about the receiver.
 */
export class WorkerdRestarted extends Error {}

export async function setStage(vars: Readonly<Record<string, string>>, speed: number): Promise<Stage> {
  // Otherwise a line for each batch and each kill.
  process.env["WRANGLER_LOG"] ??= "none";
  const { createTestHarness } = await import("wrangler");
  const configPath = new URL("./wrangler.toml", import.meta.url);
  const harness = createTestHarness({ workers: [{ configPath, vars: { ...vars, CHAOS_SPEED: String(speed) } }] });
  await harness.listen();
  const worker = harness.getWorker();
  const front = await startFront(worker.fetch);
  const { url } = front;
  await worker.applyD1Migrations("DB");
  const ask = async <T>(what: string): Promise<T> => {
    const response = await fetch(new URL(`/chaos/${what}`, url));
    if (!response.ok) throw new Error(`Cannot ask the chaos Worker ${what}: it answered ${response.status}`);
    return (await response.json()) as T;
  };
  const first = await ask<States>("states");
  const cron = async () => {
    // A cron that is killed rejects; the next minute's comes anyhow.
    await worker.scheduled({ cron: CRON }).catch(() => {});
    harness.clearLogs();
  };
  const crons = setInterval(() => void cron(), CRON_EVERY_MS / speed);
  return {
    url,
    hook: new URL(HOOK, url),
    ask,
    async states() {
      const { states, isolateSince } = await ask<States>("states");
      if (isolateSince !== first.isolateSince)
        throw new WorkerdRestarted("Cannot judge this run: workerd was started anew");
      return Object.fromEntries(states.map(({ state, n }) => [state, n]));
    },
    async rows() {
      const all: LedgerRow[] = [];
      for (;;) {
        const page = await ask<LedgerRow[]>(`rows?after=${all.at(-1)?.id ?? ""}`);
        if (page.length === 0) return all;
        all.push(...page);
      }
    },
    cron,
    async close() {
      clearInterval(crons);
      front.close();
      await harness.close();
    },
  };
}
