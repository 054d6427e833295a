// One answer of KICC's API as bytes, correct or garbled. No I/O.
import { encodeEucKr } from "./euc-kr.ts";
import type { Reply } from "./reply.ts";

/** The call itself was carried out in every case: only its answer is bad, as where an answer is lost. */
export type Garbling =
  | { readonly kind: "http-status"; readonly status: number }
  | { readonly kind: "wrong-json" }
  /** Korean in EUC-KR bytes under a header that says utf-8. */
  | { readonly kind: "euc-kr" }
  | { readonly kind: "error"; readonly resCd: string; readonly resMsg: string }
  | { readonly kind: "cancel-status"; readonly cancelStatus: string };

export interface Written {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

export function written(reply: Reply, garbling: Garbling | null): Written {
  switch (garbling?.kind) {
    case undefined:
      return json(JSON.stringify(reply));
    case "http-status":
      // resCd and resMsg exist only in HTTP 200 answers.
      return { status: garbling.status, contentType: "text/html", body: "<html><body>Error</body></html>" };
    case "wrong-json":
      return json(JSON.stringify(reply).slice(0, -1));
    case "euc-kr":
      return json(encodeEucKr(JSON.stringify({ ...reply, resMsg: "정상처리" })));
    case "error": {
      const { resCd, resMsg } = garbling;
      const { shopTransactionId, mallId, pgCno } = reply;
      return json(JSON.stringify({ resCd, resMsg, shopTransactionId, mallId, pgCno }));
    }
    case "cancel-status":
      return json(JSON.stringify({ ...reply, cancelStatus: garbling.cancelStatus }));
  }
}

function json(body: string | Uint8Array): Written {
  return { status: 200, contentType: "application/json; charset=utf-8", body };
}
