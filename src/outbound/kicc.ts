// One call of a status API of KICC's → its answer. Never throws: whatever KICC does, or does not, is an answer.
import { reasonOf } from "../log.ts";
import { readable } from "../kinds/find.ts";
import type { StatusApi } from "../kinds/kind.ts";
import { decodeText } from "../kinds/text.ts";
import type { Answer, Query } from "../rules/notification.ts";

/** What KICC's page asks of the client. */
export const ASK_TIMEOUT_MS = 30_000;
const LARGEST_ANSWER_BYTES = 64 * 1024;

/** @param kiccApiUrl KICC_API_URL; a path in it stands before find's */
export async function askKicc(
  kiccApiUrl: URL,
  api: StatusApi,
  query: Query,
  timeoutMs: number = ASK_TIMEOUT_MS,
): Promise<Answer> {
  const signal = AbortSignal.timeout(timeoutMs);
  // The signal aborts fetch(). The race keeps the deadline even if something ignores the signal.
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error(`no whole answer in ${timeoutMs} ms`)));
  });
  try {
    return await Promise.race([ask(kiccApiUrl, api, query, signal), late]);
  } catch (error) {
    return none(null, signal.aborted ? `no whole answer in ${timeoutMs} ms` : `no connection: ${reasonOf(error)}`);
  }
}

async function ask(kiccApiUrl: URL, api: StatusApi, query: Query, signal: AbortSignal): Promise<Answer> {
  const response = await fetch(kiccApiUrl.href.replace(/\/*$/, api.path), {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8", accept: "application/json" },
    // A used shopTransactionId gets a duplicate error until midnight: each query has its own.
    body: JSON.stringify({ ...query, shopTransactionId: crypto.randomUUID() }),
    redirect: "manual",
    signal,
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    return none(response.status, `KICC answered ${response.status}`);
  }
  const bytes = await readAtMost(response.body, LARGEST_ANSWER_BYTES);
  return bytes === null ? none(200, "answer over 64 KiB") : api.read(decodeText(bytes).text);
}

function none(status: number | null, text: string): Answer {
  return { kind: "none", status: status === null ? null : String(status), text: readable(text) };
}

/** The stream's bytes, or null where there are more than `most`. */
async function readAtMost(stream: ReadableStream<Uint8Array> | null, most: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > most) return null;
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
