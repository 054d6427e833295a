// What the cron looks at to alert, what was told of it, and what other steps saw. Bounded: some thousands of rows at most.
import { KICC_NETWORKS } from "../kinds/kicc.ts";
import { ALERT_COUNTS_AT_MOST, type Condition, type ConditionName, type ToldCondition } from "../rules/conditions.ts";
import { OVERDUE_MS } from "./due-window.ts";
import { type Heartbeat, type UntoldAbsence, absencesStatement, heartbeatStatement } from "./heartbeat.ts";
import { isState } from "./insert.ts";
import { REGISTERS } from "./register.ts";
import { putStatement } from "./outbox.ts";

export type Sighting = "stray-messages" | "archive-behind" | "near-full" | "wrong-door";

/** Seen no longer ago than this, it is still so: a message that is left comes again every 5 min. */
const SEEN_MS = 10 * 60 * 1000;
const SEEN_AGAIN_MS = 60 * 1000;

/** SQLite knows no networks: a /24 is the beginning of an address, and a /23 is two of them. */
const IN_KICCS_NETWORKS = KICC_NETWORKS.flatMap(beginningsOf)
  .map((beginning) => `address GLOB '${beginning}.*'`)
  .join(" OR ");

function beginningsOf(network: (typeof KICC_NETWORKS)[number]): string[] {
  const [address = "", bits] = network.split("/");
  const [a, b, c] = address.split(".");
  const beginning = `${a}.${b}.${c}`;
  return bits === "23" ? [beginning, `${a}.${b}.${Number(c) + 1}`] : [beginning];
}

const NEW_ADDRESS = `reason = 'address' AND (${IN_KICCS_NETWORKS})`;

/** Tables that other steps need: without them D1 is not migrated. */
const NEEDED = ["prune_cursor", "rollup_cursor", "rollups", "replays", "audit"];

const NOTHING = "NULL AS id, NULL AS orderNo";

/** One SELECT of count, since and detail for each condition but the quarantine's, with the oldest one's id and order. */
const OBSERVED: Readonly<Partial<Record<ConditionName, (now: number) => string>>> = {
  dead: () => ofState("dead"),
  held: () => ofState("held"),
  overdue,
  unresolved,
  "stray-messages": (now) => ofSighting("stray-messages", now),
  "archive-behind": (now) => ofSighting("archive-behind", now),
  "near-full": (now) => ofSighting("near-full", now),
  "wrong-door": (now) => ofSighting("wrong-door", now),
};

/** Of both registers; `detail` names the one of the oldest, which `id` is in. */
function unresolved(): string {
  const each = REGISTERS.map(
    ({ table, key }) => `SELECT * FROM (
      SELECT announced_at, ${key} AS id, shop_order_no AS orderNo, '${table}' AS register FROM ${table}
      WHERE state = 'unresolved' ORDER BY announced_at LIMIT ${ALERT_COUNTS_AT_MOST})`,
  );
  return `
    SELECT count(*) AS count, min(announced_at) AS since, register AS detail, id, orderNo
    FROM (${each.join(" UNION ALL ")})`;
}

/**
 * Due for 5 min and not under way; or waiting for KICC's word for 5 min, whose due time moves with each query. Of both
 * the 1,000 that are due first are looked at, so that a backlog is not read whole each minute.
 */
function overdue(now: number): string {
  return `
    SELECT count(*) AS count, min(at) AS since, NULL AS detail, id, orderNo FROM (
      SELECT next_attempt_at AS at, id, shop_order_no AS orderNo FROM (
        SELECT next_attempt_at, lease_until, confirm, id, shop_order_no FROM notifications INDEXED BY due
        WHERE state = 'pending' AND next_attempt_at <= ${now - OVERDUE_MS}
        ORDER BY next_attempt_at LIMIT ${ALERT_COUNTS_AT_MOST})
      WHERE confirm IS NOT 'asking' AND (lease_until IS NULL OR lease_until <= ${now - OVERDUE_MS})
      UNION ALL
      SELECT received_at AS at, id, shop_order_no AS orderNo FROM (
        SELECT received_at, confirm, id, shop_order_no FROM notifications INDEXED BY due
        WHERE state = 'pending' ORDER BY next_attempt_at LIMIT ${ALERT_COUNTS_AT_MOST})
      WHERE confirm = 'asking' AND received_at < ${now - OVERDUE_MS})`;
}

function ofSighting(name: Sighting, now: number): string {
  return `SELECT count(*) AS count, min(first_at) AS since, NULL AS detail, ${NOTHING} FROM sightings
    WHERE name = '${name}' AND last_at > ${now - SEEN_MS}`;
}

function ofState(state: "dead" | "held"): string {
  return `SELECT count(*) AS count, min(received_at) AS since, NULL AS detail, id, orderNo FROM (
    SELECT received_at, id, shop_order_no AS orderNo FROM notifications
    WHERE ${isState(state)} ORDER BY seq LIMIT ${ALERT_COUNTS_AT_MOST})`;
}

/**
 * Every condition of the quarantine by one reading of it. Of an address only what one can be made of is told: locally a
 * caller may say anything.
 */
const QUARANTINE = `
  SELECT name, count(*) AS count, min(received_at) AS since, substr(max(iif(
      name IN ('new-address', 'token-known') AND address NOT GLOB '*[^0-9a-fA-F:.]*',
      printf('%015d', received_at) || address, NULL)), 16) AS detail, ${NOTHING}
  FROM (
    SELECT received_at, address, CASE WHEN reason = 'token' THEN 'stale-url' WHEN reason = 'path' THEN 'no-door'
      WHEN ${NEW_ADDRESS} THEN 'new-address' WHEN knew_token = 1 AND reason = 'address' THEN 'token-known'
      ELSE 'quarantined' END AS name
    FROM quarantine)
  GROUP BY name`;

/** What is so now, what was told before, what the cron noted of itself. */
interface Seen {
  readonly conditions: Condition[];
  readonly told: ToldCondition[];
  readonly heartbeat: Heartbeat | null;
  readonly absences: UntoldAbsence[];
  readonly unsent: boolean;
}

/** One round trip. @throws where D1 is away or a migration is missing */
export async function observe(db: D1Database, now: number): Promise<Seen> {
  const names = Object.keys(OBSERVED) as ConditionName[];
  const [told, heartbeat, absences, unsent, quarantine, ...observed] = await db.batch([
    db.prepare("SELECT name, count, detail, told_at AS toldAt FROM alerts"),
    heartbeatStatement(db),
    absencesStatement(db),
    db.prepare("SELECT 1 FROM alert_outbox LIMIT 1"),
    db.prepare(QUARANTINE),
    ...names.map((name) => db.prepare(OBSERVED[name]?.(now) ?? "SELECT 0 AS count")),
    ...NEEDED.map((table) => db.prepare(`SELECT 1 FROM ${table} LIMIT 0`)),
  ]);
  const conditions = names.map((name, index) => ({
    ...(observed[index]?.results[0] as Omit<Condition, "name">),
    name,
  }));
  const ofQuarantine = (quarantine?.results ?? []) as Condition[];
  return {
    conditions: [...conditions, ...ofQuarantine].filter(({ count }) => count > 0),
    told: (told?.results ?? []) as ToldCondition[],
    heartbeat: (heartbeat?.results[0] ?? null) as Heartbeat | null,
    absences: (absences?.results ?? []) as UntoldAbsence[],
    unsent: (unsent?.results ?? []).length > 0,
  };
}

/** What a run tells. */
interface RunReport {
  readonly told: readonly ToldCondition[];
  readonly absences: readonly UntoldAbsence[];
  /** null where nothing new is told, as when a count has only sunk. */
  readonly alert: { readonly subject: string; readonly text: string } | null;
}

/**
 * Remembers what is told now, forgets the rest, and puts the alert into the outbox of each channel. In one transaction,
 * and nothing where another run told since `toldRun` was read.
 */
export async function record(
  db: D1Database,
  toldRun: number,
  { told, absences, alert }: RunReport,
  channels: readonly { readonly key: string; readonly host: string }[],
  now: number,
): Promise<void> {
  const mine = `coalesce((SELECT told_run FROM heartbeat), 0) = ${toldRun}`;
  const rows = JSON.stringify(told);
  await db.batch([
    db
      .prepare(`DELETE FROM alerts WHERE name NOT IN (SELECT value ->> 'name' FROM json_each(?1)) AND ${mine}`)
      .bind(rows),
    db
      .prepare(
        `INSERT INTO alerts (name, count, detail, told_at)
         SELECT value ->> 'name', value ->> 'count', value ->> 'detail', value ->> 'toldAt' FROM json_each(?1)
         WHERE ${mine}
         ON CONFLICT (name) DO UPDATE SET count = excluded.count, detail = excluded.detail, told_at = excluded.told_at`,
      )
      .bind(rows),
    db
      .prepare(`UPDATE absences SET told_at = ?2 WHERE id IN (SELECT value FROM json_each(?1)) AND ${mine}`)
      .bind(JSON.stringify(absences.map(({ id }) => id)), now),
    ...(alert === null ? [] : [putStatement(db, channels, { ...alert, raisedAt: now }, mine)]),
    db.prepare("UPDATE heartbeat SET told_run = told_run + 1 WHERE told_run = ?").bind(toldRun),
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
