// Finds the numbers of a list in a text that a person pasted or dropped, and which numbers they are: by the names of its columns, else by their looks. Pure.
import { cellsOf } from "./pasted-cells.ts";

export type ListName = "cancelPgCno" | "pgCno" | "shopOrderNo";

export interface PastedRow {
  readonly number: string;
  /** What else its row tells, by the names of the columns: KICC is asked with it. */
  readonly pgCno: string | null;
  readonly mallId: string | null;
  readonly shopOrderNo: string | null;
}

export interface Pasted {
  /** null: ids of KICC's, and nothing says whether of payments or of cancellations. */
  readonly by: ListName | null;
  /** Each number once, in the order of the list. */
  readonly rows: readonly PastedRow[];
  /** How many ids a spreadsheet has rounded, as in 2.60114E+19: their digits are lost. */
  readonly rounded: number;
}

type ColumnName = ListName | "mallId";
type Columns = Partial<Record<ColumnName, number>>;
type Rows = readonly (readonly string[])[];

/** How columns are named, in small letters without blanks and marks. */
const NAMES: Readonly<Record<ColumnName, RegExp>> = {
  cancelPgCno: /^(?:(?:pg|kicc)?(?:취소|환불)(?:pg|kicc)?(?:거래|고유|거래고유)?번호|cancelpgcno|mgrseqno)$/,
  pgCno: /^(?:(?:pg|kicc)?(?:원|결제|승인)?(?:pg|kicc)?거래(?:고유)?번호|pgcno|cno)$/,
  shopOrderNo: /^(?:(?:상점|쇼핑몰|가맹점)?주문번호|(?:shop)?order(?:no|number|id)?)$/,
  mallId: /^(?:(?:상점|가맹점)(?:id|아이디|번호)|mallid|membid|mid)$/,
};

/** Titles and dates of an export may stand above the names. */
const HEAD_WITHIN_ROWS = 20;
const LONGEST_NUMBER = 200;
const KICC_ID = /^\d{20}$/;
const ROUNDED = /^\d[.,]\d+E\+1[89]$/i;
const COUNT = /^\d+(?:원|건|개|%)$/;

/** What has digits, and is no order number where nothing names it one. */
const OTHERS = [
  /^20\d\d[-./년]\d\d?[-./월]\d\d?(?:일|T.*)?$/, // dates
  /^20\d{6}(?:\d{6})?$/,
  /^\d\d?:\d\d/, // times
  /^[-+₩$]?\d{1,3}(?:[,.]\d{3})*(?:\.\d+)?(?:원|KRW|USD)?$/, // amounts
  /^[-+]?\d{1,7}(?:\.\d+)?$/,
  /^0\d{1,2}-?\d{3,4}-?\d{4}$/, // telephones
  /^(?:T\d{7}|05\d{6})$/, // merchants
  /@|:\/\//,
];

/** @param wanted which numbers the list has; null to find out */
export function pastedNumbers(text: string, wanted: ListName | null): Pasted {
  const { rows, isTable } = cellsOf(text);
  const rounded = rows.flat().filter((cell) => ROUNDED.test(cell)).length;
  return { ...(isTable ? inColumns(rows, wanted) : inWords(rows.flat(), wanted)), rounded };
}

/** What was found as a text in which the same is found again: a person sees it, and may send it once more. */
export function pastedText({ rows }: Pick<Pasted, "rows">, by: ListName): string {
  const beside = (["pgCno", "mallId", "shopOrderNo"] as const).filter(
    (name) => name !== by && rows.some((row) => row[name] !== null),
  );
  const lines = rows.map((row) => [row.number, ...beside.map((name) => row[name] ?? "")]);
  return [[by, ...beside], ...lines].map((cells) => cells.join("\t")).join("\n");
}

function inWords(words: readonly string[], wanted: ListName | null): Omit<Pasted, "rounded"> {
  const ids = words.filter((word) => KICC_ID.test(word));
  const isOfKicc = wanted === null ? ids.length > 0 : wanted !== "shopOrderNo";
  const numbers = isOfKicc ? ids : words.filter(isOrderLike);
  const rows = numbers.map((number) => ({ number, pgCno: null, mallId: null, shopOrderNo: null }));
  return { by: wanted ?? (isOfKicc ? null : "shopOrderNo"), rows: once(rows) };
}

function inColumns(rows: Rows, wanted: ListName | null): Omit<Pasted, "rounded"> {
  const { columns, body } = headed(rows);
  const named = wanted ?? fullest(columns, body);
  const known = named === null ? undefined : columns[named];
  const column = known ?? looking(body, wanted);
  if (column === null) return { by: wanted, rows: [] };
  const told = (row: readonly string[], name: ColumnName) => row[columns[name] ?? -1] || null;
  const found = body
    .filter((row) => isNumber(row[column] ?? ""))
    .map((row) => ({
      number: row[column] ?? "",
      pgCno: told(row, "pgCno"),
      mallId: told(row, "mallId"),
      shopOrderNo: told(row, "shopOrderNo"),
    }));
  const isOfKicc = found.some(({ number }) => KICC_ID.test(number));
  return { by: named ?? (isOfKicc ? null : "shopOrderNo"), rows: once(found) };
}

/** Of one number the first row. */
function once(rows: readonly PastedRow[]): readonly PastedRow[] {
  const seen = new Set<string>();
  return rows.filter(({ number }) => !seen.has(number) && seen.add(number));
}

function isNumber(cell: string): boolean {
  return (
    cell.length <= LONGEST_NUMBER && /\d/.test(cell) && !/\s/.test(cell) && !ROUNDED.test(cell) && !COUNT.test(cell)
  );
}

function isOrderLike(word: string): boolean {
  return isNumber(word) && word.length >= 4 && !KICC_ID.test(word) && !OTHERS.some((other) => other.test(word));
}

/** Which columns are named, and the rows below their names. A table without names is all rows. */
function headed(rows: Rows): { readonly columns: Columns; readonly body: Rows } {
  for (const [at, row] of rows.slice(0, HEAD_WITHIN_ROWS).entries()) {
    const columns: Columns = {};
    for (const [index, cell] of row.entries()) {
      const name = cell.toLowerCase().replaceAll(/\(.*\)|[\s_./·-]/g, "");
      const column = (Object.keys(NAMES) as ColumnName[]).find((each) => NAMES[each].test(name));
      if (column !== undefined) columns[column] ??= index;
    }
    if (Object.keys(columns).length > 0) return { columns, body: rows.slice(at + 1) };
  }
  return { columns: {}, body: rows };
}

/** Of the named columns the one with the most numbers, of several the most exact; null where none is named. */
function fullest(columns: Columns, rows: Rows): ListName | null {
  const names = (["cancelPgCno", "pgCno", "shopOrderNo"] as const).filter((name) => columns[name] !== undefined);
  const counts = names.map((name) => rows.filter((row) => isNumber(row[columns[name] ?? -1] ?? "")).length);
  return names[counts.indexOf(Math.max(...counts))] ?? null;
}

/** The column with the most of what looks like such a number. A list of one column is that column, whatever its looks. */
function looking(rows: Rows, wanted: ListName | null): number | null {
  const width = Math.max(0, ...rows.map((row) => row.length));
  if (width === 1) return 0;
  const best = (isOne: (cell: string) => boolean) => {
    const counts = Array.from({ length: width }, (_none, at) => {
      return new Set(rows.map((row) => row[at] ?? "").filter(isOne)).size;
    });
    const most = Math.max(0, ...counts);
    return most === 0 ? null : counts.indexOf(most);
  };
  const ofKicc = wanted === "shopOrderNo" ? null : best((cell) => KICC_ID.test(cell));
  return ofKicc ?? (wanted === null || wanted === "shopOrderNo" ? best(isOrderLike) : null);
}
