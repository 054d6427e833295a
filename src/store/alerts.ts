// What the cron looks at to alert, what was told of it, and what other steps saw. Bounded: some thousands of rows at most.
import { COUNTED_AT_MOST, type Condition, type ConditionName, type Told } from "../rules/conditions.ts";
import { isState } from "./insert.ts";

export type Sighting = "stray-messages" | "archive-behind" | "near-full";

const OVERDUE_MS = 5 * 60 * 1000;
/** Seen no longer ago than this, it is still so: a message that is left comes again every 5 min. */
const SEEN_MS = 10 * 60 * 1000;
const SEEN_AGAIN_MS = 60 * 1000;

const KNEW_TOKEN = "knew_token = 1 AND reason = 'address'";
/** Only of what an address can be made of: locally a caller may say anything. */
const LAST_ADDRESS = `(SELECT address FROM quarantine
  WHERE ${KNEW_TOKEN} AND address NOT GLOB '*[^0-9a-fA-F:.]*' ORDER BY received_at DESC LIMIT 1)`;
/** Tables that other steps need: without them D1 is not migrated. */
const NEEDED = ["prune_cursor", "rollup_cursor", "rollups", "replays", "audit"];

/** One SELECT of count, since and detail for each condition. */
const OBSERVED: Readonly<Partial<Record<ConditionName, (now: number) => string>>> = {
  dead: () => ofState("dead"),
  held: () => ofState("held"),
  overdue: (now) => `
    SELECT count(*) AS count, min(next_attempt_at) AS since, NULL AS detail FROM (
      SELECT next_attempt_at FROM notifications INDEXED BY due
      WHERE state = 'pending' AND next_attempt_at <= ${now - OVERDUE_MS} AND confirm IS NOT 'asking'
        AND (lease_until IS NULL OR lease_until <= ${now - OVERDUE_MS})
      ORDER BY next_attempt_at LIMIT ${COUNTED_AT_MOST})`,
  "stale-url": () => ofQuarantine("reason = 'token'"),
  "token-known": () => ofQuarantine(KNEW_TOKEN, LAST_ADDRESS),
  quarantined: () => ofQuarantine(`reason <> 'token' AND NOT (${KNEW_TOKEN})`),
  unresolved: () => `
    SELECT count(*) AS count, min(announced_at) AS since, NULL AS detail FROM (
      SELECT announced_at FROM cancellations WHERE state = 'unresolved' ORDER BY announced_at LIMIT ${COUNTED_AT_MOST})`,
  "stray-messages": (now) => ofSighting("stray-messages", now),
  "archive-behind": (now) => ofSighting("archive-behind", now),
  "near-full": (now) => ofSighting("near-full", now),
};

function ofSighting(name: Sighting, now: number): string {
  return `SELECT count(*) AS count, min(first_at) AS since, NULL AS detail FROM sightings
    WHERE name = '${name}' AND last_at > ${now - SEEN_MS}`;
}

function ofState(state: "dead" | "held"): string {
  return `SELECT count(*) AS count, min(received_at) AS since, NULL AS detail FROM (
    SELECT received_at FROM notifications WHERE ${isState(state)} ORDER BY seq LIMIT ${COUNTED_AT_MOST})`;
}

function ofQuarantine(where: string, detail: string = "NULL"): string {
  return `SELECT count(*) AS count, min(received_at) AS since, ${detail} AS detail FROM quarantine WHERE ${where}`;
}

/** What is so now, and what was told before. One round trip. @throws where D1 is away or a migration is missing */
export async function observe(db: D1Database, now: number): Promise<{ conditions: Condition[]; told: Told[] }> {
  const names = Object.keys(OBSERVED) as ConditionName[];
  const [told, ...observed] = await db.batch([
    db.prepare("SELECT name, count, detail, told_at AS toldAt FROM alerts"),
    ...names.map((name) => db.prepare(OBSERVED[name]?.(now) ?? "SELECT 0 AS count")),
    ...NEEDED.map((table) => db.prepare(`SELECT 1 FROM ${table} LIMIT 0`)),
  ]);
  const conditions = names.map((name, index) => ({
    ...(observed[index]?.results[0] as Omit<Condition, "name">),
    name,
  }));
  return { conditions: conditions.filter(({ count }) => count > 0), told: (told?.results ?? []) as Told[] };
}

/** Remembers what is told now, and forgets the rest. */
export async function rememberTold(db: D1Database, told: readonly Told[]): Promise<void> {
  await db.batch([
    db
      .prepare("DELETE FROM alerts WHERE name NOT IN (SELECT value ->> 'name' FROM json_each(?1))")
      .bind(JSON.stringify(told)),
    db
      .prepare(
        `INSERT INTO alerts (name, count, detail, told_at)
         SELECT value ->> 'name', value ->> 'count', value ->> 'detail', value ->> 'toldAt' FROM json_each(?1) WHERE true
         ON CONFLICT (name) DO UPDATE SET count = excluded.count, detail = excluded.detail, told_at = excluded.told_at`,
      )
      .bind(JSON.stringify(told)),
  ]);
}

/** Notes that something was seen that no row tells. It writes once a minute at most, however often it is seen. */
export async function noteSighting(db: D1Database, name: Sighting, now: number): Promise<void> {
  await db
    .prepare(
      `INSERT INTO sightings (name, first_at, last_at) VALUES (?1, ?2, ?2)
       ON CONFLICT (name) DO UPDATE SET first_at = iif(last_at <= ?2 - ${SEEN_MS}, ?2, first_at), last_at = ?2
       WHERE last_at <= ?2 - ${SEEN_AGAIN_MS}`,
    )
    .bind(name, now)
    .run();
}
