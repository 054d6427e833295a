// What the stand-ins share: a server on a port that the system chose. It is closed when the test ends.
import { once } from "node:events";
import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** @returns its URL, without a slash at the end */
export async function listen(server: Server, address = "127.0.0.1", scheme = "http"): Promise<string> {
  server.listen(0, address);
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `${scheme}://${address}:${(server.address() as AddressInfo).port}`;
}

export async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
