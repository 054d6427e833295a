// What a list of notifications is filtered by, as conditions of SQL. It binds every value, and knows no order.
import type { Kind } from "../kinds/kind.ts";
import { KINDS } from "../kinds/registry.ts";
import { SUCCESS } from "../rules/notification.ts";
import { type State, seqAt } from "./insert.ts";

/** Missing and null filter nothing. */
export interface Filters {
  readonly state?: State | null;
  /** A kind, as in `online.deposit`, or a product, as in `online`: all of its kinds. */
  readonly kind?: string | null;
  readonly mallId?: string | null;
  readonly result?: "success" | "failure" | null;
  /** Of kinds whose success brings money, or takes it back. */
  readonly flow?: Flow | null;
  /** Epoch ms, half-open, by the instant of receipt. */
  readonly from?: number | null;
  readonly to?: number | null;
  /** Notifications whose number is on a list of them are left out. */
  readonly unlisted?: Unlisted | null;
}

export type Flow = NonNullable<Kind["flow"]>;

/** SQL: the names of the kinds. */
export function kindsOf(flow: Flow): string {
  return KINDS.filter((kind) => kind.flow === flow)
    .map(({ name }) => `'${name}'`)
    .join(", ");
}

export const NUMBERS = { cancelPgCno: "cancel_pg_cno", pgCno: "pg_cno", shopOrderNo: "shop_order_no" } as const;

/** The names of the numbers that lists are compared by. */
export type NumberName = keyof typeof NUMBERS;

export interface Unlisted {
  readonly by: NumberName;
  readonly numbers: readonly string[];
}

/** The values of one statement's numbered parameters: each is bound once. */
export interface Binding {
  readonly values: unknown[];
  /** @returns the parameter's name in the statement, as in `?3` */
  readonly bind: (value: string | number) => string;
}

export function binding(): Binding {
  const values: unknown[] = [];
  return { values, bind: (value) => `?${values.push(value)}` };
}

/** Where to look, as bounds of `seq`. What came at `from` or later, before `to`, and before `after`, a seq. */
export function within({ from, to }: Filters, after: number | null, { bind }: Binding): string {
  const ends = [after, to == null ? null : seqAt(to)].filter((end) => end !== null);
  const end = Math.min(Number.MAX_SAFE_INTEGER, ...ends);
  return `seq < ${bind(end)}${from == null ? "" : ` AND seq >= ${bind(seqAt(from))}`}`;
}

/** All conditions but time and state, of `notifications AS n`; null where there are none. */
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
 * One that has no such number is on no list. But an approval is not missing from a list of cancelPgCnos: of those that
 * have none, only what tells of a cancellation (it has a cancelDate) counts. Nobody's list has what was made up.
 */
function unlistedCondition({ by, numbers }: Unlisted, bind: Binding["bind"]): string {
  const column = `n.${NUMBERS[by]}`;
  const without = by === "cancelPgCno" ? `${column} IS NULL AND n.cancel_date IS NOT NULL` : `${column} IS NULL`;
  const listed = `SELECT value FROM json_each(${bind(JSON.stringify(numbers))})`;
  return `n.source <> 'test' AND (${without} OR ${column} NOT IN (${listed}))`;
}

/** The same of one that is not in D1. */
export function isUnlisted(
  one: Readonly<Record<NumberName | "cancelDate", string | null>> & { readonly source: string },
  by: NumberName,
  listed: ReadonlySet<string>,
): boolean {
  const number = one[by];
  if (one.source === "test") return false;
  return number === null ? by !== "cancelPgCno" || one.cancelDate !== null : !listed.has(number);
}
