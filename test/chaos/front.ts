// HTTP straight into the workerd of the chaos Worker: wrangler's own proxy does not survive thousands of connections.
import { once } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestHarness } from "wrangler";

type Dispatch = ReturnType<TestHarness["getWorker"]>["fetch"];

export interface Front {
  readonly url: URL;
  readonly close: () => void;
}

export async function startFront(dispatch: Dispatch): Promise<Front> {
  const server = http.createServer((request, response) => {
    // A Worker that was killed answers nobody.
    pass(request, response, dispatch).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function pass(request: IncomingMessage, response: ServerResponse, dispatch: Dispatch): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === "string" && !["connection", "content-length", "host"].includes(name)) headers[name] = value;
  }
  const method = request.method ?? "GET";
  const body = method === "GET" ? null : Buffer.concat(chunks);
  const answer = await dispatch(`http://localhost${request.url}`, { method, headers, body });
  response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/plain" });
  response.end(Buffer.from(await answer.arrayBuffer()));
}
