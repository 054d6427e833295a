// Reads one environment from wrangler.toml, with wrangler's own reader.
import path from "node:path";
import { unstable_readConfig } from "wrangler";
import { Stop } from "./stop.ts";

export interface Consumer {
  readonly queue: string;
  readonly deadLetters: string | null;
}

export interface Project {
  readonly worker: string;
  readonly database: string;
  readonly queues: readonly string[];
  readonly consumers: readonly Consumer[];
  readonly crons: readonly string[];
  /** Custom domains, in the order of `routes`. */
  readonly hostnames: readonly string[];
  readonly onWorkersDev: boolean;
  readonly vars: Readonly<Record<string, unknown>>;
  /** A Fetcher named ORIGIN is bound. */
  readonly hasOriginBinding: boolean;
  /** Everything that is deployed besides the code, for comparing versions. */
  readonly whole: unknown;
}

// Paths of files do not change what is deployed.
const PLACES = new Set(["configPath", "userConfigPath", "topLevelName", "definedEnvironments", "targetEnvironment"]);
const MACHINE = new Set(["main", "base_dir", "tsconfig", "build", "dev", "legacy_env", "send_metrics"]);

/** The part of wrangler's type that is read here. The package does not export that type. */
interface Read {
  readonly name?: string;
  readonly d1_databases: readonly { readonly database_name?: string }[];
  readonly queues: {
    readonly producers?: readonly { readonly queue?: string }[];
    readonly consumers?: readonly { readonly queue: string; readonly dead_letter_queue?: string }[];
  };
  readonly triggers: { readonly crons?: readonly string[] };
  readonly routes?: readonly (string | { readonly pattern: string; readonly custom_domain?: boolean })[];
  readonly workers_dev?: boolean;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly services?: readonly { readonly binding: string }[];
  readonly mtls_certificates?: readonly { readonly binding: string }[];
  readonly vpc_services?: readonly { readonly binding: string }[];
}

export function readProject(file: string, environment: "production" | "development"): Project {
  const config: Read = unstable_readConfig(
    { config: file, env: environment === "production" ? "" : environment },
    { hideWarnings: true },
  );
  const [database] = config.d1_databases;
  if (!config.name || !database?.database_name) {
    throw new Stop(`Cannot find the name of the Worker or of its D1 database in ${path.basename(file)}`);
  }
  const producers = config.queues.producers ?? [];
  const consumers = config.queues.consumers ?? [];
  const bindings = [...(config.services ?? []), ...(config.mtls_certificates ?? []), ...(config.vpc_services ?? [])];
  return {
    worker: config.name,
    database: database.database_name,
    queues: [...new Set([...producers.flatMap(({ queue }) => queue ?? []), ...consumers.map(({ queue }) => queue)])],
    consumers: consumers.map(({ queue, dead_letter_queue }) => ({ queue, deadLetters: dead_letter_queue ?? null })),
    crons: config.triggers.crons ?? [],
    hostnames: (config.routes ?? []).flatMap((route) =>
      typeof route === "object" && route.custom_domain === true ? [route.pattern] : [],
    ),
    onWorkersDev: config.workers_dev ?? (config.routes ?? []).length === 0,
    vars: config.vars,
    hasOriginBinding: bindings.some(({ binding }) => binding === "ORIGIN"),
    whole: Object.fromEntries(Object.entries(config).filter(([key]) => !PLACES.has(key) && !MACHINE.has(key))),
  };
}
