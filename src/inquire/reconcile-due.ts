// The cron's queries about announced events whose notification never came. It also looks for late successes, and
// prunes. Bounded.
import { nextAskAt } from "../rules/ask-schedule.ts";
import type { Config } from "../config.ts";
import { log, reasonOf } from "../log.ts";
import { type AnnouncedRow, pruneAnnounced } from "../store/announced.ts";
import { lookAtLate } from "../store/arrivals.ts";
import { type AskLease, untakeAnnounced, takeDueAnnounced } from "../store/inquiry.ts";
import { REGISTERS, type Register } from "../store/register.ts";
import { DAY_MS } from "../time.ts";
import { type DueSource, askDue } from "./ask-page.ts";
import { type ReconcileResources, reconcileOne } from "./reconcile-one.ts";

/** Per register and run. */
const LATE = 200;
const PRUNED = 500;

/** One run. Throws nothing: the next minute tries again. */
export async function reconcileDue(config: Config, db: D1Database, deliveries: Queue): Promise<void> {
  const { delivering } = config;
  if (delivering === null) return;
  try {
    const resources = { config, delivering, db, deliveries };
    const { asked, settled } = await askDue(REGISTERS.map((register) => dueReconciliations(register, resources)));
    if (asked + settled > 0) log("reconcile.ran", { asked, settled });
    const now = Date.now();
    await db.batch([
      ...REGISTERS.map((register) => lookAtLate(db, register, now, LATE)),
      ...REGISTERS.map((register) => pruneAnnounced(db, register, now - delivering.retentionDays * DAY_MS, PRUNED)),
    ]);
  } catch (error) {
    log("reconcile.failed", { error: reasonOf(error) });
  }
}

function dueReconciliations(register: Register, resources: ReconcileResources): DueSource<AnnouncedRow> {
  const { db } = resources;
  return {
    async take(lease, limit) {
      const taken = await takeDueAnnounced(db, register, lease, limit);
      return { rows: taken.filter(({ state }) => state === "expected"), taken: taken.length };
    },
    ask: (row, lease) => askOne(row, register, lease, resources),
    untake: (rows, lease) =>
      untakeAnnounced(
        db,
        register,
        rows.map(({ id }) => id),
        lease.until,
      ),
  };
}

/** A row whose query fails stays taken until its lease ends, and is then asked about again. */
async function askOne(
  row: AnnouncedRow,
  register: Register,
  lease: AskLease,
  resources: ReconcileResources,
): Promise<void> {
  try {
    await reconcileOne(row, register, lease, nextAskAt(row, lease.now), resources);
  } catch (error) {
    log(`${register.one}.not-settled`, { [register.announcedBy]: row.id, error: reasonOf(error) });
  }
}
