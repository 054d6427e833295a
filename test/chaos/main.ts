// npm run chaos -- --notifications 10000 --seed N: the real Worker under faults; ends with a ledger, and fails where it is bad.
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { seededRandom } from "../simulator/random.ts";
import { tell } from "./kicc.ts";
import { type Ledger, ledgerOf, printLedger } from "./ledger.ts";
import { planStories } from "./plan.ts";
import { type Happened, setStage } from "./stage.ts";

const { values } = parseArgs({
  options: {
    notifications: { type: "string", default: "500" },
    seed: { type: "string", default: "1" },
    speed: { type: "string", default: "20" },
    /** Minutes of the machine, after KICC's last sending, until what has not ended counts as lost. */
    patience: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
    /** Prints the Worker's log of the first notifications that something is wrong with. */
    trace: { type: "boolean", default: false },
  },
});

const TIMEOUT_MS = 4000;
const LEASE_MS = TIMEOUT_MS + 30_000;

async function push(notifications: number, seed: number, speed: number): Promise<Ledger> {
  const stage = await setStage({ CHAOS_SEED: String(seed), ORIGIN_TIMEOUT_MS: String(TIMEOUT_MS) }, speed);
  try {
    const stories = planStories(notifications, seededRandom(seed), Date.UTC(2026, 0, 14, 3));
    const overMs = Math.max(20_000, (notifications / 120) * 1000);
    const note = (text: string) => values.json || console.error(text);
    const { told, sent } = await tell(stories, { url: stage.hook, speed, seed, overMs });
    note(`KICC is done: ${JSON.stringify(await stage.states())}`);
    const until = Date.now() + Number(values.patience) * 60_000;
    let ledger: Ledger;
    do {
      while (((await stage.states())["pending"] ?? 0) > 0 && Date.now() < until) await pause(1000);
      const happened = await stage.ask<Happened>("happened");
      const rows = await stage.rows();
      ledger = ledgerOf({ told, sent, rows, happened, leaseMs: LEASE_MS, timeoutMs: TIMEOUT_MS });
      // What only the queue has is stored when D1 is back.
    } while (ledger.figures["lost"] !== 0 && Date.now() < until && (await pause(2000, true)));
    if (values.trace) {
      const ids = new Set(ledger.complaints.flatMap((text) => text.match(/ntf_[0-9a-f]{32}/g) ?? []));
      for (const id of [...ids].slice(0, 3)) console.log(await stage.ask<string[]>(`log?id=${id}`));
    }
    return ledger;
  } finally {
    await stage.close();
  }
}

const ledger = await push(Number(values.notifications), Number(values.seed), Number(values.speed));
if (values.json) console.log(JSON.stringify(ledger, null, 2));
else printLedger(ledger);
process.exitCode = ledger.complaints.length === 0 ? 0 : 1;
