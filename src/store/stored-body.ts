// How a row stores its body: in base64 while it waits, as version 1.0.0 reads it; as short text once it is delivered.
// Pure; and SQL.

/** SQLite stores a longer one on overflow pages anyway. */
const LONGEST_TEXT = 16 * 1024;
/**
 * A letter between two of these stands in a short text for the value of a column. Migration 0012 puts the value back.
 */
const MARK = "~";
const USUAL_TYPE = "application/json; charset=utf-8";

/** The columns whose values a body repeats, by their letters, the longest first. */
const SAID_BY = {
  p: "pg_cno",
  c: "cancel_pg_cno",
  o: "shop_order_no",
  d: "cancel_date",
  e: "event_date",
  m: "mall_id",
  r: "res_msg",
} as const;

/** The columns of a StoredBody, of `notifications`. */
export const BODY_COLUMNS = "body, text";
/** SQL: the Content-Type as it came. */
export const CONTENT_TYPE_SQL = `iif(content IS NOT NULL AND content_type = '', '${USUAL_TYPE}', content_type)`;

/** A body in its two columns. */
export interface StoredBody {
  /** Base64; empty where `text` is set. */
  readonly body: string;
  readonly text: string | null;
}

export function bytesOf({ body, text }: StoredBody): Uint8Array {
  return text === null ? Uint8Array.fromBase64(body) : new TextEncoder().encode(text);
}

/** The body as text; null where it cannot be stored as text. */
export function shortTextOf(body: Uint8Array): string | null {
  if (body.length === 0 || body.length > LONGEST_TEXT) return null;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    return text.includes(MARK) || text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}

/**
 * SQL: assignments that store a row short if its body is `base64` in base64, and `text` as text.
 * @param text an SQL expression, null where the body cannot be text
 * @param base64 an SQL expression
 */
export function shortened(text: string, base64: string): string {
  const fits = `${text} IS NOT NULL AND body = ${base64} AND content_type IS NOT ''`;
  return `content = iif(${fits}, ${contentOf(text)}, content), body = iif(${fits}, '', body),
    content_type = iif(${fits} AND content_type = '${USUAL_TYPE}', '', content_type),
    receipt = iif(${fits}, '', receipt)`;
}

/** Neither a text nor a value contains MARK, so a replaced value is never mistaken for one. */
function contentOf(text: string): string {
  return Object.entries(SAID_BY).reduce(
    (sql, [letter, column]) => `replace(${sql}, ${valueOf(column)}, '${MARK}${letter}${MARK}')`,
    text,
  );
}

/** Short values save little, and may stand inside others: they are not replaced. */
function valueOf(column: string): string {
  return `iif(length(${column}) > 3 AND instr(${column}, '${MARK}') = 0, ${column}, '')`;
}
