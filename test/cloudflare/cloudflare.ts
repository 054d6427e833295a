// This project's own small stand-in of Cloudflare: an account behind its API, and an edge that runs what was deployed.
// CLOUDFLARE_API_BASE_URL leads wrangler to it. Everything stays on 127.0.0.1.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Account, newAccount } from "./account.ts";
import { type Api, type Call, startApi } from "./api.ts";
import { makeCertificate } from "./certificate.ts";
import { d1Handlers } from "./d1.ts";
import { type Dns, startDns } from "./dns.ts";
import { type Edge, startEdge } from "./edge.ts";
import { queueHandlers } from "./queues.ts";
import { scriptHandlers } from "./scripts.ts";
import { type DnsConduct, triggerHandlers } from "./triggers.ts";
import { userHandlers } from "./user.ts";

const TOKEN = "stand-in-token";

export interface Cloudflare {
  readonly account: Account;
  readonly api: Api;
  readonly edge: Edge;
  readonly dns: Dns;
  /** Miniflare's `resourcePersistencePath`, where the D1 files are. */
  readonly directory: string;
  /** For wrangler and this project's commands. Nothing of the machine's own Cloudflare login gets in. */
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

export interface Setup {
  readonly account?: Partial<Account>;
  /** Accounts that the token reaches beside it. */
  readonly others?: readonly Pick<Account, "id" | "name">[];
  readonly dnsConduct?: DnsConduct;
  readonly outside?: Readonly<Record<string, string>>;
  /** What the edge answers in the Worker's place, as a challenge page; null lets the request through. */
  readonly inPlace?: () => Response | null;
  /** Hostnames of the edge's certificate. */
  readonly hostnames?: readonly string[];
  /** Sees each call to the API first, and may refuse it or hold it up. */
  readonly before?: (call: Call) => void | Promise<void>;
}

export async function startCloudflare(setup: Setup = {}): Promise<Cloudflare> {
  const root = mkdtempSync(path.join(tmpdir(), "kicc-cloudflare-"));
  const directory = path.join(root, "state");
  mkdirSync(directory);
  const account = newAccount(setup.account);
  const certificate = makeCertificate(root, setup.hostnames ?? ["kicc.shop.example", "*.shop.workers.dev"]);
  const edge = await startEdge({
    account,
    directory,
    certificate,
    outside: setup.outside ?? {},
    inPlace: setup.inPlace ?? (() => null),
  });
  const dns = await startDns(account);
  const handlers = {
    ...userHandlers([account, ...(setup.others ?? [])]),
    ...d1Handlers(account, { directory, release: edge.stop }),
    ...queueHandlers(account),
    ...scriptHandlers(account, edge.stop),
    ...triggerHandlers(account, () => setup.dnsConduct ?? "refuses"),
  };
  const api = await startApi(TOKEN, handlers, setup.before);
  return {
    account,
    api,
    edge,
    dns,
    directory,
    env: {
      CLOUDFLARE_API_BASE_URL: api.url,
      CLOUDFLARE_API_TOKEN: TOKEN,
      CLOUDFLARE_ACCOUNT_ID: account.id,
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
      WRANGLER_SEND_METRICS: "false",
      XDG_CONFIG_HOME: path.join(root, "config"),
      NODE_EXTRA_CA_CERTS: certificate.authority,
    },
    close: async () => {
      await api.close();
      await dns.close();
      await edge.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
