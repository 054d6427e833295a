// How a row keeps its body: in base64 while it waits, as 1.0.0 reads it, and as short text once it is delivered. Pure, and SQL.

/** Longer ones lie on pages of their own anyway. */
const LONGEST_TEXT = 16 * 1024;
/** Around a letter: stands in a short text for what a column says, and migration 0012 puts that back. */
const MARK = "~";
const USUAL_TYPE = "application/json; charset=utf-8";

/** The columns whose values a body says again, by the letter between marks, the longest first. */
const SAID_BY = {
  p: "pg_cno",
  c: "cancel_pg_cno",
  o: "shop_order_no",
  d: "cancel_date",
  e: "event_date",
  m: "mall_id",
  r: "res_msg",
} as const;

/** The columns of a Kept, of `notifications`. */
export const BODY_COLUMNS = "body, text";
/** SQL: the Content-Type as it came. */
export const CONTENT_TYPE_SQL = `iif(content IS NOT NULL AND content_type = '', '${USUAL_TYPE}', content_type)`;

/** A body as the two columns have it. */
export interface StoredBody {
  /** Base64; empty where there is a text. */
  readonly body: string;
  readonly text: string | null;
}

export function bytesOf({ body, text }: StoredBody): Uint8Array {
  return text === null ? Uint8Array.fromBase64(body) : new TextEncoder().encode(text);
}

/** The body as text; null where only its bytes can be kept. */
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
 * SQL: assignments that make a row short, where its body is `base64`, of which `text` is the text.
 * @param text an SQL expression, null where it cannot be kept as text @param base64 an SQL expression
 */
export function shortened(text: string, base64: string): string {
  const fits = `${text} IS NOT NULL AND body = ${base64} AND content_type IS NOT ''`;
  return `content = iif(${fits}, ${contentOf(text)}, content), body = iif(${fits}, '', body),
    content_type = iif(${fits} AND content_type = '${USUAL_TYPE}', '', content_type),
    receipt = iif(${fits}, '', receipt)`;
}

/** No text and no value has a mark of its own, so that none meets one of these. */
function contentOf(text: string): string {
  return Object.entries(SAID_BY).reduce(
    (sql, [letter, column]) => `replace(${sql}, ${valueOf(column)}, '${MARK}${letter}${MARK}')`,
    text,
  );
}

/** Short values say little, and stand in others: an empty one is not looked for. */
function valueOf(column: string): string {
  return `iif(length(${column}) > 3 AND instr(${column}, '${MARK}') = 0, ${column}, '')`;
}
