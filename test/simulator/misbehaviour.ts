// Writes one answer of KICC's API, well or in one of the ways in which an API goes wrong.
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeEucKr } from "./euc-kr.ts";
import type { Reply } from "./reply.ts";

/** The call itself was carried out in every case: only its answer is bad, as where an answer is lost. */
export type Misbehaviour =
  | { readonly kind: "slow"; readonly ms: number }
  | { readonly kind: "http-status"; readonly status: number }
  | { readonly kind: "wrong-json" }
  /** Korean in EUC-KR bytes under a header that says utf-8. */
  | { readonly kind: "euc-kr" }
  | { readonly kind: "error"; readonly resCd: string; readonly resMsg: string }
  | { readonly kind: "cancel-status"; readonly cancelStatus: string }
  /** No answer, and the connection stays open. */
  | { readonly kind: "silent" };

export async function answer(
  response: ServerResponse,
  reply: Reply,
  misbehaviour: Misbehaviour | null,
  signal: AbortSignal,
): Promise<void> {
  switch (misbehaviour?.kind) {
    case undefined:
      return write(response, 200, JSON.stringify(reply));
    case "slow":
      await sleep(misbehaviour.ms, undefined, { signal }).catch(() => {});
      return write(response, 200, JSON.stringify(reply));
    case "http-status":
      // resCd and resMsg exist only in HTTP 200 answers.
      return write(response, misbehaviour.status, "<html><body>Error</body></html>", "text/html");
    case "wrong-json":
      return write(response, 200, JSON.stringify(reply).slice(0, -1));
    case "euc-kr":
      return write(response, 200, encodeEucKr(JSON.stringify({ ...reply, resMsg: "정상처리" })));
    case "error": {
      const { resCd, resMsg } = misbehaviour;
      const { shopTransactionId, mallId, pgCno } = reply;
      return write(response, 200, JSON.stringify({ resCd, resMsg, shopTransactionId, mallId, pgCno }));
    }
    case "cancel-status":
      return write(response, 200, JSON.stringify({ ...reply, cancelStatus: misbehaviour.cancelStatus }));
    case "silent":
  }
}

function write(
  response: ServerResponse,
  status: number,
  body: string | Uint8Array,
  contentType = "application/json; charset=utf-8",
): void {
  if (!response.destroyed) response.writeHead(status, { "content-type": contentType }).end(body);
}
