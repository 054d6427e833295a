// The state of one Cloudflare account in the stand-in. `snapshot` shows whether a command changed anything.

/** What a token may do, as Cloudflare's dashboard groups it. "domains" is Workers Routes: Edit of the zone. */
export type Right = "d1" | "queues" | "scripts" | "zones" | "domains" | "dns";

export interface Database {
  readonly uuid: string;
  readonly name: string;
  readonly location: string | null;
  /** Its size, where a test says one. */
  readonly bytes?: number;
}

export interface Consumer {
  readonly consumer_id: string;
  readonly type: "worker";
  script: string;
  dead_letter_queue: string | undefined;
  settings: Readonly<Record<string, unknown>>;
}

export interface Queue {
  readonly queue_id: string;
  readonly queue_name: string;
  retentionSeconds: number;
  readonly consumers: Consumer[];
}

export interface Binding {
  readonly type: string;
  readonly name: string;
  readonly [field: string]: unknown;
}

export interface Version {
  readonly id: string;
  readonly number: number;
  readonly createdAt: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly mainModule: string | null;
  readonly modules: ReadonlyMap<string, string>;
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly bindings: readonly Binding[];
}

export interface Deployment {
  readonly id: string;
  readonly createdAt: number;
  readonly versions: readonly { readonly version_id: string; readonly percentage: number }[];
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Script {
  readonly name: string;
  readonly tag: string;
  tags: readonly string[];
  /** Oldest first. */
  readonly versions: Version[];
  /** Oldest first. */
  readonly deployments: Deployment[];
  crons: readonly string[];
  onWorkersDev: boolean;
}

export interface Domain {
  readonly id: string;
  readonly hostname: string;
  readonly service: string;
  readonly zone: string;
}

export interface Zone {
  readonly id: string;
  readonly name: string;
  readonly status: "active" | "pending";
  /** DNS records by hostname, as address or target. */
  readonly records: Map<string, string>;
}

export interface Account {
  readonly id: string;
  readonly name: string;
  plan: "free" | "paid";
  readonly rights: Set<Right>;
  subdomain: string | null;
  readonly databases: Database[];
  readonly queues: Queue[];
  readonly scripts: Map<string, Script>;
  readonly domains: Domain[];
  readonly zones: Zone[];
}

const EVERY_RIGHT: readonly Right[] = ["d1", "queues", "scripts", "zones", "domains"];

/** An account on Workers Paid with one zone and a workers.dev name, as a token with README's rights sees it. */
export function newAccount(changes: Partial<Account> = {}): Account {
  return {
    id: "0123456789abcdef0123456789abcdef",
    name: "Shop",
    plan: "paid",
    rights: new Set(EVERY_RIGHT),
    subdomain: "shop",
    databases: [],
    queues: [],
    scripts: new Map(),
    domains: [],
    zones: [{ id: "zone-1", name: "shop.example", status: "active", records: new Map() }],
    ...changes,
  };
}

/** How Cloudflare's API refuses: the status, its own code and text. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function needRight(account: Account, right: Right): void {
  if (!account.rights.has(right)) throw new Refusal(403, 10000, "Authentication error");
}

/** Everything that the account holds, for comparing before with after. What D1 holds is not in it. */
export function snapshot({ databases, queues, scripts, domains, subdomain, zones }: Account): string {
  const records = zones.map(({ name, records: all }) => [name, [...all]]);
  return JSON.stringify(
    { databases, queues, scripts: [...scripts], domains, subdomain, records },
    (_key, value: unknown) => (value instanceof Map ? [...value.keys()] : value),
  );
}
