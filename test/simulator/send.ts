// Makes one POST as KICC does, and returns the answer. Never throws: whatever the receiver does is an answer.
import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";

/** Whose address a notification comes from (cancel-webhook). */
export const KICC_ADDRESSES = { production: "203.233.72.66", development: "61.33.205.151" } as const;

export type Environment = keyof typeof KICC_ADDRESSES;

/** The older interface's form, for merchants with an older contract: its ack is plain text. */
export type Dialect = "json" | "form";

export interface SendOptions {
  /** Development unless told. */
  readonly environment?: Environment;
  /** The source address, in place of KICC's of the environment; null sends none, as from outside Cloudflare. */
  readonly from?: string | null;
  /** KICC waits 10 s for the whole answer. */
  readonly timeoutMs?: number;
  /** In what form the body is, and the ack is read; JSON unless told. */
  readonly dialect?: Dialect;
  /** Added to KICC's own, or in their place. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Refused is all that is no success to KICC, as careful a reading as there is: only HTTP 200 with resCd 0000 in the dialect of what was sent is one. */
export type Answer =
  | { readonly kind: "acked"; readonly status: 200; readonly resMsg: string | null; readonly pgCno: string | null }
  | {
      readonly kind: "refused";
      readonly status: number;
      readonly resCd: string | null;
      readonly resMsg: string | null;
      readonly pgCno: string | null;
      readonly text: string;
    }
  | { readonly kind: "timeout"; readonly timeoutMs: number }
  | { readonly kind: "no-connection"; readonly error: string };

const TIMEOUT_MS = 10_000;
const LARGEST_ANSWER_BYTES = 64 * 1024;
const CONTENT_TYPES: Readonly<Record<Dialect, string>> = {
  json: "application/json; charset=utf-8",
  form: "application/x-www-form-urlencoded",
};
/** KICC's own samples separate by 0x1F, some merchants' receivers by the ^ that it is printed as. */
// oxlint-disable-next-line no-control-regex -- it is the separator
const FORM_ACK = /^res_cd=([^\u001f^]*)[\u001f^]res_msg=([^\u001f^]*)/;

export async function send(url: string | URL, body: Uint8Array, options: SendOptions = {}): Promise<Answer> {
  const { timeoutMs = TIMEOUT_MS, signal } = options;
  const sharedTimer = new AbortController();
  const timer = setTimeout(() => sharedTimer.abort(), timeoutMs);
  const ending = signal === undefined ? sharedTimer.signal : AbortSignal.any([sharedTimer.signal, signal]);
  try {
    return await post(new URL(url), body, headersOf(body, options), ending, options.dialect ?? "json");
  } catch (error) {
    if (sharedTimer.signal.aborted && signal?.aborted !== true) return { kind: "timeout", timeoutMs };
    return { kind: "no-connection", error: reasonOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

function headersOf(body: Uint8Array, options: SendOptions): Record<string, string> {
  const from = options.from === undefined ? KICC_ADDRESSES[options.environment ?? "development"] : options.from;
  return {
    "Content-type": CONTENT_TYPES[options.dialect ?? "json"],
    "Content-Length": String(body.length),
    ...(from === null ? {} : { "CF-Connecting-IP": from }),
    ...options.headers,
  };
}

/** On a connection of its own: one that was kept open may be closed by the receiver just then. */
async function post(
  url: URL,
  body: Uint8Array,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
  dialect: Dialect,
): Promise<Answer> {
  const { request: open } = url.protocol === "https:" ? https : http;
  const request = open(url.href, { method: "POST", headers, agent: false, signal });
  // once() hears an error before the answer; without this, one that comes later would end the process.
  request.on("error", () => {});
  request.end(body);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LARGEST_ANSWER_BYTES) break;
  }
  const text = Buffer.concat(chunks).subarray(0, LARGEST_ANSWER_BYTES).toString("utf8");
  const said = dialect === "json" ? objectOf(text) : formOf(text, response.headers["content-type"] ?? "");
  return judge(response.statusCode ?? 0, text, said);
}

function judge(status: number, text: string, fields: Readonly<Record<string, unknown>>): Answer {
  const [resCd, resMsg, pgCno] = [textOf(fields["resCd"]), textOf(fields["resMsg"]), textOf(fields["pgCno"])];
  if (status === 200 && resCd === "0000") return { kind: "acked", status, resMsg, pgCno };
  return { kind: "refused", status, resCd, resMsg, pgCno, text };
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** The ack of a form, under the names of JSON. */
function formOf(text: string, contentType: string): Record<string, unknown> {
  const [, resCd, resMsg] = (contentType.startsWith("text/plain") && FORM_ACK.exec(text)) || [];
  return { resCd, resMsg };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Where a name has several addresses, Node's message is empty and the code says it.
  return error.message || ("code" in error ? String(error.code) : error.name);
}
