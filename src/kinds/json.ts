// Parses JSON as KICC writes it and keeps the spelling of its numbers. It also lists the names in the text, because
// JSON.parse merges equal ones.

export interface Parsed {
  readonly value: Readonly<Record<string, unknown>>;
  /** What was parsed: the text itself, or the repaired text. */
  readonly text: string;
  /** The text has numbers with more digits than a double keeps; they became texts. */
  readonly exact: boolean;
}

// A number that a double may spell differently: more than 15 digits, a fraction, an exponent, or -0.
const INEXACT = /[:,[]\s*(?:-0\b|-?\d{16}|-?\d+[.eE])/;

/**
 * Parses an object. Numbers that match INEXACT become texts in their own spelling: KICC's ids have 20 digits, and a
 * double keeps 16. They are looked for first, because a reviver takes longer than the rest of reading.
 * @returns null where it is not an object
 */
export function parseObject(text: string): Parsed | null {
  const exact = INEXACT.test(text);
  const value = parse(text, exact);
  if (value !== undefined) return isObject(value) ? { value, text, exact } : null;
  const repaired = repair(text);
  const mended = repaired === text ? undefined : parse(repaired, exact);
  return isObject(mended) ? { value: mended, text: repaired, exact } : null;
}

/** Returns undefined where it is not JSON. */
function parse(text: string, exact: boolean): unknown {
  try {
    return exact ? JSON.parse(text, exactNumbers) : JSON.parse(text);
  } catch {
    // SyntaxError, or RangeError for a body that nests too deeply
    return undefined;
  }
}

function exactNumbers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === "number" ? (context?.source ?? String(value)) : value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Escapes raw control characters inside strings, and drops NULs at the end. Any other error stays. */
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

// What follows a backslash stays: escaping it would change the string.
const CONTROLS = /\\.|\p{Cc}/gsu;

function escaped(found: string): string {
  return found.startsWith("\\") ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** One member of an object: its name, and where its value stands in the text. */
export interface Member {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Lists the members of the object that begins at `start`, in order and with equal names. @param json valid JSON */
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

/** The first place from `at` on that is not a blank. */
export function behindBlanks(json: string, at: number): number {
  let place = at;
  while (place < json.length && " \t\r\n".includes(json.charAt(place))) place += 1;
  return place;
}

/** The place after the closing quote of the string that opens at `open`; the end of the text where there is none. */
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

/**
 * The place after the value that begins at `from`. It loops rather than recurses, because a body may nest to any depth.
 */
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
