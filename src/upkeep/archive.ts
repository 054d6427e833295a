// The cron's moving of old ones to R2, where there is a bucket.
import { archiveOld } from "../archive/move.ts";
import type { Config } from "../config.ts";

export async function archive({ archiving }: Config, db: D1Database, now: number): Promise<void> {
  if (archiving !== null) await archiveOld(archiving, db, now);
}
