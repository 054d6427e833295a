// The internal system of namespace.test.ts, in its own process: prints its port, then one line per notification.
import http from "node:http";
import type { AddressInfo } from "node:net";

const server = http.createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    console.log(JSON.stringify({ id: request.headers["webhook-id"], body: Buffer.concat(chunks).toString() }));
    response.end('{"resCd":"0000","resMsg":"OK"}');
  });
});
server.listen(0, "0.0.0.0", () => console.log((server.address() as AddressInfo).port));
