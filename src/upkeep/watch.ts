// The cron's alerts: which conditions are new, have grown or are over since the last alert. One message per change,
// stored until it is sent.
import { channelsOf } from "../outbound/alert-channel.ts";
import { ALERT_WORDS, consolePathOf } from "../rules/alert-words.ts";
import { ALERT_AGAIN_MS, type Condition, type News, type ToldCondition, newsOf } from "../rules/conditions.ts";
import type { Config } from "../config.ts";
import { log, reasonOf } from "../log.ts";
import { observe, record } from "../store/alert-conditions.ts";
import type { UntoldAbsence } from "../store/heartbeat.ts";
import { before } from "../deadline.ts";
import { retryTransient } from "../store/transient.ts";
import { MINUTE_MS } from "../time.ts";
import { sendAlerts } from "./send-alerts.ts";

// D1 fails for a moment now and then. It counts as down after this.
const OBSERVE_WITHIN_MS = 10_000;
/** This run has written the heartbeat before, if D1 takes writes. If the heartbeat is this old, D1 takes none. */
const NOT_WRITTEN_MS = 150_000;
const BLIND_EVERY_MINUTES = 5;

/** When this isolate alerted that D1 is down: D1 could not record it. Another isolate may alert it once more. */
let d1Told: { readonly name: "d1" | "d1-writes"; readonly at: number } | null = null;

/** One run. What it alerts is recorded first and then sent. If it dies in between, the next run sends it. */
export async function watch(config: Config, db: D1Database, now: number): Promise<void> {
  const seen = await look(db, now);
  if ("error" in seen) {
    const detail = /no such (table|column)/.test(seen.error) ? `not migrated: ${seen.error}` : seen.error;
    await tellBlindly("d1", config, [{ name: "d1", count: 1, since: now, detail }], null, now);
    return;
  }
  const { heartbeat, absences } = seen;
  const conditions = [...settingsOf(config, now), ...seen.conditions];
  if (heartbeat !== null && now - heartbeat.at >= NOT_WRITTEN_MS) {
    const writes: Condition = { name: "d1-writes", count: 1, since: heartbeat.at, detail: null };
    const { now: news } = newsOf([writes, ...conditions], seen.told, now);
    await tellBlindly("d1-writes", config, news, heartbeat.console, now);
    return;
  }
  const known: ToldCondition[] =
    d1Told === null ? seen.told : [...seen.told, { name: d1Told.name, count: 1, detail: null, toldAt: d1Told.at }];
  const news = newsOf(conditions, known, now);
  const text = textOf(config, news, absences, heartbeat?.console ?? null);
  const isNew = text !== null || !isSame(news.told, seen.told);
  if (isNew) await tell(config, db, heartbeat?.toldRun ?? 0, { told: news.told, absences, text }, now);
  d1Told = null;
  if (text !== null || seen.unsent) await sendAlerts(config.operating.alerts, db, heartbeat?.console ?? null, now);
}

async function look(db: D1Database, now: number): Promise<Awaited<ReturnType<typeof observe>> | { error: string }> {
  const deadline = Date.now() + OBSERVE_WITHIN_MS;
  try {
    return await before(
      deadline,
      "look",
      retryTransient(() => observe(db, now), deadline),
    );
  } catch (error) {
    log("watch.blind", { error: reasonOf(error) });
    return { error: reasonOf(error) };
  }
}

interface NewAlert {
  readonly told: readonly ToldCondition[];
  readonly absences: readonly UntoldAbsence[];
  readonly text: string | null;
}

async function tell(config: Config, db: D1Database, toldRun: number, report: NewAlert, now: number): Promise<void> {
  const { told, absences, text } = report;
  const alert = text === null ? null : { subject: subjectOf(config), text };
  await record(db, toldRun, { told, absences, alert }, channelsOf(config.operating.alerts), now);
  if (text !== null) log("alert.raised", { text });
}

/**
 * Alerts while D1 cannot record it. Only this isolate remembers the alert, for an hour. An isolate that remembers
 * nothing alerts only every fifth minute: this limits the alerts where each run has a new isolate.
 */
async function tellBlindly(
  name: "d1" | "d1-writes",
  config: Config,
  conditions: readonly Condition[],
  console: string | null,
  now: number,
): Promise<void> {
  const isDue =
    d1Told === null ? Math.floor(now / MINUTE_MS) % BLIND_EVERY_MINUTES === 0 : now - d1Told.at >= ALERT_AGAIN_MS;
  if (!isDue) return;
  const text = textOf(config, { now: conditions, over: [], allWell: false, told: [] }, [], console);
  if (text === null) return;
  log("alert.raised", { text });
  const channels = channelsOf(config.operating.alerts);
  const errors = await Promise.all(channels.map(({ send }) => send({ subject: subjectOf(config), text }, console)));
  if (channels.length === 0 || errors.includes(null)) d1Told = { name, at: now };
}

/** `since` is not known: it is when the alert was sent first. */
function settingsOf({ problems }: Config, now: number): Condition[] {
  if (problems.length === 0) return [];
  const detail = problems.map(({ setting, message }) => `${setting} ${message}`).join("; ");
  return [{ name: "settings", count: problems.length, since: now, detail }];
}

function subjectOf({ operating }: Config): string {
  return `${ALERT_WORDS[operating.alerts.language].subject} (${operating.environment})`;
}

/** Returns null where there is nothing to tell. Where the console's address is known, a link follows each line. */
function textOf(config: Config, news: News, absences: readonly UntoldAbsence[], console: string | null): string | null {
  const words = ALERT_WORDS[config.operating.alerts.language];
  const link = (path: string) => (console === null ? [] : [`${console}${path}`]);
  const lines = [
    ...news.now.flatMap((condition) => [words.describe(condition), ...link(consolePathOf(condition))]),
    ...absences.flatMap((absence) => [words.away(absence), ...link("/console")]),
    ...news.over.map((name) => words.over(name)),
    ...(news.allWell ? [words.allWell, ...link("/console")] : []),
  ];
  return lines.length === 0 ? null : [subjectOf(config), ...lines].join("\n");
}

function isSame(told: readonly ToldCondition[], known: readonly ToldCondition[]): boolean {
  return written(told) === written(known);
}

function written(told: readonly ToldCondition[]): string {
  const rows = told.map(({ name, count, detail, toldAt }) => JSON.stringify([name, count, detail, toldAt]));
  return rows.toSorted((a, b) => a.localeCompare(b)).join();
}
