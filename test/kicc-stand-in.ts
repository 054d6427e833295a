// A stand-in for KICC's find, in place of fetch(): it answers what the test says, and remembers what it was asked.
import { vi } from "vitest";

export interface Asked {
  readonly url: string;
  readonly method: string;
  readonly contentType: string | null;
  readonly mallId: string;
  readonly shopTransactionId: string;
  readonly pgCno: string;
  readonly cancelPgCno: string;
}

export type Answering = (asked: Asked) => Response | Promise<Response>;

/** A well-behaved answer's fields; `undefined` leaves one out. */
export function findAnswer(asked: Partial<Asked>, fields: Readonly<Record<string, unknown>> = {}): string {
  const { shopTransactionId, mallId, pgCno, cancelPgCno } = asked;
  return JSON.stringify({
    resCd: "0000",
    resMsg: "정상처리",
    shopTransactionId,
    mallId,
    pgCno,
    cancelPgCno,
    transactionDate: "20260114091210",
    cancelStatus: "TS02",
    resDetailMsg: encodeURIComponent("취소 성공"),
    amountInfo: { currency: "KRW", totAmount: 51000 },
    ...fields,
  });
}

/** Answers find with these fields. */
export function says(fields: Readonly<Record<string, unknown>> = {}): Answering {
  return (asked) => new Response(findAnswer(asked, fields));
}

/** Puts the stand-in in place of fetch() for KICC; the origin accepts all, and is counted in `delivered`. */
export function standInForKicc(first: Answering = says()) {
  const kicc = { asked: [] as Asked[], delivered: [] as Request[], answering: first, underWay: 0, mostUnderWay: 0 };
  vi.stubGlobal("fetch", async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input instanceof URL ? input.href : input, init);
    if (!request.url.endsWith("/find")) {
      kicc.delivered.push(request);
      return new Response("OK");
    }
    const asked = {
      ...(await request.json<Asked>()),
      url: request.url,
      method: request.method,
      contentType: request.headers.get("content-type"),
    };
    kicc.asked.push(asked);
    kicc.underWay += 1;
    kicc.mostUnderWay = Math.max(kicc.mostUnderWay, kicc.underWay);
    try {
      return await kicc.answering(asked);
    } finally {
      kicc.underWay -= 1;
    }
  });
  return kicc;
}
