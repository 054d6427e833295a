// The addresses that these commands call. A test replaces them with environment variables, all of which are read here.

export interface Endpoints {
  /** Cloudflare's API. The variable is wrangler's own. */
  readonly api: string;
  /** Resolvers that answer DNS over HTTPS in JSON. */
  readonly resolvers: readonly string[];
  /** Like curl's --connect-to, for tests and for going past DNS: this address is used instead of the hostname's. */
  readonly connectTo: ReadonlyMap<string, { readonly address: string; readonly port: number }>;
}

const API = "https://api.cloudflare.com/client/v4";
const RESOLVERS = "https://cloudflare-dns.com/dns-query https://dns.google/resolve";

export function endpointsIn(env: Readonly<Record<string, string | undefined>>): Endpoints {
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
