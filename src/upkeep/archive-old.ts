// The cron's archiving: moves old notifications to R2 if there is a bucket. With or without a bucket it watches D1's
// size.
import { archiveOld } from "../archive/move.ts";
import type { Config } from "../config.ts";
import { log } from "../log.ts";
import { archiveBehind, hotDaysAt } from "../rules/capacity.ts";
import { noteSighting } from "../store/alert-conditions.ts";
import { oldestUnarchived, readCapacity } from "../store/size.ts";
import { kstDay } from "../time.ts";

export async function archiveAndWatchSize({ archiving }: Config, db: D1Database, now: number): Promise<void> {
  const capacity = await readCapacity(db, kstDay(now));
  if (capacity.level !== "room") {
    log("size.near", { bytes: capacity.bytes, daysUntilFull: capacity.daysUntilFull });
    await noteSighting(db, "near-full", now);
  }
  if (archiving === null) return;
  const hotDays = hotDaysAt(archiving.hotDays, capacity);
  await archiveOld({ ...archiving, hotDays }, db, now);
  if (archiveBehind(await oldestUnarchived(db, now), archiving.hotDays, now) !== null) {
    await noteSighting(db, "archive-behind", now);
  }
}
