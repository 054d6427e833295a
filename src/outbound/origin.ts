// Posts one notification to the merchant's origin. Never throws: every failure is an outcome.
import type { Origin } from "../config.ts";
import { before } from "../deadline.ts";
import { gather, joined } from "../gather.ts";
import { reasonOf } from "../log.ts";
import { judgeAnswer, unreadableAnswer } from "../rules/answer.ts";
import { kindNamed } from "../kinds/registry.ts";
import { decodeText } from "../kinds/text.ts";
import { answerHead } from "../rules/answer-head.ts";
import { type Outcome, failed } from "../rules/outcome.ts";

const LARGEST_JUDGED_BYTES = 64 * 1024;
/** An acceptance says little, so little of it is kept. */
const KEPT_OF_ACCEPTANCE = 500;
/** People look for the reason of a failure, so more of it is kept. */
const KEPT_OF_FAILURE_BYTES = 4096;
/** fetch() decompresses these, although the request does not ask for compression. */
const UNDONE_ENCODINGS: ReadonlySet<string> = new Set(["gzip", "br"]);

export interface DeliveryRequest {
  readonly kind: string;
  readonly mallId: string | null;
  readonly body: Uint8Array;
  /** The headers of contract section 5, without content-type and ORIGIN_HEADERS. */
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string | null;
}

/** The head of the answer and its first 64 KiB must come within the origin's timeout. Redirects are never followed. */
export async function deliverTo(origin: Origin, request: DeliveryRequest): Promise<Outcome> {
  const deadline = Date.now() + origin.timeoutMs;
  const signal = AbortSignal.timeout(origin.timeoutMs);
  let response: Response | null = null;
  try {
    // The signal ends the request. `before` ends the wait, in case a Fetcher or a body ignores the signal.
    response = await before(deadline, "deliver", post(origin, request, signal));
    const answer = await before(deadline, "read the answer", readAnswer(response));
    return outcomeOf(response, answer, routeOf(origin, request));
  } catch (error) {
    if (response && !response.ok) return outcomeOf(response, NOTHING_READ, routeOf(origin, request));
    const isLate = signal.aborted || Date.now() >= deadline;
    const encoding = response?.headers.get("content-encoding")?.trim().toLowerCase() ?? "";
    if (response && !isLate && UNDONE_ENCODINGS.has(encoding)) {
      return failed(unreadableAnswer(response.status, encoding), { status: response.status });
    }
    const missing = response ? "whole answer" : isLate ? "answer" : "connection";
    const why = isLate ? ` in ${origin.timeoutMs} ms` : `: ${reasonOf(error)}`;
    return failed(`no ${missing}${why}`, { status: response?.status ?? null });
  }
}

/**
 * The URL for a notification: the route by mallId and kind, mallId and product, mallId, kind, product; else ORIGIN_URL.
 */
export function routeOf({ routes, url }: Origin, { mallId, kind }: Pick<DeliveryRequest, "mallId" | "kind">): URL {
  if (routes.size === 0) return url;
  const product = kindNamed(kind)?.product ?? "";
  const names = mallId === null ? [] : [`${mallId}/${kind}`, `${mallId}/${product}`, mallId];
  return [...names, kind, product].map((name) => routes.get(name)).find((route) => route !== undefined) ?? url;
}

async function post(origin: Origin, { body, ...request }: DeliveryRequest, signal: AbortSignal): Promise<Response> {
  const url = routeOf(origin, request);
  const headers = new Headers(origin.headers[url.host] ?? origin.headers[url.hostname]);
  for (const [name, value] of Object.entries(request.headers)) headers.set(name, value);
  if (request.contentType !== null) headers.set("content-type", request.contentType);
  const init = { method: "POST", headers, body, redirect: "manual", signal } as const;
  return origin.fetcher ? origin.fetcher.fetch(url, init) : fetch(url, init);
}

interface ReadAnswer {
  /** The first 64 KiB. */
  readonly text: string;
  /** false: the body was cut off, and only the status is judged. */
  readonly whole: boolean;
}

const NOTHING_READ: ReadAnswer = { text: "", whole: false };

async function readAnswer(response: Response): Promise<ReadAnswer> {
  const { chunks, end } = gather(response.body, LARGEST_JUDGED_BYTES);
  const isWhole = (await end) === "whole";
  const bytes = await joined(chunks);
  if (isWhole) return { text: decodeText(bytes).text, whole: true };
  // The cut may be inside a character, so the text is decoded leniently.
  return { text: new TextDecoder().decode(bytes.subarray(0, LARGEST_JUDGED_BYTES)), whole: false };
}

function outcomeOf(response: Response, { text, whole }: ReadAnswer, url: URL): Outcome {
  const { status } = response;
  const contentType = response.headers.get("content-type");
  const location = response.headers.get("location");
  const judgement = judgeAnswer({ status, contentType, text, whole, url: url.href, location });
  if (judgement.accepted) {
    return { kind: "accepted", status, answer: text === "" ? null : excerpt(text, KEPT_OF_ACCEPTANCE) };
  }
  const answer = text === "" ? null : beginning(text, KEPT_OF_FAILURE_BYTES);
  const head = answerHead(response.headers);
  if (status === 410) return { kind: "gone", status, error: judgement.error, answer, head };
  const retryAfterMs = status === 429 || status === 503 ? retryAfter(response.headers.get("retry-after")) : null;
  return failed(judgement.error, { status, answer, head, retryAfterMs });
}

/** As many whole characters as fit into `bytes`. */
function beginning(text: string, bytes: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(bytes));
  return text.slice(0, read).toWellFormed();
}

function excerpt(text: string, characters: number): string {
  return text.slice(0, characters).toWellFormed();
}

// Checked before Date.parse, which finds a date in nearly any text.
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Retry-After in ms from now. The header has seconds or an HTTP date; null for anything else. */
function retryAfter(value: string | null): number | null {
  if (value === null) return null;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const instant = HTTP_DATE.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(instant) ? null : Math.max(0, instant - Date.now());
}
