// DNS over HTTPS in the stand-in, in the JSON format of Cloudflare's and Google's resolvers: the records of the
// account's zones, and what a test adds.
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { Account } from "./account.ts";

export interface Dns {
  readonly url: string;
  /** Records of hostnames that are in no zone of the account: hostname → address. */
  readonly records: Map<string, string>;
  readonly close: () => Promise<void>;
}

const NXDOMAIN = 3;
const PROXIED = "104.16.1.1";

export async function startDns({ zones }: Account): Promise<Dns> {
  const records = new Map<string, string>();
  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://dns.invalid");
    const name = url.searchParams.get("name") ?? "";
    const held = zones.find(({ records: all }) => all.has(name))?.records.get(name) ?? records.get(name);
    // A custom domain's own record is not seen from outside: its hostname leads to Cloudflare.
    const data = held === "100::" ? PROXIED : held;
    const isAsked = url.searchParams.get("type") === "A" && data !== undefined;
    const answer = isAsked ? [{ name, type: 1, TTL: 300, data }] : [];
    response.writeHead(200, { "content-type": "application/dns-json" });
    response.end(JSON.stringify({ Status: data === undefined ? NXDOMAIN : 0, Answer: answer }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/dns-query`, records, close };
}
