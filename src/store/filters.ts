// The filters of a list of notifications, as conditions of SQL. Every value is bound.
import type { Kind } from "../kinds/kind.ts";
import { KINDS } from "../kinds/registry.ts";
import { SUCCESS } from "../rules/notification.ts";
import { type State, seqAt } from "./insert.ts";

/** A filter that is missing or null filters nothing. */
export interface Filters {
  readonly state?: State | null;
  /** A kind such as `online.deposit`; or a product such as `online`, for all its kinds. */
  readonly kind?: string | null;
  readonly mallId?: string | null;
  readonly result?: "success" | "failure" | null;
  /** Only kinds whose success brings money ("in") or takes it back ("out"). */
  readonly flow?: Flow | null;
  /** The time of receipt, epoch ms, half-open. */
  readonly from?: number | null;
  readonly to?: number | null;
  /** Leaves out notifications whose number is on the list. */
  readonly unlisted?: Unlisted | null;
}

export type Flow = NonNullable<Kind["flow"]>;

/** SQL: the names of the kinds with this flow. */
export function kindsOf(flow: Flow): string {
  return KINDS.filter((kind) => kind.flow === flow)
    .map(({ name }) => `'${name}'`)
    .join(", ");
}

export const NUMBERS = { cancelPgCno: "cancel_pg_cno", pgCno: "pg_cno", shopOrderNo: "shop_order_no" } as const;

/** The numbers by which lists are compared. */
export type NumberName = keyof typeof NUMBERS;

export interface Unlisted {
  readonly by: NumberName;
  readonly numbers: readonly string[];
}

/** The values of a statement's numbered parameters. Each value is bound once. */
export interface Binding {
  readonly values: unknown[];
  /** @returns the name of the parameter, such as `?3` */
  readonly bind: (value: string | number) => string;
}

export function binding(): Binding {
  const values: unknown[] = [];
  return { values, bind: (value) => `?${values.push(value)}` };
}

/** SQL: bounds of `seq` for rows received from `from`, before `to`, and before the seq `after`. */
export function within({ from, to }: Filters, after: number | null, { bind }: Binding): string {
  const ends = [after, to == null ? null : seqAt(to)].filter((end) => end !== null);
  const end = Math.min(Number.MAX_SAFE_INTEGER, ...ends);
  return `seq < ${bind(end)}${from == null ? "" : ` AND seq >= ${bind(seqAt(from))}`}`;
}

/** SQL: all conditions but time and state, of `notifications AS n`; null where there are none. */
export function conditionOf(filters: Filters, { bind }: Binding): string | null {
  const { kind, mallId, result, flow, unlisted } = filters;
  const conditions: string[] = [];
  if (kind != null && kind.includes(".")) conditions.push(`n.kind = ${bind(kind)}`);
  // "/" is the character after ".".
  else if (kind != null) conditions.push(`n.kind >= ${bind(`${kind}.`)} AND n.kind < ${bind(`${kind}/`)}`);
  if (mallId != null) conditions.push(`n.mall_id = ${bind(mallId)}`);
  if (result != null) conditions.push(`n.res_cd ${result === "success" ? "=" : "<>"} '${SUCCESS}'`);
  if (flow != null) conditions.push(`n.kind IN (${kindsOf(flow)})`);
  if (unlisted != null) conditions.push(unlistedCondition(unlisted, bind));
  return conditions.length === 0 ? null : conditions.map((each) => `(${each})`).join(" AND ");
}

/**
 * SQL: the notification is not on the list. One without such a number is on no list. But an approval is not missing
 * from a list of cancelPgCnos: without that number only cancellations count, which have a cancelDate. Test
 * notifications are on nobody's list.
 */
function unlistedCondition({ by, numbers }: Unlisted, bind: Binding["bind"]): string {
  const column = `n.${NUMBERS[by]}`;
  const without = by === "cancelPgCno" ? `${column} IS NULL AND n.cancel_date IS NOT NULL` : `${column} IS NULL`;
  const listed = `SELECT value FROM json_each(${bind(JSON.stringify(numbers))})`;
  return `n.source <> 'test' AND (${without} OR ${column} NOT IN (${listed}))`;
}

/** The same for a notification that is not in D1. */
export function isUnlisted(
  one: Readonly<Record<NumberName | "cancelDate", string | null>> & { readonly source: string },
  by: NumberName,
  listed: ReadonlySet<string>,
): boolean {
  const number = one[by];
  if (one.source === "test") return false;
  return number === null ? by !== "cancelPgCno" || one.cancelDate !== null : !listed.has(number);
}
