// The answers of KICC's API: their format and its refusals. KICC's page lists no codes, so these are invented.

export interface Reply {
  readonly resCd: string;
  readonly resMsg: string;
  readonly [field: string]: unknown;
}

export const REFUSALS = {
  invalid: { resCd: "R001", resMsg: "Invalid request" },
  duplicate: { resCd: "R002", resMsg: "Duplicate shopTransactionId" },
  unknown: { resCd: "R003", resMsg: "No such transaction" },
  amount: { resCd: "R004", resMsg: "Amount exceeds what is left to cancel" },
  unauthentic: { resCd: "R005", resMsg: "msgAuthValue does not match" },
} as const;

/** Echoes what the answer's table requires. */
export function refuse(
  refusal: (typeof REFUSALS)[keyof typeof REFUSALS],
  request: Readonly<Record<string, unknown>>,
  detail?: string,
): Reply {
  const { resCd, resMsg } = refusal;
  const { shopTransactionId = "", mallId = "", pgCno = "" } = request;
  return {
    resCd,
    resMsg: detail === undefined ? resMsg : `${resMsg}: ${detail}`,
    shopTransactionId,
    mallId,
    pgCno,
  };
}
