// The Worker's environment → Config, checked once per isolate. It decides which settings are wrong, never what to do then.
import type * as z from "zod/mini";
import { allowlist, type Allowlist } from "./allowlist.ts";
import { DELIVERING, RECEIVING, isLocal } from "./settings.ts";

/** KICC's source addresses (cancel-webhook) and API hosts (global-payment), by environment. */
const KICC = {
  production: { source: "203.233.72.66", api: "https://pgapi.easypay.co.kr" },
  development: { source: "61.33.205.151", api: "https://testpgapi.easypay.co.kr" },
} as const;

export interface Receiving {
  readonly allows: Allowlist;
  /** Empty where no token is part of the notifyUrl. */
  readonly tokens: readonly string[];
}

export interface Origin {
  readonly url: URL;
  readonly routes: ReadonlyMap<string, URL>;
  /** The Fetcher to go through, in place of the internet. */
  readonly fetcher: Fetcher | null;
  readonly headers: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly timeoutMs: number;
}

export interface Delivering {
  readonly mode: "push" | "pull" | "queue";
  /** null unless `mode` is push. */
  readonly origin: Origin | null;
  readonly secrets: readonly Uint8Array[];
  readonly delaysMs: readonly number[];
  /** How long one attempt may hold its notification, in push; pullers name their own. */
  readonly leaseMs: number;
  readonly retentionDays: number;
  readonly kiccApiUrl: URL;
}

export interface Problem {
  readonly setting: string;
  readonly message: string;
}

export interface Config {
  /** null when a setting that receiving needs is wrong. */
  readonly receiving: Receiving | null;
  /** null when any other setting is wrong, or KICC_ENVIRONMENT: then nothing is tried. */
  readonly delivering: Delivering | null;
  /** What storing needs; unaffected by what is wrong elsewhere. */
  readonly storing: {
    readonly mallIds: readonly string[] | null;
    readonly confirms: boolean;
    readonly mode: "push" | "pull" | "queue";
    /** In queue mode what is stored is enqueued at once, and that is an attempt; not while a setting is wrong. */
    readonly opensAttempt: boolean;
  };
  readonly operating: {
    readonly consoleTokens: readonly string[];
    readonly deliveryTokens: readonly string[];
    readonly access: { readonly team: string; readonly audience: string } | null;
    readonly alertUrl: URL | null;
    readonly environment: string;
    /** KICC's addresses as they are set now, or by default: an operator adds a new one to them. */
    readonly sources: readonly string[];
  };
  /** null without the binding ARCHIVE, or while HOT_DAYS is wrong: then nothing moves. */
  readonly archiving: { readonly bucket: R2Bucket; readonly hotDays: number } | null;
  /** Finished ones leave D1 for the archive alone: nothing is pruned, not even while a setting is wrong. */
  readonly hasArchive: boolean;
  readonly problems: readonly Problem[];
}

const LEASE_MARGIN_MS = 30_000;

type Values<T extends Readonly<Record<string, z.ZodMiniType>>> = { readonly [K in keyof T]: z.output<T[K]> | null };

/** @param env the bindings: settings as text, and `ORIGIN`, where there is one, as a Fetcher */
export function readConfig(env: Readonly<Record<string, unknown>>): Config {
  const receivingProblems: Problem[] = [];
  const problems: Problem[] = [];
  const receiving = readAll(RECEIVING, env, receivingProblems);
  const values = readAll(DELIVERING, env, problems);
  const fetcher = readFetcher(env["ORIGIN"], problems);
  const bucket = readBucket(env["ARCHIVE"], problems);
  checkTogether(values, fetcher !== null, problems);
  // Unknown, it is not known either whom to ask for a cancellation's status.
  const kicc = receiving.KICC_ENVIRONMENT ? KICC[receiving.KICC_ENVIRONMENT] : null;
  const isRight = kicc !== null && problems.length === 0;
  return {
    receiving:
      kicc === null || receivingProblems.length > 0
        ? null
        : { allows: receiving.KICC_SOURCES ?? allowlist([kicc.source]), tokens: receiving.NOTIFY_TOKEN ?? [] },
    delivering: isRight ? delivering(values, fetcher, kicc.api) : null,
    storing: {
      mallIds: values.MALL_IDS ?? null,
      // A CONFIRM that cannot be read may mean it: what is stored meanwhile is asked about.
      confirms: values.CONFIRM !== "off",
      mode: values.DELIVERY ?? "push",
      opensAttempt: isRight && values.DELIVERY === "queue",
    },
    operating: {
      consoleTokens: values.CONSOLE_TOKEN ?? [],
      deliveryTokens: values.DELIVERY_TOKEN ?? [],
      access:
        values.ACCESS_TEAM && values.ACCESS_AUD ? { team: values.ACCESS_TEAM, audience: values.ACCESS_AUD } : null,
      alertUrl: values.ALERT_URL ?? null,
      environment: receiving.KICC_ENVIRONMENT ?? "unknown",
      sources: sourcesOf(env["KICC_SOURCES"], kicc?.source),
    },
    archiving: bucket !== null && values.HOT_DAYS !== null ? { bucket, hotDays: values.HOT_DAYS } : null,
    hasArchive: env["ARCHIVE"] !== undefined && env["ARCHIVE"] !== "",
    problems: [...receivingProblems, ...problems],
  };
}

function sourcesOf(setting: unknown, standard: string | undefined): string[] {
  const given = typeof setting === "string" ? setting.split(",").map((entry) => entry.trim()) : [];
  const set = given.filter((entry) => entry !== "");
  return set.length > 0 || standard === undefined ? set : [standard];
}

function delivering(values: Values<typeof DELIVERING>, fetcher: Fetcher | null, kiccApi: string): Delivering {
  const mode = values.DELIVERY ?? "push";
  const timeoutMs = values.ORIGIN_TIMEOUT_MS ?? 0;
  return {
    mode,
    origin: mode === "push" && values.ORIGIN_URL ? originOf(values, values.ORIGIN_URL, fetcher, timeoutMs) : null,
    secrets: values.ORIGIN_SIGNING_SECRET ?? [],
    delaysMs: (values.RETRY_DELAYS_SECONDS ?? []).map((seconds) => seconds * 1000),
    leaseMs: timeoutMs + LEASE_MARGIN_MS,
    retentionDays: values.RETENTION_DAYS ?? 0,
    kiccApiUrl: values.KICC_API_URL ?? new URL(kiccApi),
  };
}

function originOf(
  { ORIGIN_ROUTES, ORIGIN_HEADERS }: Values<typeof DELIVERING>,
  url: URL,
  fetcher: Fetcher | null,
  timeoutMs: number,
): Origin {
  return { url, routes: ORIGIN_ROUTES ?? new Map<string, URL>(), fetcher, headers: ORIGIN_HEADERS ?? {}, timeoutMs };
}

/** Reads each setting on its own, so that every wrong one is named at once. An empty text is an unset setting. */
function readAll<T extends Readonly<Record<string, z.ZodMiniType>>>(
  schemas: T,
  env: Readonly<Record<string, unknown>>,
  problems: Problem[],
): Values<T> {
  const entries = Object.entries(schemas).map(([setting, schema]) => {
    const given = env[setting] === "" ? undefined : env[setting];
    const result = schema.safeParse(given);
    if (result.success) return [setting, result.data];
    problems.push({
      setting,
      message: given === undefined ? "is not set" : (result.error.issues[0]?.message ?? "is wrong"),
    });
    return [setting, null];
  });
  return Object.fromEntries(entries) as Values<T>;
}

/** What no setting can tell on its own. A setting that is wrong already (null) is not blamed twice. */
function checkTogether(values: Values<typeof DELIVERING>, throughBinding: boolean, problems: Problem[]): void {
  const wrong = (setting: string, message: string) => problems.push({ setting, message });
  const mode = values.DELIVERY;
  if (mode === "push" && values.ORIGIN_URL === undefined) wrong("ORIGIN_URL", "is not set, and DELIVERY is push");
  if ((mode === "push" || mode === "pull") && values.ORIGIN_SIGNING_SECRET === undefined) {
    wrong("ORIGIN_SIGNING_SECRET", `is not set, and DELIVERY is ${mode}`);
  }
  const tooOpen = (url: URL) => url.protocol === "http:" && !isLocal(url) && !throughBinding;
  if (values.ORIGIN_URL && tooOpen(values.ORIGIN_URL)) wrong("ORIGIN_URL", "must be an https URL");
  const openRoute = [...(values.ORIGIN_ROUTES ?? [])].find(([, url]) => tooOpen(url));
  if (openRoute) wrong("ORIGIN_ROUTES", `must have an https URL for ${openRoute[0]}`);
  if (values.ACCESS_TEAM && values.ACCESS_AUD === undefined) wrong("ACCESS_AUD", "is not set, and ACCESS_TEAM is");
  if (values.ACCESS_AUD && values.ACCESS_TEAM === undefined) wrong("ACCESS_TEAM", "is not set, and ACCESS_AUD is");
}

/** Set to anything else, it must not be that deliveries go over the internet instead. */
function readFetcher(binding: unknown, problems: Problem[]): Fetcher | null {
  if (binding === undefined || binding === "") return null;
  if (isFetcher(binding)) return binding;
  problems.push({ setting: "ORIGIN", message: "must be a binding that fetches" });
  return null;
}

function isFetcher(value: unknown): value is Fetcher {
  return (typeof value === "object" || typeof value === "function") && value !== null && "fetch" in value;
}

function readBucket(binding: unknown, problems: Problem[]): R2Bucket | null {
  if (binding === undefined || binding === "") return null;
  if (isBucket(binding)) return binding;
  problems.push({ setting: "ARCHIVE", message: "must be an R2 bucket" });
  return null;
}

function isBucket(value: unknown): value is R2Bucket {
  return typeof value === "object" && value !== null && "get" in value && "put" in value && "head" in value;
}

const cache = new WeakMap<object, Config>();

/** The Config of this isolate's environment, read once. `announce` is called with it that one time. */
export function configOf(env: object, announce: (config: Config) => void): Config {
  const known = cache.get(env);
  if (known) return known;
  const config = readConfig(env as Readonly<Record<string, unknown>>);
  cache.set(env, config);
  announce(config);
  return config;
}
