// The connection to the receiver: verified TLS, and a web proxy where there is no other way out.
import http from "node:http";
import net from "node:net";
import { expect, test } from "vitest";
import { makeCertificate, openDoor } from "./certificate.ts";
import { listen } from "./http.ts";
import { startInternal } from "./internal.ts";
import { eventually, startPuller } from "./process.ts";
import { startReceiver } from "./receiver.ts";

async function behindTls() {
  const [receiver, internal] = await Promise.all([startReceiver(), startInternal()]);
  const certificate = makeCertificate("127.0.0.1");
  const door = await openDoor("127.0.0.1", certificate, receiver.url);
  return { receiver, internal, certificate, urls: { receiver: door, internal: internal.url } };
}

test("shows its token to no receiver whose certificate it cannot verify", async () => {
  const { receiver, urls } = await behindTls();
  const puller = startPuller(urls);
  await eventually(() => expect(puller.logged("pull.failed")).not.toEqual([]));
  expect(puller.logged("pull.failed")[0]?.["error"]).toBe("no connection: DEPTH_ZERO_SELF_SIGNED_CERT");
  expect(receiver.calls).toEqual([]);
});

test("trusts a certificate authority of the merchant's own", async () => {
  const { receiver, certificate, urls } = await behindTls();
  const id = receiver.notify();
  startPuller(urls, { env: { NODE_EXTRA_CA_CERTS: certificate.file } });
  await eventually(() => expect(receiver.find(id).state).toBe("delivered"));
});

// Node's own, and older ones have not got it.
test.skipIf(process.env["PULLER_NODE"])(
  "reaches the receiver through a proxy, and the internal system directly",
  async () => {
    const { receiver, internal, certificate, urls } = await behindTls();
    const tunnels: (string | undefined)[] = [];
    const visits: (string | undefined)[] = [];
    const server = http.createServer((request, response) => {
      visits.push(request.url);
      response.writeHead(502).end();
    });
    server.on("connect", (request, client: net.Socket) => {
      tunnels.push(request.url);
      const { hostname, port } = new URL(`http://${request.url}`);
      const onward = net.connect(Number(port), hostname, () => {
        client.write("HTTP/1.1 200 Connected\r\n\r\n");
        onward.pipe(client).pipe(onward);
      });
      for (const socket of [client, onward]) {
        socket.on("error", () => {
          client.destroy();
          onward.destroy();
        });
      }
    });
    const proxy = await listen(server);
    const id = receiver.notify();
    const through = { NODE_USE_ENV_PROXY: "1", HTTPS_PROXY: proxy, HTTP_PROXY: proxy };
    startPuller(urls, { env: { NODE_EXTRA_CA_CERTS: certificate.file, ...through } });
    await eventually(() => expect(receiver.find(id).state).toBe("delivered"));
    expect(new Set(tunnels)).toEqual(new Set([new URL(urls.receiver).host]));
    expect(visits).toEqual([]);
    expect(internal.received).toHaveLength(1);
  },
);
