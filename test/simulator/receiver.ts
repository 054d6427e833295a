// A receiver on 127.0.0.1 for the simulator's own tests: it does what the test says and remembers what came.
import http, { type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

interface Arrival {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as they were written. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** Told the number of the arrival, from 1. Null never answers; "hang up" closes the connection. */
export type Answering = (number: number) => Answered | "hang up" | null;

interface Answered {
  readonly status: number;
  readonly body: string;
  readonly contentType?: string;
}

export interface Receiver {
  readonly url: string;
  readonly arrivals: readonly Arrival[];
  stop(): Promise<void>;
}

export const ACK = { status: 200, body: '{"resCd":"0000","resMsg":"OK","pgCno":"1"}' };
export const NOT_NOW = { status: 503, body: '{"resCd":"5001","resMsg":"Cannot store now, send again","pgCno":""}' };

export async function startReceiver(answering: Answering): Promise<Receiver> {
  const arrivals: Arrival[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { url = "", headers, rawHeaders } = request;
      const number = arrivals.push({ path: url, headers, rawHeaders, body: Buffer.concat(chunks) });
      const answer = answering(number);
      if (answer === "hang up") request.socket.destroy();
      else if (answer !== null) response.writeHead(answer.status, typeOf(answer)).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/kicc/wechat/cancel`,
    arrivals,
    async stop() {
      const closed = new Promise((resolve) => void server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function typeOf({ contentType }: Answered): Record<string, string> {
  return contentType === undefined ? {} : { "content-type": contentType };
}
