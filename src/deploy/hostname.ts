// Checks whether the receiver may take the hostname. wrangler would take it without asking, even from the merchant's
// own server. So this looks first, in the account and in DNS.
import { randomBytes } from "node:crypto";
import { RIGHTS } from "./account.ts";
import { type CloudflareApi, isForbidden } from "./cloudflare-api.ts";
import type { Progress } from "./progress.ts";
import { resolve } from "./dns.ts";
import { Stop } from "./stop.ts";

export interface HostnameSetup {
  readonly api: CloudflareApi;
  readonly account: string;
  readonly worker: string;
  readonly resolvers: readonly string[];
  readonly replacesDns: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** @throws {Stop} unless the hostname is this Worker's already, or free on an active domain of the account */
export async function checkHostname(hostname: string, setup: HostnameSetup): Promise<void> {
  const { api, account, worker, progress } = setup;
  const owner = await ownerOf(hostname, setup);
  if (owner === worker) {
    progress.is(`${hostname} leads to ${worker}`);
    return;
  }
  if (owner !== null) {
    throw new Stop(`${hostname} is the custom domain of another Worker: ${owner}`, {
      todo: [
        "Choose another --hostname",
        `Or detach it: dash.cloudflare.com/${account}/workers/services/view/${owner}/production/settings`,
      ],
    });
  }
  const zone = await zoneOf(hostname, api);
  const record = (await recordInZone(hostname, zone, api)) ?? (await recordFromOutside(hostname, setup));
  if (record === null) {
    progress.is(`${hostname} is free, on the domain ${zone.name}`);
    return;
  }
  if (setup.replacesDns) {
    progress.note(`${hostname} leads to ${record} now, and will be cut off from it (--replace-dns)`);
    return;
  }
  throw new Stop(`${hostname} has a DNS record already: it leads to ${record}`, {
    todo: [
      "Choose a hostname that nothing else uses, such as kicc." + zone.name,
      "If nothing needs that record any more: --replace-dns. Where Cloudflare refuses even then, delete the record first.",
    ],
  });
}

async function ownerOf(hostname: string, { api, account }: HostnameSetup): Promise<string | null> {
  const answer = await api.get<readonly { hostname: string; service: string }[]>(
    `/accounts/${account}/workers/domains`,
    { hostname },
  );
  if (answer.end === "refused") {
    throw new Stop(`Cannot see which hostnames lead to which Worker: ${answer.message} (${answer.code})`, {
      todo: [`Give the API token these rights: ${RIGHTS}`],
    });
  }
  return answer.result.find((domain) => domain.hostname === hostname)?.service ?? null;
}

interface Zone {
  readonly id: string;
  readonly name: string;
  readonly status: string;
}

/** The domain of the account with the longest name that the hostname ends with. */
async function zoneOf(hostname: string, api: CloudflareApi): Promise<Zone> {
  const labels = hostname.split(".");
  for (let first = 0; first < labels.length - 1; first += 1) {
    const name = labels.slice(first).join(".");
    const answer = await api.get<readonly Zone[]>("/zones", { name });
    if (answer.end === "refused") {
      if (!isForbidden(answer))
        throw new Stop(`Cannot look for the domain ${name}: ${answer.message} (${answer.code})`);
      throw new Stop("The API token may not see the account's domains, so the hostname could not be attached", {
        todo: [`Give it these rights: ${RIGHTS}`],
      });
    }
    const [zone] = answer.result;
    if (!zone) continue;
    if (zone.status === "active") return zone;
    throw new Stop(`The domain ${name} is in this account, and not active yet (${zone.status})`, {
      todo: ["Set the nameservers that the dashboard shows at your registrar, and wait for Cloudflare's e-mail"],
    });
  }
  throw new Stop(`${hostname} is on no domain of this Cloudflare account`, {
    todo: [
      "Add the domain to the account (dash.cloudflare.com → Add a domain), or choose a hostname on one that is there",
    ],
  });
}

/** null where there is no record, or where the login may not read DNS: `wrangler login` may not. */
async function recordInZone(hostname: string, zone: Zone, api: CloudflareApi): Promise<string | null> {
  const answer = await api.get<readonly { type: string; content: string }[]>(`/zones/${zone.id}/dns_records`, {
    name: hostname,
  });
  const [record] = answer.end === "found" ? answer.result : [];
  return record ? `${record.content} (${record.type})` : null;
}

async function recordFromOutside(
  hostname: string,
  { resolvers, signal, replacesDns }: HostnameSetup,
): Promise<string | null> {
  const seen = await resolve(hostname, resolvers, signal);
  if (seen.end === "none") return null;
  if (seen.end === "unknown") {
    if (replacesDns) return null;
    throw new Stop(`Cannot see whether ${hostname} has a DNS record already (${seen.why})`, {
      todo: ["Run it again where DNS over HTTPS is allowed, or, if nothing uses that hostname: --replace-dns"],
    });
  }
  // With a wildcard record every name resolves, and the hostname has no record of its own.
  const sibling = `kicc-${randomBytes(6).toString("hex")}.${hostname.split(".").slice(1).join(".")}`;
  const other = await resolve(sibling, resolvers, signal);
  const isWildcard = other.end === "found" && other.addresses.some((address) => seen.addresses.includes(address));
  return isWildcard ? null : seen.addresses.join(", ");
}
