// Splits a text that a person pasted or dropped into rows of cells. It may be CSV, separated by tabs or semicolons, an
// HTML table, or lines of words. Pure.

export interface Cells {
  readonly rows: readonly (readonly string[])[];
  /** true: the rows have columns. false: each row is a line of prose, and its cells are words. */
  readonly isTable: boolean;
}

const DELIMITERS = ["\t", ";", "|", ","] as const;
/**
 * In a table at least so many percent of the lines contain the delimiter. The rest may be titles and totals of an
 * export.
 */
const TABLE_PERCENT = 60;

export function cellsOf(pasted: string): Cells {
  const text = /<t[dr]\b/i.test(pasted) ? withoutTags(pasted) : pasted;
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== "");
  const delimiter = lines.length < 2 ? undefined : DELIMITERS.find((each) => isDelimiter(each, lines));
  if (delimiter !== undefined) {
    const rows = quotedRows(text, delimiter).map(withoutEnd);
    return { rows: rows.filter((row) => row.length > 0), isTable: true };
  }
  // One number on each line and nothing else is a table of one column.
  if (lines.every((line) => !/\s|,/.test(line.trim()))) {
    return { rows: lines.map((line) => [cleaned(line)]), isTable: true };
  }
  return { rows: lines.map(wordsOf), isTable: false };
}

/** Files named .xls from KICC's admin and from shops are often HTML pages with one table. */
function withoutTags(html: string): string {
  return html
    .replaceAll(/\s*[\r\n]\s*/g, " ")
    .replaceAll(/<\/tr\s*>|<br\s*\/?>/gi, "\n")
    .replaceAll(/<\/t[dh]\s*>/gi, "\t")
    .replaceAll(/<[^<>]*>/g, "")
    .replaceAll("&nbsp;", " ")
    .replaceAll("&amp;", "&");
}

/**
 * A comma is no delimiter inside an amount such as 51,000, nor in prose, where words stand before it and a blank
 * follows.
 */
function isDelimiter(delimiter: string, lines: readonly string[]): boolean {
  const having = lines.filter((line) => line.replaceAll(/\d,(?=\d{3}(?!\d))/g, "").includes(delimiter));
  const isProse = delimiter === "," && having.some((line) => /[^\s,"]\s[^,"]*,\s/.test(line));
  return having.length > 0 && having.length * 100 >= lines.length * TABLE_PERCENT && !isProse;
}

/** Splits as RFC 4180 says: a cell in quotes may contain delimiters and line breaks. */
function quotedRows(text: string, delimiter: string): string[][] {
  const rows: string[][] = [[]];
  const cell = new RegExp(`(=?"(?:[^"]|"")*"|[^\\r\\n${delimiter}]*)(\\r\\n|[\\r\\n${delimiter}]|$)`, "g");
  for (const [whole, value = "", end = ""] of text.matchAll(cell)) {
    if (whole === "") break;
    rows.at(-1)?.push(cleaned(value));
    if (end !== delimiter && end !== "") rows.push([]);
  }
  return rows;
}

function withoutEnd(row: readonly string[]): readonly string[] {
  return row.slice(0, row.findLastIndex((cell) => cell !== "") + 1);
}

/**
 * Removes quotes, the ="…" or ' by which a spreadsheet keeps all digits of a number, and blanks of any kind at both
 * ends.
 */
function cleaned(cell: string): string {
  const unquoted = cell
    .trim()
    .replace(/^=?"([^]*)"$/, "$1")
    .replaceAll('""', '"');
  return unquoted
    .replace(/^(?:="(.*)"|'(.*))$/, "$1$2")
    .replaceAll(/[\u200b\ufeff\u00a0]/g, " ")
    .trim();
}

function wordsOf(line: string): string[] {
  const words = line.split(/[\s,;|<>"'(){}[\]“”‘’·=\ufeff]+|:(?!\d)/u);
  return words.map((word) => word.replace(/[.!?:]+$/, "")).filter((word) => word !== "");
}
