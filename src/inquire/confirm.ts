// The cron's work on successes that wait for KICC's confirmation (CONFIRM): asks about those that are due.
import type { Config, Delivering } from "../config.ts";
import { log, reasonOf } from "../log.ts";
import { type AskingRow, putBackUnconfirmed, takeUnconfirmed } from "../store/confirmations.ts";
import { type Confirming, confirmOne } from "./confirming.ts";
import { type Source, askDue } from "./due.ts";

/**
 * One run. It does its work with CONFIRM off as well: those stored while it was on still wait. Throws nothing.
 */
export async function confirmDue(config: Config, db: D1Database, deliveries: Queue): Promise<void> {
  if (config.delivering === null) return;
  try {
    await askDue([waitingForConfirmation(config.delivering, { db, deliveries })]);
  } catch (error) {
    log("confirmation.failed", { error: reasonOf(error) });
  }
}

function waitingForConfirmation(delivering: Delivering, confirming: Confirming): Source<AskingRow> {
  const { db } = confirming;
  return {
    async take(taking, limit) {
      const rows = await takeUnconfirmed(db, taking, limit);
      return { rows, taken: rows.length };
    },
    ask: (row) => confirmOne(row, delivering, confirming),
    putBack: (rows, taking) =>
      putBackUnconfirmed(
        db,
        rows.map(({ id }) => id),
        taking,
      ),
  };
}
