// A text that a person pasted or dropped → rows of cells: CSV, tabs, semicolons, a table of HTML, or lines of words. Pure.

export interface Cells {
  readonly rows: readonly (readonly string[])[];
  /** Its rows have columns. Else a row is a line of prose, and its cells are words. */
  readonly isTable: boolean;
}

const DELIMITERS = ["\t", ";", "|", ","] as const;
/** Of a table's lines so many percent have a delimiter: exports begin and end with lines of their own. */
const TABLE_PERCENT = 60;

export function cellsOf(pasted: string): Cells {
  const text = /<t[dr]\b/i.test(pasted) ? withoutTags(pasted) : pasted;
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== "");
  const delimiter = lines.length < 2 ? undefined : DELIMITERS.find((each) => isDelimiter(each, lines));
  if (delimiter !== undefined) {
    const rows = quotedRows(text, delimiter).map(withoutEnd);
    return { rows: rows.filter((row) => row.length > 0), isTable: true };
  }
  // A number on each line, and nothing else: a table of one column.
  if (lines.every((line) => !/\s|,/.test(line.trim()))) {
    return { rows: lines.map((line) => [cleaned(line)]), isTable: true };
  }
  return { rows: lines.map(wordsOf), isTable: false };
}

/** What KICC's admin and shops name .xls is often a page with one table. */
function withoutTags(html: string): string {
  return html
    .replaceAll(/\s*[\r\n]\s*/g, " ")
    .replaceAll(/<\/tr\s*>|<br\s*\/?>/gi, "\n")
    .replaceAll(/<\/t[dh]\s*>/gi, "\t")
    .replaceAll(/<[^<>]*>/g, "")
    .replaceAll("&nbsp;", " ")
    .replaceAll("&amp;", "&");
}

/** Amounts as in 51,000 have commas, and so has prose: there a blank follows, and words stand before it. */
function isDelimiter(delimiter: string, lines: readonly string[]): boolean {
  const having = lines.filter((line) => line.replaceAll(/\d,(?=\d{3}(?!\d))/g, "").includes(delimiter));
  const isProse = delimiter === "," && having.some((line) => /[^\s,"]\s[^,"]*,\s/.test(line));
  return having.length > 0 && having.length * 100 >= lines.length * TABLE_PERCENT && !isProse;
}

/** As in RFC 4180: quotes around a cell keep delimiters and line ends in it. */
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

/** Without its quotes, without the ="…" or ' by which a spreadsheet keeps digits, and without blanks of any kind. */
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
