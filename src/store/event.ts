// Reads the stored notifications of an arriving notification's event; and whether its ids are known as ours. The number
// of rows read is bounded.
import type { Source } from "../rules/notification.ts";
import { BODY_COLUMNS, CONTENT_TYPE_SQL, type StoredBody } from "./stored-body.ts";
import type { EventKey, Guard, State } from "./insert.ts";
import type { Register } from "./register.ts";

/** A stored notification with everything that it is compared by. */
export interface EventRow extends StoredBody {
  readonly id: string;
  readonly state: State;
  readonly reason: string | null;
  readonly confirm: "asking" | "confirmed" | null;
  readonly receipt: string;
  readonly receivedAt: number;
  readonly source: Source;
  readonly reference: string | null;
  readonly mallId: string | null;
  readonly shopOrderNo: string | null;
  readonly pgCno: string | null;
  readonly currency: string | null;
  readonly amount: string | null;
  readonly contentType: string | null;
}

// Several events may share an order number. Only the newest rows are compared.
const COMPARED = 100;

/**
 * Which rows are read: those of the event, those with the reference if exactly one announced event has it, and those
 * with the ids.
 */
export interface EventLookup {
  readonly kind: string;
  readonly event: EventKey | null;
  readonly reference: string | null;
  /** The register in which the event is announced. */
  readonly table: Register["table"];
  readonly ids: readonly string[];
}

/** SQL: the `seq` of each row. @param lookup the parameter that holds the EventLookup as JSON */
function seqsOf({ event, reference, table }: EventLookup, lookup: string): string {
  const newest = (condition: string) =>
    `SELECT seq FROM (SELECT seq FROM notifications WHERE ${condition} AND kind = ${lookup} ->> '$.kind'
       ORDER BY seq DESC LIMIT ${COMPARED})`;
  return [
    `SELECT seq FROM notifications WHERE id IN (SELECT value FROM json_each(${lookup}, '$.ids'))`,
    ...(event === null ? [] : [newest(`${event.column} = ${lookup} ->> '$.event.value'`)]),
    ...(reference === null
      ? []
      : [
          newest(`reference = ${lookup} ->> '$.reference' AND (SELECT count(*) FROM (
            SELECT 1 FROM ${table} WHERE reference = ${lookup} ->> '$.reference' LIMIT 2)) = 1`),
        ]),
  ].join(" UNION ");
}

/** SQL: a text of everything that judging depends on, of all these rows. While it is the same, a judgement holds. */
function markOf(lookup: EventLookup, parameter: string): string {
  return `(SELECT group_concat(mark, ' ') FROM (
    SELECT id || (state = 'pending') || (state = 'held') || coalesce(reason, '') || coalesce(confirm, '') AS mark
    FROM notifications WHERE seq IN (${seqsOf(lookup, parameter)}) ORDER BY seq))`;
}

/** Reads the rows, oldest first, and a guard for the statement that writes after judging. One round trip. */
export async function readEvent(
  db: D1Database,
  lookup: EventLookup,
): Promise<{ readonly rows: readonly EventRow[]; readonly guard: Guard }> {
  const json = JSON.stringify(lookup);
  const [rows, mark] = await db.batch<EventRow & { readonly mark: string | null }>([
    db
      .prepare(
        `SELECT id, state, reason, confirm, receipt, received_at AS receivedAt, source, reference, mall_id AS mallId,
           shop_order_no AS shopOrderNo, pg_cno AS pgCno, currency, amount, ${CONTENT_TYPE_SQL} AS contentType, ${BODY_COLUMNS}
         FROM notifications WHERE seq IN (${seqsOf(lookup, "?1")}) ORDER BY seq`,
      )
      .bind(json),
    db.prepare(`SELECT ${markOf(lookup, "?1")} AS mark`).bind(json),
  ]);
  return {
    rows: rows?.results ?? [],
    guard: {
      sql: (parameter, before) => `${markOf(lookup, parameter)} IS ${before}`,
      values: [json, mark?.results[0]?.mark ?? null],
    },
  };
}

/**
 * Whether one of its ids was announced, or is stored with one of our mallIds. Rows held as foreign do not count. Of
 * each id only the newest rows are read.
 */
export async function isKnownAsOurs(
  db: D1Database,
  ids: Readonly<Record<"pgCno" | "cancelPgCno" | "shopOrderNo" | "reference", string | null>>,
  mallIds: readonly string[],
): Promise<boolean> {
  const columns = {
    pgCno: "pg_cno",
    cancelPgCno: "cancel_pg_cno",
    shopOrderNo: "shop_order_no",
    reference: "reference",
  };
  const names = (["pgCno", "cancelPgCno", "shopOrderNo", "reference"] as const).filter((name) => ids[name] !== null);
  if (names.length === 0) return false;
  const announced = names.flatMap((name) => [
    `EXISTS (SELECT 1 FROM cancellations WHERE ${columns[name]} = ?1 ->> '$.${name}')`,
    ...(name === "cancelPgCno" ? [] : [`EXISTS (SELECT 1 FROM approvals WHERE ${columns[name]} = ?1 ->> '$.${name}')`]),
  ]);
  const stored = names.map(
    (name) => `EXISTS (SELECT 1 FROM (SELECT mall_id, reason FROM notifications
      WHERE ${columns[name]} = ?1 ->> '$.${name}' ORDER BY seq DESC LIMIT ${COMPARED})
      WHERE mall_id IN (SELECT value FROM json_each(?2)) AND reason IS NOT 'foreign')`,
  );
  const row = await db
    .prepare(`SELECT ${[...announced, ...stored].join(" OR ")} AS known`)
    .bind(JSON.stringify(ids), JSON.stringify(mallIds))
    .first<{ known: 0 | 1 }>();
  return row?.known === 1;
}
