// One run in push mode: KICC tells its stories, faults happen, and when everything has ended the ledger is drawn up.
import { setTimeout as pause } from "node:timers/promises";
import { seededRandom } from "../simulator/random.ts";
import { tell } from "./kicc.ts";
import { type Ledger, ledgerOf } from "./ledger.ts";
import { planStories } from "./plan.ts";
import { type Happened, setStage } from "./stage.ts";

export interface RunOptions {
  readonly notifications: number;
  readonly seed: number;
  /** How many times as fast as the machine's clock the Worker's runs. */
  readonly speed: number;
  /** After KICC's last sending, until what has not ended counts as lost. */
  readonly patienceMs: number;
  /** Shows the Worker's log of the first notifications that something is wrong with. */
  readonly trace: boolean;
  readonly note: (text: string) => void;
}

const TIMEOUT_MS = 4000;
const LEASE_MS = TIMEOUT_MS + 30_000;
// Some 40 ms of CPU each; faster, a small machine is itself the worst fault.
const PER_SECOND = 15;
// In a shorter run some stretches of faults would not come.
const SHORTEST_MS = 20_000;

export async function runPush({ notifications, seed, speed, patienceMs, trace, note }: RunOptions): Promise<Ledger> {
  const stage = await setStage({ CHAOS_SEED: String(seed), ORIGIN_TIMEOUT_MS: String(TIMEOUT_MS) }, speed);
  try {
    const stories = planStories(notifications, seededRandom(seed), Date.UTC(2026, 0, 14, 3));
    const overMs = Math.max(SHORTEST_MS, (notifications / PER_SECOND) * 1000);
    const { told, sent } = await tell(stories, { url: stage.hook, speed, seed, overMs });
    note(`KICC has an answer to everything: ${JSON.stringify(await stage.states())}`);
    const until = Date.now() + patienceMs;
    for (;;) {
      while (((await stage.states())["pending"] ?? 0) > 0 && Date.now() < until) await pause(1000);
      const happened = await stage.ask<Happened>("happened");
      const rows = await stage.rows();
      const ledger = ledgerOf({ told, sent, rows, happened, leaseMs: LEASE_MS });
      // What only the queue has is stored when D1 is back.
      if (ledger.figures["lost"] === 0 || Date.now() >= until) {
        if (trace) await showLogs(ledger, stage.ask, note);
        return ledger;
      }
      await pause(2000);
    }
  } finally {
    await stage.close();
  }
}

async function showLogs(
  { complaints }: Ledger,
  ask: (what: string) => Promise<unknown>,
  note: (text: string) => void,
): Promise<void> {
  const ids = new Set(complaints.flatMap((text) => text.match(/ntf_[0-9a-f]{32}/g) ?? []));
  for (const id of [...ids].slice(0, 3)) note(JSON.stringify(await ask(`log?id=${id}`), null, 2));
}
