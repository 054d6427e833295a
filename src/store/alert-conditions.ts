// Reads the conditions that hold now and what was alerted before; records what is alerted; notes what other steps saw.
// It reads some thousands of rows at most.
import { KICC_NETWORKS } from "../kinds/kicc-addresses.ts";
import { ALERT_COUNTS_AT_MOST, type Condition, type ConditionName, type ToldCondition } from "../rules/conditions.ts";
import { OVERDUE_MS } from "./due-window.ts";
import { type Heartbeat, type UntoldAbsence, absencesStatement, heartbeatStatement } from "./heartbeat.ts";
import { isState } from "./insert.ts";
import { REGISTERS } from "./register.ts";
import { putStatement } from "./alert-outbox.ts";

export type Sighting = "stray-messages" | "archive-behind" | "near-full" | "wrong-door";

/** A sighting counts this long. A stray message comes again every 5 min, so it is seen in time. */
const SEEN_MS = 10 * 60 * 1000;
const SEEN_AGAIN_MS = 60 * 1000;

/** SQLite cannot match networks. A /24 is a prefix of the address; a /23 is two prefixes. */
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

/** Tables that other steps need. Reading them fails where D1 is not migrated. */
const NEEDED = ["prune_cursor", "rollup_cursor", "rollups", "replays", "audit"];

const NOTHING = "NULL AS id, NULL AS orderNo";

/**
 * For each condition but the quarantine's, one SELECT of count, since, detail, and id and order number of the oldest
 * row.
 */
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

/** Of both registers. `detail` names the register of the oldest one, whose id is `id`. */
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
 * Rows that are due for 5 min and have no open attempt; and rows that wait for KICC's confirmation for 5 min, counted
 * from their receipt, because their due time moves with each query. Only the first 1,000 due rows of each are read, so
 * that a backlog is not read in full each minute.
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

/** The count reads the index alone. `seq` is in the order of receipt, so only the first row itself is read. */
function ofState(state: "dead" | "held"): string {
  const rows = (columns: string, limit: number) =>
    `SELECT ${columns} FROM notifications WHERE ${isState(state)} ORDER BY seq LIMIT ${limit}`;
  return `SELECT counted.count, oldest.since, NULL AS detail, oldest.id, oldest.orderNo
    FROM (SELECT count(*) AS count FROM (${rows("1", ALERT_COUNTS_AT_MOST)})) AS counted
    LEFT JOIN (${rows("received_at AS since, id, shop_order_no AS orderNo", 1)}) AS oldest`;
}

/**
 * Reads the quarantine once for all its conditions. Only text that can be an address is told as one: locally a caller
 * may send anything as its address.
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

/** What holds now, what was alerted before, and the cron's own notes. */
interface Seen {
  readonly conditions: Condition[];
  readonly told: ToldCondition[];
  readonly heartbeat: Heartbeat | null;
  readonly absences: UntoldAbsence[];
  readonly unsent: boolean;
}

/** One round trip. @throws where D1 does not answer or a migration is missing */
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

/** One condition alone, as `observe` reads it; null where it does not hold. */
export async function observeOne(db: D1Database, name: "dead" | "held"): Promise<Condition | null> {
  const found = await db.prepare(ofState(name)).first<Omit<Condition, "name">>();
  return found === null || found.count === 0 ? null : { ...found, name };
}

/** What one run alerts. */
interface RunReport {
  readonly told: readonly ToldCondition[];
  readonly absences: readonly UntoldAbsence[];
  /** null where there is no news, for example when a count only fell. */
  readonly alert: { readonly subject: string; readonly text: string } | null;
}

/**
 * Records what is alerted now, deletes what no longer holds, and puts the alert into the outbox of each channel. One
 * transaction. It does nothing where another run recorded since `toldRun` was read.
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

/** Notes something that no row shows, for the cron to alert. It writes once a minute at most. */
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
