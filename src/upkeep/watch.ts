// The cron's eye: what has become so, has grown or is over since a person was told. One message per change, tried until it is sent.
import { sendAlert } from "../outbound/alert.ts";
import { type Condition, type ConditionName, type Told, newsOf } from "../rules/conditions.ts";
import type { Config } from "../config.ts";
import { log, reasonOf } from "../log.ts";
import { observe, rememberTold } from "../store/alerts.ts";
import { before } from "../deadline.ts";
import { retryTransient } from "../store/transient.ts";

// D1 fails for a moment now and then: what it is given until it counts as away.
const OBSERVE_WITHIN_MS = 10_000;
const D1_AGAIN_MS = 30 * 60 * 1000;

/** What this isolate told of D1, which could not remember it. Another isolate may tell it once more. */
let d1: { readonly since: number; readonly toldAt: number } | null = null;
/** What was told and D1 would not write down, as when it only reads. */
let unwritten: readonly Told[] | null = null;

/** One run. A message that cannot be sent changes nothing: the next minute tries again. */
export async function watch(config: Config, db: D1Database, now: number): Promise<void> {
  const seen = await look(db, now);
  if ("error" in seen) {
    await tellOfD1(config, seen.error, now);
    return;
  }
  const known = unwritten ?? seen.told;
  const conditions = [...settingsOf(config, now), ...seen.conditions];
  const { lines, told } = newsOf(conditions, d1 === null ? known : [...known, toldOf("d1", d1.toldAt)], now);
  if (lines.length > 0 && !(await tell(config, lines))) return;
  d1 = null;
  if (unwritten === null && isSame(told, seen.told)) return;
  unwritten = told;
  await rememberTold(db, told);
  unwritten = null;
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

/** Sent without D1, and so remembered by this isolate alone. */
async function tellOfD1(config: Config, error: string, now: number): Promise<void> {
  if (d1 !== null && now - d1.toldAt < D1_AGAIN_MS) return;
  const since = d1?.since ?? now;
  const detail = /no such (table|column)/.test(error) ? `not migrated: ${error}` : error;
  const { lines } = newsOf([{ name: "d1", count: 1, since, detail }], [], now);
  if (await tell(config, lines)) d1 = { since, toldAt: now };
}

/** Since when is not known: since it was told first. */
function settingsOf({ problems }: Config, now: number): Condition[] {
  if (problems.length === 0) return [];
  const detail = problems.map(({ setting, message }) => `${setting} ${message}`).join("; ");
  return [{ name: "settings", count: problems.length, since: now, detail }];
}

async function tell({ operating }: Config, lines: readonly string[]): Promise<boolean> {
  return sendAlert(operating.alertUrl, `KICC edge receiver (${operating.environment})\n${lines.join("\n")}`);
}

function toldOf(name: ConditionName, toldAt: number): Told {
  return { name, count: 1, detail: null, toldAt };
}

function isSame(told: readonly Told[], known: readonly Told[]): boolean {
  return written(told) === written(known);
}

function written(told: readonly Told[]): string {
  const rows = told.map(({ name, count, detail, toldAt }) => JSON.stringify([name, count, detail, toldAt]));
  return rows.toSorted((a, b) => a.localeCompare(b)).join();
}
