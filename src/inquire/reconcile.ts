// The cron's work on announced cancellations: asks KICC about those whose notification never came, bounded in number and time.
import { nextAskAt } from "../rules/ask-schedule.ts";
import type { Config } from "../config.ts";
import { inLanes } from "../pool.ts";
import { log, reasonOf } from "../log.ts";
import { type Reconciling, askAbout } from "./reconciling.ts";
import { type Taking, putBack, takeDue } from "../store/inquiry.ts";
import { type CancellationRow, pruneCancellations } from "../store/cancellations.ts";
import { lookAtLate } from "../store/arrivals.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** An invocation has 6 connections, D1's among them; a lane has one open at a time. */
const LANES = 6;
/**
 * Bounds of one run. D1 takes 1,000 queries from an invocation and one answer costs five of them at most, which with
 * the sweep and the confirmations leaves this many. 1,000 due at once are asked about in ten runs, so in ten minutes,
 * as long as KICC answers within 1.5 s; 15 min are allowed.
 */
const PAGE = 50;
const ASKED = 100;
const PAGES = 20;
const LATE = 200;
const PRUNED = 500;
// Nothing is begun after this; the last answers come half a minute later.
const BEGIN_WITHIN_MS = 25_000;
// The whole run and some more, since a page is taken before its last one is asked about.
const TAKEN_MS = 120_000;

/** One run. Throws nothing; the next minute tries again. */
export async function reconcile(config: Config, db: D1Database, deliveries: Queue): Promise<void> {
  const { delivering } = config;
  if (delivering === null) return;
  try {
    await askInPages({ config, delivering, db, deliveries });
    await lookAtLate(db, Date.now(), LATE);
    await pruneCancellations(db, Date.now() - delivering.retentionDays * DAY_MS, PRUNED);
  } catch (error) {
    log("reconcile.failed", { error: reasonOf(error) });
  }
}

async function askInPages(reconciling: Reconciling): Promise<void> {
  const deadline = Date.now() + BEGIN_WITHIN_MS;
  let asked = 0;
  let settled = 0;
  for (let page = 0; page < PAGES && asked < ASKED && Date.now() < deadline; page++) {
    const now = Date.now();
    const taking = { now, until: now + TAKEN_MS };
    const rows = await takeDue(reconciling.db, taking, PAGE);
    const expected = rows.filter(({ state }) => state === "expected");
    const left = await inLanes(expected, LANES, deadline, (row) => askOne(row, taking, reconciling));
    const ids = left.map(({ cancelPgCno }) => cancelPgCno);
    if (ids.length > 0) await putBack(reconciling.db, ids, taking.until);
    asked += expected.length - left.length;
    settled += rows.length - expected.length;
    if (rows.length < PAGE) break;
  }
  if (asked + settled > 0) log("reconcile.ran", { asked, settled });
}

/** What fails here alone stays taken for a while, and is asked about again. */
async function askOne(row: CancellationRow, taking: Taking, reconciling: Reconciling): Promise<void> {
  try {
    await askAbout(row, taking, nextAskAt(row, taking.now), reconciling);
  } catch (error) {
    log("cancellation.not-settled", { cancelPgCno: row.cancelPgCno, error: reasonOf(error) });
  }
}
