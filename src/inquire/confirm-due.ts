// The cron's queries about successes that wait for KICC's confirmation (CONFIRM).
import type { Config, Delivering } from "../config.ts";
import { log, reasonOf } from "../log.ts";
import { type AskingRow, untakeUnconfirmed, takeDueUnconfirmed } from "../store/confirmations.ts";
import { type ConfirmResources, confirmOne } from "./confirm-one.ts";
import { type DueSource, askDue } from "./ask-page.ts";

/** One run. It also runs with CONFIRM off: successes that were stored while it was on still wait. Throws nothing. */
export async function confirmDue(config: Config, db: D1Database, deliveries: Queue): Promise<void> {
  if (config.delivering === null) return;
  try {
    await askDue([dueConfirmations(config.delivering, { db, deliveries })]);
  } catch (error) {
    log("confirmation.failed", { error: reasonOf(error) });
  }
}

function dueConfirmations(delivering: Delivering, resources: ConfirmResources): DueSource<AskingRow> {
  const { db } = resources;
  return {
    async take(lease, limit) {
      const rows = await takeDueUnconfirmed(db, lease, limit);
      return { rows, taken: rows.length };
    },
    ask: (row) => confirmOne(row, delivering, resources),
    untake: (rows, lease) =>
      untakeUnconfirmed(
        db,
        rows.map(({ id }) => id),
        lease,
      ),
  };
}
