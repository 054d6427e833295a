// Every ending of receiving → what KICC is told: one map, nothing else answers the hook.

export type Ending =
  | "stored"
  | "resent"
  | "queued"
  | "misconfigured"
  | "method"
  | "token"
  | "address"
  | "too-large"
  | "unreadable"
  | "unavailable";

interface Ack {
  readonly status: 200 | 400 | 403 | 404 | 405 | 413 | 503;
  readonly resCd: string;
  /** ASCII without quotes and separators: KICC's older systems block those characters. */
  readonly resMsg: string;
}

/**
 * A failure is both a non-200 status and a failing resCd, so that it is one whichever KICC reads
 * (cancel-webhook is silent on the status; the general webhook page resends on every non-200).
 */
const ACKS: Readonly<Record<Ending, Ack>> = {
  stored: { status: 200, resCd: "0000", resMsg: "OK" },
  resent: { status: 200, resCd: "0000", resMsg: "OK, known already" },
  queued: { status: 200, resCd: "0000", resMsg: "OK, queued" },
  misconfigured: { status: 503, resCd: "5001", resMsg: "Receiver is not configured" },
  method: { status: 405, resCd: "4050", resMsg: "Use POST" },
  token: { status: 404, resCd: "4040", resMsg: "No such notifyUrl" },
  address: { status: 403, resCd: "4030", resMsg: "Source address is not allowed" },
  "too-large": { status: 413, resCd: "4130", resMsg: "Body is over 64 KiB" },
  unreadable: { status: 400, resCd: "4000", resMsg: "Body is no JSON object with resCd and resMsg" },
  unavailable: { status: 503, resCd: "5001", resMsg: "Cannot store now, send again" },
};

/** The answer to KICC. `pgCno` is echoed as received; it is `""` where the body was not read or has none. */
export function ack(ending: Ending, pgCno: string | null = null): Response {
  const { status, resCd, resMsg } = ACKS[ending];
  const headers: Record<string, string> = ending === "method" ? { allow: "POST" } : {};
  return Response.json({ resCd, resMsg, pgCno: pgCno ?? "" }, { status, headers });
}
