// The cron's work on what the merchant announced: asks KICC about those whose notification never came, and looks for late ones. Bounded.
import { nextAskAt } from "../rules/ask-schedule.ts";
import type { Config } from "../config.ts";
import { log, reasonOf } from "../log.ts";
import { type AnnouncedRow, pruneAnnounced } from "../store/announced.ts";
import { lookAtLate } from "../store/arrivals.ts";
import { type Taking, putBack, takeDue } from "../store/inquiry.ts";
import { REGISTERS, type Register } from "../store/register.ts";
import { type Source, askDue } from "./due.ts";
import { type Reconciling, askAbout } from "./reconciling.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Of each register in one run. */
const LATE = 200;
const PRUNED = 500;

/** One run. Throws nothing; the next minute tries again. */
export async function reconcile(config: Config, db: D1Database, deliveries: Queue): Promise<void> {
  const { delivering } = config;
  if (delivering === null) return;
  try {
    const reconciling = { config, delivering, db, deliveries };
    const { asked, settled } = await askDue(REGISTERS.map((register) => dueOf(register, reconciling)));
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

function dueOf(register: Register, reconciling: Reconciling): Source<AnnouncedRow> {
  const { db } = reconciling;
  return {
    async take(taking, limit) {
      const taken = await takeDue(db, register, taking, limit);
      return { rows: taken.filter(({ state }) => state === "expected"), taken: taken.length };
    },
    ask: (row, taking) => askOne(row, register, taking, reconciling),
    putBack: (rows, taking) =>
      putBack(
        db,
        register,
        rows.map(({ id }) => id),
        taking.until,
      ),
  };
}

/** What fails here alone stays taken for a while, and is asked about again. */
async function askOne(row: AnnouncedRow, register: Register, taking: Taking, reconciling: Reconciling): Promise<void> {
  try {
    await askAbout(row, register, taking, nextAskAt(row, taking.now), reconciling);
  } catch (error) {
    log(`${register.one}.not-settled`, { [register.announcedBy]: row.id, error: reasonOf(error) });
  }
}
