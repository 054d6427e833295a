// JSON as KICC writes it → an object, its numbers as they are spelled; and the names in its text, which JSON.parse merges where they are equal.

export interface Parsed {
  readonly value: Readonly<Record<string, unknown>>;
  /** What was parsed: the text itself, or the text with what JSON forbids escaped. */
  readonly text: string;
  /** Numbers of more digits than a double keeps came, and are texts now. */
  readonly exact: boolean;
}

// A number that a double may spell in another way: one of over 15 digits, with a fraction or an exponent, or -0.
const INEXACT = /[:,[]\s*(?:-0\b|-?\d{16}|-?\d+[.eE])/;

/**
 * Numbers keep their spelling, those of INEXACT as texts: KICC's ids have 20 digits, and a double keeps 16. They are
 * looked for first, since a reviver takes longer than all the rest of reading. null for what is no object.
 */
export function parseObject(text: string): Parsed | null {
  const exact = INEXACT.test(text);
  const value = parse(text, exact);
  if (value !== undefined) return isObject(value) ? { value, text, exact } : null;
  const repaired = repair(text);
  const mended = repaired === text ? undefined : parse(repaired, exact);
  return isObject(mended) ? { value: mended, text: repaired, exact } : null;
}

/** undefined for what is no JSON. */
function parse(text: string, exact: boolean): unknown {
  try {
    return exact ? JSON.parse(text, exactNumbers) : JSON.parse(text);
  } catch {
    // SyntaxError, or RangeError on a body that nests too deeply
    return undefined;
  }
}

function exactNumbers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === "number" ? (context?.source ?? String(value)) : value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Escapes raw control characters inside texts, and drops NULs behind the end. All else that is wrong stays wrong. */
function repair(text: string): string {
  const end = endWithoutNuls(text);
  const pieces: string[] = [];
  for (let at = 0; at < end;) {
    const quote = text.indexOf('"', at);
    const open = quote < 0 ? end : Math.min(quote, end);
    const close = Math.min(endOfText(text, open), end);
    pieces.push(text.slice(at, open), text.slice(open, close).replaceAll(CONTROLS, escaped));
    at = close;
  }
  return pieces.join("");
}

function endWithoutNuls(text: string): number {
  let end = text.length;
  while (end > 0 && "\0 \t\r\n".includes(text.charAt(end - 1))) end -= 1;
  return end;
}

// What follows a backslash is left: escaping it would make another text of it.
const CONTROLS = /\\.|\p{Cc}/gsu;

function escaped(found: string): string {
  return found.startsWith("\\") ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** One member of an object in a text: its name, and where its value stands. */
export interface Member {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Each member of the object that begins at `start`, in order, equal names too. @param json valid JSON */
export function membersOf(json: string, start: number): Member[] {
  const members: Member[] = [];
  let at = behindBlanks(json, start + 1);
  while (json[at] === '"') {
    const nameEnd = endOfText(json, at);
    const name: string = JSON.parse(json.slice(at, nameEnd));
    const from = behindBlanks(json, behindBlanks(json, nameEnd) + 1);
    const to = endOfValue(json, from);
    members.push({ name, from, to });
    at = behindBlanks(json, behindBlanks(json, to) + 1);
  }
  return members;
}

/** The first place at or behind `at` that is no blank. */
export function behindBlanks(json: string, at: number): number {
  let place = at;
  while (place < json.length && " \t\r\n".includes(json.charAt(place))) place += 1;
  return place;
}

/** Behind the closing quote of the text that opens at `open`; the end of all where it has none. */
export function endOfText(json: string, open: number): number {
  for (let at = open + 1; ;) {
    const quote = json.indexOf('"', at);
    if (quote < 0) return json.length;
    let before = quote;
    while (before > open + 1 && json[before - 1] === "\\") before -= 1;
    at = quote + 1;
    if ((quote - before) % 2 === 0) return at;
  }
}

/** Behind the value that begins at `from`. A loop, not a recursion: a body may nest as deeply as it likes. */
export function endOfValue(json: string, from: number): number {
  if (json[from] === '"') return endOfText(json, from);
  let depth = 0;
  for (let at = from; at < json.length; at++) {
    const char = json[at];
    if (char === '"') at = endOfText(json, at) - 1;
    else if (char === "{" || char === "[") depth += 1;
    else if (char === "}" || char === "]") {
      if (depth === 0) return at;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && (char === "," || " \t\r\n".includes(char ?? ""))) return at;
  }
  return json.length;
}
