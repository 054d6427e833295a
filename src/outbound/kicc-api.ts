// Calls one of KICC's status APIs and returns its answer. Never throws: whatever KICC does is an answer.
import { before } from "../deadline.ts";
import { gather, joined } from "../gather.ts";
import { reasonOf } from "../log.ts";
import { readable } from "../kinds/status-answer.ts";
import type { StatusApi } from "../kinds/kind.ts";
import { decodeText } from "../kinds/text.ts";
import type { Answer, Query } from "../rules/notification.ts";

/** KICC's page asks the client to wait that long. */
export const ASK_TIMEOUT_MS = 30_000;
const LARGEST_ANSWER_BYTES = 64 * 1024;

/** @param kiccApiUrl KICC_API_URL; a path in it is kept before the API's path */
export async function askKicc(
  kiccApiUrl: URL,
  api: StatusApi,
  query: Query,
  timeoutMs: number = ASK_TIMEOUT_MS,
): Promise<Answer> {
  const deadline = Date.now() + timeoutMs;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    // The signal ends fetch(). `before` ends the wait, in case something ignores the signal.
    return await before(deadline, "ask KICC", post(kiccApiUrl, api, query, signal));
  } catch (error) {
    const isLate = signal.aborted || Date.now() >= deadline;
    return none(null, isLate ? `no whole answer in ${timeoutMs} ms` : `no connection: ${reasonOf(error)}`);
  }
}

async function post(kiccApiUrl: URL, api: StatusApi, query: Query, signal: AbortSignal): Promise<Answer> {
  const response = await fetch(kiccApiUrl.href.replace(/\/*$/, api.path), {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8", accept: "application/json" },
    // KICC refuses a used shopTransactionId until midnight, so each query has a new one.
    body: JSON.stringify({ ...query, shopTransactionId: crypto.randomUUID() }),
    redirect: "manual",
    signal,
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    return none(response.status, `KICC answered ${response.status}`);
  }
  const { chunks, end } = gather(response.body, LARGEST_ANSWER_BYTES);
  if ((await end) === "too-large") return none(200, "answer over 64 KiB");
  return api.read(decodeText(await joined(chunks)).text);
}

function none(status: number | null, text: string): Answer {
  return { kind: "none", status: status === null ? null : String(status), text: readable(text) };
}
