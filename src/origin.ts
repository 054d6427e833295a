// One POST to the merchant's origin → its outcome. Never throws: whatever the origin does is an outcome.
import type { Origin } from "./config.ts";
import { SUCCESS, decodeText } from "./notification.ts";
import { type Outcome, failed } from "./outcome.ts";

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
  const url = (parcel.mallId !== null && origin.routes.get(parcel.mallId)) || origin.url;
  const headers = new Headers(origin.headers[url.host] ?? origin.headers[url.hostname]);
  for (const [name, value] of Object.entries(parcel.headers)) headers.set(name, value);
  if (parcel.contentType !== null) headers.set("content-type", parcel.contentType);
  const signal = AbortSignal.timeout(origin.timeoutMs);
  const init = { method: "POST", headers, body: parcel.body, redirect: "manual", signal } as const;
  let status: number | null = null;
  try {
    const response = await (origin.fetcher ? origin.fetcher.fetch(url, init) : fetch(url, init));
    status = response.status;
    return judge(response, await readAnswer(response));
  } catch (error) {
    const late = signal.aborted ? `no ${status === null ? "" : "whole "}answer in ${origin.timeoutMs} ms` : null;
    return failed(late ?? `no connection: ${error instanceof Error ? error.message : String(error)}`, { status });
  }
}

/** An answer's first 64 KiB, null for what is longer: that is judged by status alone. */
async function readAnswer(response: Response): Promise<{ text: string; whole: boolean }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LARGEST_JUDGED_BYTES) break;
  }
  const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer());
  return { text: decodeText(bytes.subarray(0, LARGEST_JUDGED_BYTES)).text, whole: length <= LARGEST_JUDGED_BYTES };
}

function judge(response: Response, { text, whole }: { text: string; whole: boolean }): Outcome {
  const status = response.status;
  const answer = text === "" ? null : text.slice(0, KEPT_ANSWER_CHARACTERS).toWellFormed();
  if (status === 410) return { kind: "gone", status, error: "origin answered 410", answer };
  if (response.ok) {
    const resCd = whole ? resCdOf(text) : null;
    if (resCd === null || resCd === SUCCESS) return { kind: "accepted", status, answer };
    return failed(`origin answered ${status} with resCd ${resCd.slice(0, 40)}`, { status, answer });
  }
  const retryAfterMs = status === 429 || status === 503 ? retryAfter(response.headers.get("retry-after")) : null;
  return failed(refusal(response), { status, answer, retryAfterMs });
}

/** Names what an operator can mend: 401, 403 and a redirect are how Cloudflare Access and most logins refuse. */
function refusal(response: Response): string {
  const { status } = response;
  if (status === 401 || status === 403) return `credentials: origin answered ${status}`;
  if (status >= 300 && status < 400) {
    const location = response.headers.get("location") ?? "nowhere";
    const login = /cloudflareaccess\.com|log-?in|sign-?in|auth|sso/i.test(location);
    return `${login ? "credentials: " : ""}origin answered ${status}, a redirect to ${location.split("?")[0]?.slice(0, 200)}`;
  }
  return `origin answered ${status}`;
}

/** The resCd of an answer in KICC's manner; null where the answer is none. */
function resCdOf(text: string): string | null {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer !== "object" || answer === null || Array.isArray(answer) || !("resCd" in answer)) return null;
    const { resCd } = answer;
    return resCd === null || resCd === "" ? null : typeof resCd === "string" ? resCd : JSON.stringify(resCd);
  } catch {
    return null;
  }
}

/** Seconds or an HTTP date → ms from now; null for neither. */
function retryAfter(value: string | null): number | null {
  if (value === null) return null;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}
