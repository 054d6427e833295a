// Once a day from 09:00 KST on: tells counts and sums by kind of the day before, from the hourly rollups, and what
// waits.
import { channelsOf } from "../outbound/alert-channel.ts";
import { ALERT_WORDS } from "../rules/alert-words.ts";
import { readSums } from "../rules/sums.ts";
import type { Config } from "../config.ts";
import { log } from "../log.ts";
import { observe } from "../store/alert-conditions.ts";
import { putDaily, readDay } from "../store/daily.ts";
import { lastDaily } from "../store/heartbeat.ts";
import { DAY_MS, HOUR_MS, KST_MS, kstDay } from "../time.ts";
import { sendAlerts } from "./send-alerts.ts";

const TOLD_FROM_MS = 9 * HOUR_MS;

/** One run. If no run came at 09:00, the next run of that day tells it. */
export async function tellDaily({ operating }: Config, db: D1Database, now: number): Promise<void> {
  const sinceMidnight = (now + KST_MS) % DAY_MS;
  if (!operating.alerts.daily || sinceMidnight < TOLD_FROM_MS) return;
  const to = now - sinceMidnight;
  const from = to - DAY_MS;
  const day = kstDay(from);
  const last = await lastDaily(db);
  if (last === null || (last.day ?? "") >= day) return;
  const sums = readSums(await readDay(db, from, to));
  const { conditions } = await observe(db, now);
  const words = ALERT_WORDS[operating.alerts.language];
  const subject = `${words.subject} (${operating.environment})`;
  const link = last.console === null ? [] : [`${last.console}/console`];
  const text = [subject, ...words.daily(day, sums, conditions), ...link].join("\n");
  await putDaily(db, day, channelsOf(operating.alerts), { subject, text, raisedAt: now });
  log("alert.daily", { day });
  await sendAlerts(operating.alerts, db, last.console, now);
}
