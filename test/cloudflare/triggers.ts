// What leads to a Worker in the stand-in's account: workers.dev, custom domains with their zones and DNS, crons.
import { randomUUID } from "node:crypto";
import { type Account, Refusal, type Script, type Zone, needRight } from "./account.ts";
import { type Call, type Handlers, paged } from "./api.ts";

/** What Cloudflare does where a hostname has a DNS record already and the caller says that it may be replaced. */
export type DnsConduct = "takes-it-over" | "refuses";

export function triggerHandlers(account: Account, conduct: () => DnsConduct): Handlers {
  const workers = "/accounts/:account/workers";
  const script = `${workers}/scripts/:script`;
  const find = ({ params }: Call): Script => {
    needRight(account, "scripts");
    const found = account.scripts.get(params["script"] ?? "");
    if (!found) throw new Refusal(404, 10007, "This Worker does not exist on your account.");
    return found;
  };
  const attach = ({ name }: Script, hostname: string, mayReplace: boolean): void => {
    needRight(account, "domains");
    const zone = zoneOf(account, hostname);
    if (!zone) throw new Refusal(400, 100112, `Could not find zone for ${hostname}`);
    const other = account.domains.find((domain) => domain.hostname === hostname);
    if (other?.service === name) return;
    if (other) throw new Refusal(409, 100116, `Hostname '${hostname}' already has a Worker: ${other.service}`);
    if (zone.records.has(hostname) && !(mayReplace && conduct() === "takes-it-over")) {
      const told = `Hostname '${hostname}' already has externally managed DNS records (A, CNAME, etc).`;
      throw new Refusal(409, 100117, `${told} Delete them, or use a different hostname.`);
    }
    zone.records.set(hostname, "100::");
    account.domains.push({ id: randomUUID(), hostname, service: name, zone: zone.name });
  };
  return {
    [`GET ${workers}/subdomain`]: () => {
      if (account.subdomain === null) throw new Refusal(404, 10007, "You do not have a workers.dev subdomain.");
      return { subdomain: account.subdomain };
    },
    [`GET ${workers}/subdomains/:name`]: ({ params }) => {
      if (params["name"] === "taken") throw new Refusal(409, 10031, "Subdomain is unavailable");
      throw new Refusal(404, 10032, "Subdomain is free");
    },
    [`PUT ${workers}/subdomain`]: ({ json }) => {
      needRight(account, "scripts");
      const { subdomain } = json() as { subdomain: string };
      if (subdomain === "taken") throw new Refusal(409, 10031, "Subdomain is unavailable");
      account.subdomain = subdomain;
      return { subdomain };
    },
    [`GET ${workers}/workers/:script`]: (call) => ({
      name: find(call).name,
      subdomain: subdomainOf(account, find(call)),
    }),
    [`POST ${script}/subdomain`]: (call) => {
      const one = find(call);
      one.onWorkersDev = call.json()["enabled"] === true;
      return { enabled: one.onWorkersDev, previews_enabled: false };
    },
    [`GET ${script}/schedules`]: (call) => ({ schedules: find(call).crons.map((cron) => ({ cron })) }),
    [`PUT ${script}/schedules`]: (call) => {
      const list = JSON.parse(call.bytes.toString()) as { cron: string }[];
      find(call).crons = list.map(({ cron }) => cron);
      return { schedules: list };
    },
    [`GET ${workers}/domains`]: ({ query }) => {
      const wanted = query.get("hostname");
      const found = account.domains.filter(({ hostname }) => wanted === null || hostname === wanted);
      return paged(found.map(({ id, hostname, service, zone }) => ({ id, hostname, service, zone_name: zone })));
    },
    [`POST ${script}/domains/changeset`]: () => ({ added: [], removed: [], updated: [], conflicting: [] }),
    [`PUT ${script}/domains/records`]: (call) => {
      const { origins, override_existing_dns_record: mayReplace } = call.json() as {
        origins: { hostname: string }[];
        override_existing_dns_record: boolean;
      };
      const one = find(call);
      for (const { hostname } of origins) attach(one, hostname, mayReplace);
      const wanted = new Set(origins.map(({ hostname }) => hostname));
      const gone = account.domains.filter(({ service, hostname }) => service === one.name && !wanted.has(hostname));
      for (const domain of gone) account.domains.splice(account.domains.indexOf(domain), 1);
      return { id: one.name };
    },
    "GET /zones": ({ query }) => {
      needRight(account, "zones");
      const zones = account.zones.filter(({ name }) => name === query.get("name"));
      return paged(zones.map(({ id, name, status }) => ({ id, name, status, account: { id: account.id } })));
    },
    "GET /zones/:zone/dns_records": ({ params, query }) => {
      needRight(account, "dns");
      const records = account.zones.find(({ id }) => id === params["zone"])?.records ?? new Map<string, string>();
      const found = [...records].filter(([name]) => name === query.get("name"));
      return paged(found.map(([name, content]) => ({ id: name, name, type: "A", content })));
    },
  };
}

export function zoneOf({ zones }: Account, hostname: string): Zone | undefined {
  return zones.find(({ name }) => hostname === name || hostname.endsWith(`.${name}`));
}

/** workers.dev as the API shows it for one Worker. */
function subdomainOf({ subdomain }: Account, { name, onWorkersDev }: Script): object {
  const url = subdomain === null ? undefined : `https://${name}.${subdomain}.workers.dev`;
  return { enabled: onWorkersDev, previews_enabled: false, ...(url ? { url } : {}) };
}
