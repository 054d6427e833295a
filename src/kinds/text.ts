// Decodes bytes in the charset that the Content-Type names or the bytes show; and reads the text of one value. It knows
// UTF-8 and EUC-KR only.

export type Charset = "utf-8" | "euc-kr";

export interface Decoded {
  readonly text: string;
  readonly charset: Charset;
}

const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

const CHARSETS: ReadonlyMap<string, Charset> = new Map([
  ["utf-8", "utf-8"],
  ["utf8", "utf-8"],
  ["euc-kr", "euc-kr"],
  ["ks_c_5601-1987", "euc-kr"],
  ["ksc5601", "euc-kr"],
  ["ksc_5601", "euc-kr"],
  ["korean", "euc-kr"],
  ["windows-949", "euc-kr"],
  ["cp949", "euc-kr"],
  ["ms949", "euc-kr"],
  ["uhc", "euc-kr"],
]);

/** The charset that a Content-Type names; null where it names none; "other" for an unknown or an unclear one. */
export function charsetIn(contentType: string | null): Charset | "other" | null {
  // Nearly all of KICC's pages show these two.
  if (contentType === null || contentType === "application/json") return null;
  if (contentType === "application/json; charset=utf-8") return "utf-8";
  if (!/charset/i.test(contentType)) return null;
  const named = [...contentType.matchAll(/charset\s*=\s*("?)([^\s";,]+)\1\s*(?=[;,]|$)/gi)];
  // "charset" in an unusual spelling: nobody knows what a handler makes of it.
  if (named.length !== (contentType.match(/charset/gi)?.length ?? 0)) return "other";
  const charsets = new Set(named.map(([, , name = ""]) => CHARSETS.get(name.toLowerCase()) ?? "other"));
  const [only = "other"] = charsets;
  return charsets.size === 1 ? only : "other";
}

/**
 * The Content-Type for the delivery. It stays as it is, unless it names another charset than the body was read in: then
 * a handler would read another text than the receiver did.
 */
export function deliverableType(contentType: string | null, charset: Charset, dialect: "json" | "form"): string | null {
  const named = charsetIn(contentType);
  if (named === null || named === charset) return contentType;
  const type = dialect === "json" ? "application/json" : "application/x-www-form-urlencoded";
  return `${type}; charset=${charset}`;
}

export function hasMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/**
 * Decodes a body: in the named charset if the bytes are valid in it, else in strict UTF-8, else in EUC-KR, which KICC's
 * older interfaces use. A byte order mark means UTF-8, and is removed.
 */
export function decodeText(bytes: Uint8Array, named: Charset | "other" | null = null): Decoded {
  if (named === "euc-kr" && !hasMark(bytes)) {
    const text = strictly(bytes, named);
    if (text !== null) return { text, charset: "euc-kr" };
  }
  try {
    return { text: UTF_8.decode(bytes), charset: "utf-8" };
  } catch {
    return { text: new TextDecoder("euc-kr").decode(hasMark(bytes) ? bytes.subarray(3) : bytes), charset: "euc-kr" };
  }
}

function strictly(bytes: Uint8Array, charset: Charset): string | null {
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/**
 * The text of a JSON string or number; null for "" and anything else. Lone surrogates are replaced: they can be neither
 * hashed nor stored.
 */
export function textOf(value: unknown): string | null {
  if (typeof value === "string" && value !== "") return value.toWellFormed();
  return typeof value === "number" ? String(value) : null;
}

/** Like textOf, without blanks around it. Blanks alone are null. */
export function trimmedOf(value: unknown): string | null {
  return textOf(value)?.trim() || null;
}
