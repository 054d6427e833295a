// Reads a form body of KICC's older interface into fields. It splits and unescapes the bytes, then decodes them once.
import { type Charset, charsetIn, hasMark } from "./text.ts";

export interface Field {
  /** As it came, but unescaped and without blanks around it. */
  readonly name: string;
  readonly value: string;
}

export interface Form {
  readonly fields: readonly Field[];
  readonly charset: Charset;
}

// PHP reads no more fields than this: a longer body would mean something else to PHP than to other handlers.
const MOST_FIELDS = 1000;
const [AND, EQUALS, PLUS, PERCENT, BLANK, LINE_END] = [0x26, 0x3d, 0x2b, 0x25, 0x20, 0x0a];

/** Returns null for a body of more than 1,000 fields. Throws nothing: any bytes are a form. */
export function parseForm(body: Uint8Array, contentType: string | null): Form | null {
  const pieces = piecesOf(hasMark(body) ? body.subarray(3) : body);
  if (pieces === null) return null;
  const charset = charsetOf(pieces, hasMark(body) ? null : charsetIn(contentType));
  const decoder = new TextDecoder(charset, { fatal: false, ignoreBOM: true });
  const texts = pieces.map((piece) => decoder.decode(piece).trim());
  const fields: Field[] = [];
  for (let at = 0; at < texts.length; at += 2) fields.push({ name: texts[at] ?? "", value: texts[at + 1] ?? "" });
  return { fields, charset };
}

/** Returns names and values in turn, unescaped. */
function piecesOf(bytes: Uint8Array): readonly Uint8Array[] | null {
  const pieces: Uint8Array[] = [];
  for (let from = 0; from < bytes.length;) {
    const and = bytes.indexOf(AND, from);
    const to = and < 0 ? bytes.length : and;
    if (to > from) {
      if (pieces.length === 2 * MOST_FIELDS) return null;
      const field = bytes.subarray(from, to);
      const equals = field.indexOf(EQUALS);
      pieces.push(unescaped(equals < 0 ? field : field.subarray(0, equals)));
      pieces.push(equals < 0 ? new Uint8Array(0) : unescaped(field.subarray(equals + 1)));
    }
    from = to + 1;
  }
  return pieces;
}

/** Decodes `+` and %XX to bytes. A lone % stays. */
function unescaped(bytes: Uint8Array): Uint8Array {
  const plain = new Uint8Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    const [high, low] = byte === PERCENT ? [digitOf(bytes[at + 1]), digitOf(bytes[at + 2])] : [-1, -1];
    if (high >= 0 && low >= 0) {
      plain[length] = high * 16 + low;
      at += 2;
    } else {
      plain[length] = byte === PLUS ? BLANK : byte;
    }
    length += 1;
  }
  return plain.subarray(0, length);
}

function digitOf(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/**
 * One charset for the whole body, since a single Korean value in EUC-KR may be valid UTF-8 too. A line break between
 * the pieces keeps a character of one piece from reaching into the next.
 */
function charsetOf(pieces: readonly Uint8Array[], named: Charset | "other" | null): Charset {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length + 1, 0)).fill(LINE_END);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length + 1;
  }
  const inOrder: readonly Charset[] = named === "euc-kr" ? ["euc-kr", "utf-8"] : ["utf-8"];
  return inOrder.find((charset) => isValid(whole, charset)) ?? "euc-kr";
}

function isValid(bytes: Uint8Array, charset: Charset): boolean {
  try {
    new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** After a byte order mark and blanks there is a first byte, and it is not {. */
export function beginsAsForm(body: Uint8Array): boolean {
  let at = hasMark(body) ? 3 : 0;
  while (isBlank(body[at])) at += 1;
  return at < body.length && body[at] !== 0x7b;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/** The form as people read it: unescaped name=value, a line each. */
export function formText(fields: readonly Field[]): string {
  return fields.map(({ name, value }) => `${oneLine(name)}=${oneLine(value)}`).join("\n");
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, " ");
}
