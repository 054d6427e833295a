// Finds the numbers in a text that a person pasted or dropped, and what they are: by the names of the columns, or else
// by the form of the numbers. Pure.
import { cellsOf } from "./pasted-cells.ts";

export type ListName = "cancelPgCno" | "pgCno" | "shopOrderNo";

export interface PastedRow {
  readonly number: string;
  /** Other numbers of the same row, found by the names of the columns. A query to KICC needs them. */
  readonly pgCno: string | null;
  readonly mallId: string | null;
  readonly shopOrderNo: string | null;
}

export interface Pasted {
  /** null: they are ids of KICC, but nothing says whether of payments or of cancellations. */
  readonly by: ListName | null;
  /** Each number once, in the list's order. */
  readonly rows: readonly PastedRow[];
  /** How many ids a spreadsheet rounded, such as 2.60114E+19. Their digits are lost. */
  readonly rounded: number;
}

type ColumnName = ListName | "mallId";
type Columns = Partial<Record<ColumnName, number>>;
type Rows = readonly (readonly string[])[];

/** The names of columns, in lower case, without blanks and punctuation. */
const NAMES: Readonly<Record<ColumnName, RegExp>> = {
  cancelPgCno: /^(?:(?:pg|kicc)?(?:취소|환불)(?:pg|kicc)?(?:거래|고유|거래고유)?번호|cancelpgcno|mgrseqno)$/,
  pgCno: /^(?:(?:pg|kicc)?(?:원|결제|승인)?(?:pg|kicc)?거래(?:고유)?번호|pgcno|cno)$/,
  shopOrderNo: /^(?:(?:상점|쇼핑몰|가맹점)?주문번호|(?:shop)?order(?:no|number|id)?)$/,
  mallId: /^(?:(?:상점|가맹점)(?:id|아이디|번호)|mallid|membid|mid)$/,
};

/** An export may have titles and dates above the row of names. */
const HEAD_WITHIN_ROWS = 20;
const LONGEST_NUMBER = 200;
const KICC_ID = /^\d{20}$/;
const ROUNDED = /^\d[.,]\d+E\+1[89]$/i;
const COUNT = /^\d+(?:원|건|개|%)$/;

/** Texts with digits that are no order numbers, unless their column is named so. */
const NO_ORDER_NUMBERS = [
  /^20\d\d[-./년]\d\d?[-./월]\d\d?(?:일|T.*)?$/, // dates
  /^20\d{6}(?:\d{6})?$/,
  /^\d\d?:\d\d/, // times
  /^[-+₩$]?\d{1,3}(?:[,.]\d{3})*(?:\.\d+)?(?:원|KRW|USD)?$/, // amounts
  /^[-+]?\d{1,7}(?:\.\d+)?$/,
  /^0\d{1,2}-?\d{3,4}-?\d{4}$/, // telephones
  /^(?:T\d{7}|05\d{6})$/, // merchants
  /@|:\/\//,
];

/** @param wanted which numbers the list has; null: recognise it */
export function pastedNumbers(text: string, wanted: ListName | null): Pasted {
  const { rows, isTable } = cellsOf(text);
  const rounded = rows.flat().filter((cell) => ROUNDED.test(cell)).length;
  return { ...(isTable ? inColumns(rows, wanted) : inWords(rows.flat(), wanted)), rounded };
}

/**
 * Writes the numbers as a text in which `pastedNumbers` finds the same again. A person sees it and may submit it again.
 */
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
  const { columns, body } = belowNames(rows);
  const named = wanted ?? fullestNamed(columns, body);
  const known = named === null ? undefined : columns[named];
  const column = known ?? likeliestColumn(body, wanted);
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

/** Keeps the first row of each number. */
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
  return (
    isNumber(word) && word.length >= 4 && !KICC_ID.test(word) && !NO_ORDER_NUMBERS.some((other) => other.test(word))
  );
}

/** Finds the row with names of columns. `body` is the rows below it; all rows where none has names. */
function belowNames(rows: Rows): { readonly columns: Columns; readonly body: Rows } {
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

/**
 * The named column with the most numbers. If several have as many, the most exact kind of number. null where none is
 * named.
 */
function fullestNamed(columns: Columns, rows: Rows): ListName | null {
  const names = (["cancelPgCno", "pgCno", "shopOrderNo"] as const).filter((name) => columns[name] !== undefined);
  const counts = names.map((name) => rows.filter((row) => isNumber(row[columns[name] ?? -1] ?? "")).length);
  return names[counts.indexOf(Math.max(...counts))] ?? null;
}

/** The column with the most numbers of the wanted form. If there is only one column, that one, whatever it contains. */
function likeliestColumn(rows: Rows, wanted: ListName | null): number | null {
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
