// Maps each ending of receiving to what KICC is told, in the format of what KICC sent. Only this map answers the hook.

export type Ending =
  | "stored"
  | "resent"
  | "queued"
  | "misconfigured"
  | "method"
  | "token"
  | "path"
  | "address"
  | "too-large"
  | "unreadable"
  | "unavailable";

/** The format of the ack. Where the body was not read, it is JSON with `pgCno: ""`. */
export type Reply =
  | { readonly as: "json"; readonly pgCno: string | null }
  | { readonly as: "json-without-pgCno" }
  | { readonly as: "text" };

export const UNREAD: Reply = { as: "json", pgCno: null };

/** Stands between res_cd and res_msg in the ack to a form. KICC's samples have 0x1F; some merchants use ^. */
export const SEPARATORS = { us: "\u001f", caret: "^" } as const;
export type Separator = keyof typeof SEPARATORS;

export interface Ack {
  readonly status: 200 | 400 | 403 | 404 | 405 | 413 | 503;
  readonly resCd: string;
  /** ASCII without quotes and separators: KICC's older systems block those characters. */
  readonly resMsg: string;
}

/**
 * A failure has both a status other than 200 and a failing resCd, so that KICC sees it whichever of the two it reads.
 * The cancel-webhook page does not mention the status; the general webhook page resends on every status but 200.
 */
export const ACKS: Readonly<Record<Ending, Ack>> = {
  stored: { status: 200, resCd: "0000", resMsg: "OK" },
  resent: { status: 200, resCd: "0000", resMsg: "OK, known already" },
  queued: { status: 200, resCd: "0000", resMsg: "OK, queued" },
  misconfigured: { status: 503, resCd: "5001", resMsg: "Receiver is not configured" },
  method: { status: 405, resCd: "4050", resMsg: "Use POST" },
  token: { status: 404, resCd: "4040", resMsg: "No such notifyUrl" },
  path: { status: 404, resCd: "4040", resMsg: "No such notifyUrl" },
  address: { status: 403, resCd: "4030", resMsg: "Source address is not allowed" },
  "too-large": { status: 413, resCd: "4130", resMsg: "Body is over 64 KiB" },
  unreadable: { status: 400, resCd: "4000", resMsg: "Body is no JSON object with resCd and resMsg" },
  unavailable: { status: 503, resCd: "5001", resMsg: "Cannot store now, send again" },
};

/** Any other character might end a value or a line for whoever reads the ack to a form. */
const NOT_IN_TEXT = /[^A-Za-z0-9 ]/g;

/** Makes the ack. It echoes pgCno, or "" where the body was not read or has none. */
export function ack(ending: Ending, reply: Reply = UNREAD, separator: Separator = "us"): Response {
  const { status, resCd, resMsg } = ACKS[ending];
  const headers: Record<string, string> = ending === "method" ? { allow: "POST" } : {};
  switch (reply.as) {
    case "json":
      return Response.json({ resCd, resMsg, pgCno: reply.pgCno ?? "" }, { status, headers });
    case "json-without-pgCno":
      return Response.json({ resCd, resMsg }, { status, headers });
    case "text": {
      const said = (ending === "unreadable" ? "Body is no readable form" : resMsg).replaceAll(NOT_IN_TEXT, "");
      headers["content-type"] = "text/plain; charset=utf-8";
      return new Response(`res_cd=${resCd}${SEPARATORS[separator]}res_msg=${said}`, { status, headers });
    }
  }
}
