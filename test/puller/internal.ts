// A stand-in for the merchant's internal system: it keeps what it gets and answers as the test says.
import http from "node:http";
import { bodyOf, listen } from "./http.ts";

interface Received {
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Leaves the body unfinished. */
  readonly stalls?: boolean;
}

export interface InternalStandIn {
  readonly url: string;
  readonly received: Received[];
  /** By default what a merchant's KICC handler answers. */
  answer: (received: Received) => Answer | Promise<Answer>;
}

export async function startInternal(): Promise<InternalStandIn> {
  const standIn: InternalStandIn = {
    url: "",
    received: [],
    answer: () => ({ body: '{"resCd":"0000","resMsg":"OK"}' }),
  };
  async function take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const received = { path: request.url ?? "", headers: request.headers, body: await bodyOf(request) };
    standIn.received.push(received);
    const { status = 200, headers = {}, body = "", stalls = false } = await standIn.answer(received);
    response.writeHead(status, headers);
    if (stalls) response.write(body);
    else response.end(body);
  }
  const url = await listen(http.createServer((request, response) => void take(request, response)));
  return Object.assign(standIn, { url });
}
