// A run in push mode: KICC sends its stories and faults happen. When everything has ended the ledger is made.
import { setTimeout as pause } from "node:timers/promises";
import { tell } from "./kicc.ts";
import { type Ledger, hasAllEnded, ledgerOf } from "./ledger.ts";
import { PUSH_LEASE_MS, PUSH_SETTINGS, type RunOptions, beginningMs, showLogs, storiesOf } from "./run.ts";
import { type Happened, setStage } from "./stage.ts";

/** KICC takes either, as far as anybody knows: each in some of the parts of a run. */
function separatorOf(seed: number): string {
  return seed % 2 === 0 ? "us" : "caret";
}

export async function runPush(options: RunOptions): Promise<Ledger> {
  const { seed, speed, patienceMs, note } = options;
  const stage = await setStage(
    { ...PUSH_SETTINGS, CHAOS_SEED: String(seed), ONLINE_SEPARATOR: separatorOf(seed) },
    speed,
  );
  try {
    const overMs = beginningMs(options);
    const { told, sent } = await tell(storiesOf(options, true), { url: stage.hook, speed, seed, overMs });
    note(`KICC has an answer to everything: ${JSON.stringify(await stage.states())}`);
    const until = Date.now() + patienceMs;
    for (;;) {
      while (((await stage.states())["pending"] ?? 0) > 0 && Date.now() < until) await pause(1000);
      const happened = await stage.ask<Happened>("happened");
      const rows = await stage.rows();
      const ledger = ledgerOf({ told, sent, rows, happened, leaseMs: PUSH_LEASE_MS });
      // What only the queue has is stored when D1 is back.
      if (hasAllEnded(ledger) || Date.now() >= until) {
        await showLogs(ledger, stage, options);
        return ledger;
      }
      await pause(2000);
    }
  } finally {
    await stage.close();
  }
}
