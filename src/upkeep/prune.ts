// Deletes old rows that are not notifications: hours that no plot shows, and strangers' sendings in the quarantine.
import { log } from "../log.ts";
import { pruneStrangers } from "../store/quarantine.ts";
import { pruneHours } from "../store/rollup-reads.ts";
import { DAY_MS } from "../time.ts";

const HOURS_KEPT_MS = 90 * DAY_MS;
const STRANGERS_KEPT_MS = 30 * DAY_MS;

export async function pruneOld(db: D1Database, now: number): Promise<void> {
  const hours = await pruneHours(db, now - HOURS_KEPT_MS);
  const strangers = await pruneStrangers(db, now - STRANGERS_KEPT_MS);
  if (hours + strangers > 0) log("prune.deleted", { hours, strangers });
}
