// npm run chaos -- --notifications 10000 --seed N: the real Worker under faults. It ends with a ledger, and fails where
// the ledger is bad.
// The code of src runs unchanged in workerd, with real D1 and queues. Only KICC, the origin and the clock are
// stand-ins. The Worker's clock and all its waits run `--speed` times as fast, so that leases, graces and KICC's
// resends take seconds and no constant is changed. Times in the ledger are of the Worker's clock.
import { parseArgs } from "node:util";
import { runArchive } from "./archive.ts";
import { type Ledger, addUp, printLedger, tellsOfMachineAlone } from "./ledger.ts";
import { runLose } from "./lose.ts";
import { runPull } from "./pull.ts";
import { runPush } from "./push.ts";
import type { RunOptions } from "./run.ts";
import { runScenario } from "./scenarios.ts";
import { WorkerdRestarted } from "./stage.ts";

const { values } = parseArgs({
  options: {
    notifications: { type: "string", default: "500" },
    seed: { type: "string", default: "1" },
    /** push; pull: three pullers at once that are killed at random; lose: KICC loses a fifth for good, and is asked; archive. */
    mode: { type: "string", default: "push" },
    speed: { type: "string", default: "10" },
    /** Minutes of the machine, after KICC's last sending, until what has not ended counts as lost. */
    patience: { type: "string", default: "5" },
    /** simultaneous, queue-lost, origin-away or slow-origin, in place of a run with random faults. */
    scenario: { type: "string" },
    json: { type: "boolean", default: false },
    trace: { type: "boolean", default: false },
  },
});

const RUNS: Readonly<Record<string, (options: RunOptions) => Promise<Ledger>>> = {
  push: runPush,
  pull: runPull,
  lose: runLose,
};
/** The local workerd keeps some 200 KB for each notification and dies at 4 GB: a longer run is made of parts, each with its own. */
const PART = 2500;
const AT_ONCE = 2;
/** How often a part is run again in which this machine stalled, or workerd was started anew. */
const AGAIN = 2;

async function runWhole(
  run: (options: RunOptions) => Promise<Ledger>,
  options: RunOptions,
  part: number,
): Promise<Ledger> {
  for (let again = 0; ; again++) {
    try {
      const ledger = await run(options);
      if (again === AGAIN || !tellsOfMachineAlone(ledger)) return ledger;
      options.note(`This machine stalled for longer than a lease: part ${part} again`);
    } catch (error) {
      if (again === AGAIN || !(error instanceof WorkerdRestarted)) throw error;
      options.note(`workerd was started anew in the middle: part ${part} again`);
    }
  }
}

if (values.mode === "archive") {
  process.exitCode = runArchive(Number(values.notifications), Number(values.seed));
} else if (values.scenario === undefined) {
  const run = RUNS[values.mode];
  if (!run) throw new RangeError(`Cannot run mode ${values.mode}: choose of ${Object.keys(RUNS).join(", ")}`);
  const notifications = Number(values.notifications);
  const parts = Array.from({ length: Math.ceil(notifications / PART) }, (_, part) => part);
  const ledgers: Ledger[] = [];
  const runParts = async () => {
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      const options = {
        notifications: Math.min(PART, notifications - part * PART),
        seed: Number(values.seed) * 1000 + part,
        speed: Number(values.speed),
        patienceMs: Number(values.patience) * 60_000,
        trace: values.trace,
        note: (text: string) => console.error(text),
      };
      ledgers.push(await runWhole(run, options, part));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runParts));
  const ledger = addUp(ledgers);
  if (values.json) console.log(JSON.stringify(ledger, null, 2));
  else printLedger(ledger);
  process.exitCode = ledger.complaints.length === 0 ? 0 : 1;
} else {
  const row = await runScenario(values.scenario);
  console.log(values.json ? JSON.stringify(row) : `| ${row.join(" | ")} |`);
}
