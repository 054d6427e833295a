// The cron's work on successes that wait for KICC's confirmation (CONFIRM): asks about those that are due, bounded in number and time.
import type { Config, Delivering } from "../config.ts";
import { type Confirming, confirmOne } from "./confirming.ts";
import { inLanes } from "../pool.ts";
import { log, reasonOf } from "../log.ts";
import { putBackUnconfirmed, takeUnconfirmed } from "../store/confirmations.ts";

/** An invocation has 6 connections, D1's among them; a lane has one open at a time. */
const LANES = 6;
const PAGE = 50;
const PAGES = 2;
// Nothing is begun after this; the last answers come half a minute later.
const BEGIN_WITHIN_MS = 25_000;
// The whole run and some more, since a page is taken before its last one is asked about.
const TAKEN_MS = 120_000;

/**
 * One run. It does its work with CONFIRM off as well: those stored while it was on still wait. Throws nothing.
 */
export async function confirmDue(config: Config, db: D1Database, deliveries: Queue): Promise<void> {
  if (config.delivering === null) return;
  try {
    await askInPages(config.delivering, { db, deliveries });
  } catch (error) {
    log("confirmation.failed", { error: reasonOf(error) });
  }
}

async function askInPages(delivering: Delivering, confirming: Confirming): Promise<void> {
  const { db } = confirming;
  const deadline = Date.now() + BEGIN_WITHIN_MS;
  for (let page = 0; page < PAGES && Date.now() < deadline; page++) {
    const now = Date.now();
    const taking = { now, until: now + TAKEN_MS };
    const rows = await takeUnconfirmed(db, taking, PAGE);
    const left = await inLanes(rows, LANES, deadline, (row) => confirmOne(row, delivering, confirming));
    const ids = left.map(({ id }) => id);
    if (ids.length > 0) await putBackUnconfirmed(db, ids, taking);
    if (rows.length < PAGE) return;
  }
}
