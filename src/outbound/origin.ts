// One POST to the merchant's origin → its outcome. Never throws: whatever the origin does is an outcome.
import type { Origin } from "../config.ts";
import { reasonOf } from "../log.ts";
import { SUCCESS, decodeText } from "../rules/notification.ts";
import { type Outcome, failed } from "../rules/outcome.ts";

const LARGEST_JUDGED_BYTES = 64 * 1024;
const KEPT_ANSWER_CHARACTERS = 500;

export interface Parcel {
  readonly mallId: string | null;
  readonly body: Uint8Array;
  /** All of contract section 5's, but content-type and those that the settings add for a host. */
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string | null;
}

/** Head and judged body must come within the origin's timeout; redirects are never followed. */
export async function deliverTo(origin: Origin, parcel: Parcel): Promise<Outcome> {
  const signal = AbortSignal.timeout(origin.timeoutMs);
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
  let response: Response | null = null;
  try {
    // The signal ends the work; the race holds for a Fetcher or a body that does not heed it.
    response = await Promise.race([send(origin, parcel, signal), late]);
    const answer = await Promise.race([readAnswer(response), late]);
    return judge(response, answer);
  } catch (error) {
    if (response && !response.ok) return judge(response, NOTHING_READ);
    const missing = response ? "whole answer" : signal.aborted ? "answer" : "connection";
    const why = signal.aborted ? ` in ${origin.timeoutMs} ms` : `: ${reasonOf(error)}`;
    return failed(`no ${missing}${why}`, { status: response?.status ?? null });
  }
}

/** Where a shop's notifications go. */
export function routeOf(origin: Origin, mallId: string | null): URL {
  return (mallId !== null && origin.routes.get(mallId)) || origin.url;
}

async function send(origin: Origin, { mallId, body, ...parcel }: Parcel, signal: AbortSignal): Promise<Response> {
  const url = routeOf(origin, mallId);
  const headers = new Headers(origin.headers[url.host] ?? origin.headers[url.hostname]);
  for (const [name, value] of Object.entries(parcel.headers)) headers.set(name, value);
  if (parcel.contentType !== null) headers.set("content-type", parcel.contentType);
  const init = { method: "POST", headers, body, redirect: "manual", signal } as const;
  return origin.fetcher ? origin.fetcher.fetch(url, init) : fetch(url, init);
}

interface Answer {
  /** The first 64 KiB. */
  readonly text: string;
  /** Else it is judged by status alone. */
  readonly whole: boolean;
}

const NOTHING_READ: Answer = { text: "", whole: false };

async function readAnswer(response: Response): Promise<Answer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LARGEST_JUDGED_BYTES) break;
  }
  const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer());
  if (length <= LARGEST_JUDGED_BYTES) return { text: decodeText(bytes).text, whole: true };
  // Cut anywhere, it is no strict UTF-8.
  return { text: new TextDecoder().decode(bytes.subarray(0, LARGEST_JUDGED_BYTES)), whole: false };
}

function judge(response: Response, { text, whole }: Answer): Outcome {
  const { status } = response;
  const answer = text === "" ? null : excerpt(text, KEPT_ANSWER_CHARACTERS);
  if (status === 410) return { kind: "gone", status, error: "origin answered 410", answer };
  if (response.ok) {
    const resCd = whole ? resCdOf(text) : null;
    if (resCd === null || resCd === SUCCESS) return { kind: "accepted", status, answer };
    return failed(`origin answered ${status} with resCd ${excerpt(resCd, 40)}`, { status, answer });
  }
  const retryAfterMs = status === 429 || status === 503 ? retryAfter(response.headers.get("retry-after")) : null;
  return failed(refusal(response), { status, answer, retryAfterMs });
}

function excerpt(text: string, characters: number): string {
  return text.slice(0, characters).toWellFormed();
}

/** Names what an operator can mend: 401, 403 and a redirect are how Cloudflare Access and most logins refuse. */
function refusal(response: Response): string {
  const { status } = response;
  if (status === 401 || status === 403) return `credentials: origin answered ${status}`;
  if (status < 300 || status >= 400) return `origin answered ${status}`;
  const location = response.headers.get("location") ?? "nowhere";
  const login = /cloudflareaccess\.com|log-?in|sign-?in|\bo?auth(?!ors?\b)|\bsso\b/i.test(location);
  const target = excerpt(location.replace(/[?#].*/s, ""), 200);
  return `${login ? "credentials: " : ""}origin answered ${status}, a redirect to ${target}`;
}

/** The resCd of an answer in KICC's manner, as text whatever its type; null where there is none. */
function resCdOf(text: string): string | null {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer !== "object" || answer === null || Array.isArray(answer) || !("resCd" in answer)) return null;
    return typeof answer.resCd === "string" ? answer.resCd : JSON.stringify(answer.resCd);
  } catch {
    return null;
  }
}

// Date.parse alone finds a date in nearly any text.
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Seconds or an HTTP date → ms from now; null for neither. */
function retryAfter(value: string | null): number | null {
  if (value === null) return null;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const instant = HTTP_DATE.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(instant) ? null : Math.max(0, instant - Date.now());
}
