// Where this command asks outside, and how a test points it elsewhere: every address is read here. Without these
// variables it is the real world.

export interface Outward {
  /** Cloudflare's API: wrangler's own variable. */
  readonly api: string;
  /** Resolvers that answer DNS over HTTPS in JSON. */
  readonly resolvers: readonly string[];
  /** For tests and for a look past DNS, as curl's --connect-to: this address serves in place of the hostname's. */
  readonly connectTo: ReadonlyMap<string, { readonly address: string; readonly port: number }>;
}

const API = "https://api.cloudflare.com/client/v4";
const RESOLVERS = "https://cloudflare-dns.com/dns-query https://dns.google/resolve";

export function outwardOf(env: Readonly<Record<string, string | undefined>>): Outward {
  const list = (text: string) => text.split(/\s+/).filter((entry) => entry !== "");
  const entries = list(env["KICC_CONNECT_TO"] ?? "").map((entry) => {
    // kicc.shop.example=127.0.0.1:8443
    const [, hostname = "", address = "", port = ""] = /^([^=]+)=(.+):(\d+)$/.exec(entry) ?? [];
    return [hostname, { address, port: Number(port) }] as const;
  });
  return {
    api: (env["CLOUDFLARE_API_BASE_URL"] ?? API).replace(/\/$/, ""),
    resolvers: list(env["KICC_DNS_OVER_HTTPS"] ?? RESOLVERS),
    connectTo: new Map(entries.filter(([hostname]) => hostname !== "")),
  };
}
