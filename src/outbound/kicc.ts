// One Check Cancellation Status call to KICC → its answer. Never throws: whatever KICC does, or does not, is an answer.
import { reasonOf } from "../log.ts";
import { decodeText } from "../rules/notification.ts";
import { type Answer, type Query, readStatus, readable } from "../kinds/wechat-find.ts";

const FIND_PATH = "/api/trades/wechatpay/find";
/** What KICC's page asks of the client. */
export const ASK_TIMEOUT_MS = 30_000;
const LARGEST_ANSWER_BYTES = 64 * 1024;

/** @param kiccApiUrl KICC_API_URL; a path in it stands before find's */
export async function askKicc(kiccApiUrl: URL, query: Query, timeoutMs: number = ASK_TIMEOUT_MS): Promise<Answer> {
  const signal = AbortSignal.timeout(timeoutMs);
  // The signal ends the work; the race holds for what does not heed it.
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
    // A used shopTransactionId gets a duplicate error until midnight: each query has its own.
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

/** null where it is longer. */
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
