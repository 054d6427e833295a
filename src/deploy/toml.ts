// Sets one key in the text of wrangler.toml, and keeps comments and order. It knows only the TOML that this file uses:
// tables in brackets, one key per line, values that may span lines in brackets. Pure.

/**
 * @param table its header, such as `vars` or `env.development.vars`; "" for what stands before the first header
 * @param value as TOML
 * @throws {RangeError} where the table is missing
 */
export function setKey(text: string, table: string, key: string, value: string): string {
  const lines = text.split("\n");
  const [from, to] = section(lines, table);
  const isKey = new RegExp(`^\\s*${key}\\s*=`);
  const isComment = new RegExp(`^\\s*#\\s*${key}\\s*=`);
  const there = lines.findIndex((line, index) => index >= from && index < to && isKey.test(line));
  if (there !== -1) {
    const last = endOfValue(lines, there);
    const comment = last === there ? commentOf(lines[there] ?? "") : "";
    return lines.toSpliced(there, last - there + 1, `${key} = ${value}${comment}`).join("\n");
  }
  const example = lines.findIndex((line, index) => index >= from && index < to && isComment.test(line));
  if (example !== -1) return lines.toSpliced(example + 1, 0, `${key} = ${value}`).join("\n");
  let end = to;
  while (end > from && isFill(lines[end - 1])) end -= 1;
  return lines.toSpliced(end, 0, `${key} = ${value}`).join("\n");
}

export function quoted(value: string): string {
  return JSON.stringify(value);
}

/** Blank, or a comment that belongs to the next table. */
function isFill(line = ""): boolean {
  return /^\s*(#.*)?$/.test(line);
}

/** @returns the lines of the table, without its header */
function section(lines: readonly string[], table: string): [number, number] {
  const isHeader = (line: string) =>
    (/^\s*\[/.test(line) && !/^\s*\[[^\]]*\]\s*,?\s*$/.test(line)) || /^\s*\[+[A-Za-z_][\w.]*\]+\s*(#.*)?$/.test(line);
  const named = new RegExp(`^\\s*\\[${table.replaceAll(".", "\\.")}\\]\\s*(#.*)?$`);
  const header = table === "" ? -1 : lines.findIndex((line) => named.test(line));
  if (table !== "" && header === -1) throw new RangeError(`Cannot find [${table}] in wrangler.toml`);
  const next = lines.findIndex((line, index) => index > header && isHeader(line));
  return [header + 1, next === -1 ? lines.length : next];
}

/** The line on which the brackets of a value close. */
function endOfValue(lines: readonly string[], first: number): number {
  let depth = 0;
  for (let index = first; index < lines.length; index += 1) {
    const bare = withoutStrings(lines[index] ?? "").replace(/#.*/, "");
    depth += bare.split(/[[{]/).length - bare.split(/[\]}]/).length;
    if (depth <= 0) return index;
  }
  return first;
}

function commentOf(line: string): string {
  const bare = withoutStrings(line);
  const at = bare.indexOf("#");
  return at === -1 ? "" : ` ${line.slice(at)}`;
}

/** The line with the content of strings overwritten, in the same length. */
function withoutStrings(line: string): string {
  return line.replaceAll(/"(\\.|[^"\\])*"|'[^']*'/g, (text) => "_".repeat(text.length));
}
