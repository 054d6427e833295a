// One POST to the stand-in's edge from a given address.
import https from "node:https";
import { buffer } from "node:stream/consumers";
import { readFileSync } from "node:fs";
import type { Cloudflare } from "../cloudflare/cloudflare.ts";
import { CALLER_HEADER } from "../cloudflare/edge.ts";

export interface Answered {
  readonly status: number;
  readonly text: string;
}

export function post(
  { edge, env }: Cloudflare,
  hostname: string,
  path: string,
  body: Uint8Array,
  from: string,
): Promise<Answered> {
  const headers = { "content-type": "application/json", [CALLER_HEADER]: from };
  return new Promise((resolve, reject) => {
    const request = https.request({
      host: "127.0.0.1",
      port: edge.port,
      servername: hostname,
      ca: readFileSync(env["NODE_EXTRA_CA_CERTS"] ?? ""),
      path,
      method: "POST",
      headers: { host: hostname, ...headers },
      agent: false,
    });
    request.on("error", reject);
    request.on("response", (response) => {
      buffer(response).then((bytes) => resolve({ status: response.statusCode ?? 0, text: bytes.toString() }), reject);
    });
    request.end(body);
  });
}
