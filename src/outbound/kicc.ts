// Asks KICC's Check Cancellation Status once. Never throws: no connection and a broken answer are answers, too.
import { reasonOf } from "../log.ts";
import { decodeText } from "../rules/notification.ts";
import { type Answer, type Query, readStatus, readable } from "../kinds/wechat-find.ts";

const FIND_PATH = "/api/trades/wechatpay/find";
/** KICC's document of find tells the client to wait this long. */
export const ASK_TIMEOUT_MS = 30_000;
const LARGEST_ANSWER_BYTES = 64 * 1024;

/** @param kiccApiUrl KICC_API_URL; its path, where it has one, goes before find's path */
export async function askKicc(kiccApiUrl: URL, query: Query, timeoutMs: number = ASK_TIMEOUT_MS): Promise<Answer> {
  const signal = AbortSignal.timeout(timeoutMs);
  // The signal aborts fetch(). The race keeps the deadline even if something ignores the signal.
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error(`no whole answer in ${timeoutMs} ms`)));
  });
  try {
    return await Promise.race([ask(kiccApiUrl, query, signal), late]);
  } catch (error) {
    return none(null, signal.aborted ? `no whole answer in ${timeoutMs} ms` : `no connection: ${reasonOf(error)}`);
  }
}

async function ask(kiccApiUrl: URL, { mallId, pgCno, cancelPgCno }: Query, signal: AbortSignal): Promise<Answer> {
  const response = await fetch(kiccApiUrl.href.replace(/\/*$/, FIND_PATH), {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8", accept: "application/json" },
    // KICC refuses a shopTransactionId that was used the same day, so each query has a new one.
    body: JSON.stringify({ mallId, shopTransactionId: crypto.randomUUID(), pgCno, cancelPgCno }),
    redirect: "manual",
    signal,
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    return none(response.status, `KICC answered ${response.status}`);
  }
  const bytes = await readAtMost(response.body, LARGEST_ANSWER_BYTES);
  return bytes === null ? none(200, "answer over 64 KiB") : readStatus(decodeText(bytes).text);
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
