// Reads the Worker's environment into a Config, once per isolate. It decides which settings are wrong, not what happens
// then.
import type { Separator } from "./kinds/ack.ts";
import { KICC, type Sources } from "./kinds/kicc-addresses.ts";
import type { Product } from "./kinds/kind.ts";
import type * as z from "zod/mini";
import { allowlist, type Allowlist } from "./allowlist.ts";
import { DELIVERING, RECEIVING, isLocal } from "./settings.ts";

export interface Receiving {
  readonly allows: Readonly<Record<Product, Allowlist>>;
  readonly separator: Separator;
  /** Empty where NOTIFY_TOKEN is not set: then the notifyUrl has no token. */
  readonly tokens: readonly string[];
}

export interface Origin {
  readonly url: URL;
  readonly routes: ReadonlyMap<string, URL>;
  /** The binding ORIGIN, used instead of the internet; null without it. */
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
  /** How long one attempt in push may keep its notification. A puller names its own lease. */
  readonly leaseMs: number;
  readonly retentionDays: number;
  readonly kiccApiUrl: URL;
}

/** A send_email binding with a destination address: alerts go to that address only. */
export interface Mailer {
  readonly send: (message: {
    readonly from: string;
    readonly to: undefined;
    readonly subject: string;
    readonly text: string;
  }) => Promise<unknown>;
}

/** Where alerts go, and in which language. */
export interface Alerts {
  readonly urls: readonly URL[];
  readonly mailer: Mailer | null;
  readonly language: "en" | "ko";
  readonly daily: boolean;
}

export interface Problem {
  readonly setting: string;
  readonly message: string;
}

export interface Config {
  /** null when a setting that receiving needs is wrong. */
  readonly receiving: Receiving | null;
  /** null when KICC_ENVIRONMENT or any setting that delivering needs is wrong. Then no delivery is tried. */
  readonly delivering: Delivering | null;
  /** What storing needs. It exists even when other settings are wrong. */
  readonly storing: {
    readonly mallIds: readonly string[] | null;
    readonly confirms: boolean;
    readonly mode: "push" | "pull" | "queue";
    /**
     * In queue mode a notification is enqueued when it is stored, and that is its first attempt. Not while a setting is
     * wrong.
     */
    readonly opensAttempt: boolean;
  };
  readonly operating: {
    readonly consoleTokens: readonly string[];
    readonly deliveryTokens: readonly string[];
    readonly access: { readonly team: string; readonly audience: string } | null;
    readonly alerts: Alerts;
    /** Called after each whole run of the cron. */
    readonly heartbeatUrl: URL | null;
    readonly environment: string;
    /**
     * KICC's addresses, as set or by default. An operator adds a new address to them. Empty where the environment is
     * unknown.
     */
    readonly sources: Partial<Sources>;
  };
  /** null without the binding ARCHIVE, or while HOT_DAYS is wrong: then nothing is archived. */
  readonly archiving: { readonly bucket: R2Bucket; readonly hotDays: number } | null;
  /**
   * With an archive, finished notifications leave D1 only for it: nothing is pruned, not even while a setting is wrong.
   */
  readonly hasArchive: boolean;
  readonly problems: readonly Problem[];
}

const LEASE_MARGIN_MS = 30_000;

type Values<T extends Readonly<Record<string, z.ZodMiniType>>> = { readonly [K in keyof T]: z.output<T[K]> | null };

/** @param env the bindings: settings as text; ORIGIN, ALERT_EMAIL and ARCHIVE as objects */
export function readConfig(env: Readonly<Record<string, unknown>>): Config {
  const receivingProblems: Problem[] = [];
  const problems: Problem[] = [];
  const receiving = readAll(RECEIVING, env, receivingProblems);
  const values = readAll(DELIVERING, env, problems);
  const fetcher = readBinding(env, "ORIGIN", FETCHER, problems);
  const mailer = readBinding(env, "ALERT_EMAIL", MAILER, problems);
  const bucket = readBinding(env, "ARCHIVE", BUCKET, problems);
  checkTogether(values, fetcher !== null, problems);
  // Without KICC_ENVIRONMENT nobody knows which of KICC's hosts to ask.
  const kicc = receiving.KICC_ENVIRONMENT ? KICC[receiving.KICC_ENVIRONMENT] : null;
  const sources = { ...kicc?.sources, ...receiving.KICC_SOURCES } as Sources;
  const isRight = kicc !== null && problems.length === 0;
  return {
    receiving:
      kicc === null || receivingProblems.length > 0
        ? null
        : {
            allows: allowsOf(sources),
            tokens: receiving.NOTIFY_TOKEN ?? [],
            separator: env["ONLINE_SEPARATOR"] === "caret" ? "caret" : "us",
          },
    delivering: isRight ? delivering(values, fetcher, kicc.api) : null,
    storing: {
      mallIds: values.MALL_IDS ?? null,
      // An unreadable CONFIRM may have been meant as before-delivery. So KICC is asked about what is stored meanwhile.
      confirms: values.CONFIRM !== "off",
      mode: values.DELIVERY ?? "push",
      opensAttempt: isRight && values.DELIVERY === "queue",
    },
    operating: {
      consoleTokens: values.CONSOLE_TOKEN ?? [],
      deliveryTokens: values.DELIVERY_TOKEN ?? [],
      access:
        values.ACCESS_TEAM && values.ACCESS_AUD ? { team: values.ACCESS_TEAM, audience: values.ACCESS_AUD } : null,
      alerts: {
        urls: values.ALERT_URL ?? [],
        mailer,
        language: values.ALERT_LANGUAGE ?? "en",
        daily: values.ALERT_DAILY === "on",
      },
      heartbeatUrl: values.HEARTBEAT_URL ?? null,
      environment: receiving.KICC_ENVIRONMENT ?? "unknown",
      sources,
    },
    archiving: bucket !== null && values.HOT_DAYS !== null ? { bucket, hotDays: values.HOT_DAYS } : null,
    hasArchive: env["ARCHIVE"] !== undefined && env["ARCHIVE"] !== "",
    problems: [...receivingProblems, ...problems],
  };
}

function allowsOf(sources: Sources): Receiving["allows"] {
  const entries = Object.entries(sources).map(([product, list]) => [product, allowlist(list)] as const);
  return Object.fromEntries(entries) as unknown as Receiving["allows"];
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

/** Reads each setting on its own, so that every wrong one is named at once. An empty text counts as unset. */
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

/** Checks settings against each other. A setting that is wrong on its own (null) is not reported twice. */
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

interface Binding<T extends object> {
  readonly is: (value: object) => value is T;
  readonly wanted: string;
}

const FETCHER: Binding<Fetcher> = {
  is: (value): value is Fetcher => "fetch" in value,
  wanted: "a binding that fetches",
};
const MAILER: Binding<Mailer> = { is: (value): value is Mailer => "send" in value, wanted: "a send_email binding" };
const BUCKET: Binding<R2Bucket> = {
  is: (value): value is R2Bucket => ["get", "put", "head"].every((method) => method in value),
  wanted: "an R2 bucket",
};

/**
 * Returns null where the binding is not set. Any other value than the wanted binding is a wrong setting: deliveries
 * must not go over the internet instead, and rows must not be deleted that nobody archives.
 */
function readBinding<T extends object>(
  env: Readonly<Record<string, unknown>>,
  setting: string,
  { is, wanted }: Binding<T>,
  problems: Problem[],
): T | null {
  const binding = env[setting];
  if (binding === undefined || binding === "") return null;
  const isObject = (typeof binding === "object" || typeof binding === "function") && binding !== null;
  if (isObject && is(binding)) return binding;
  problems.push({ setting, message: `must be ${wanted}` });
  return null;
}

const cache = new WeakMap<object, Config>();

/** Returns the Config of this isolate's environment. @param announce called once with it, when it has been read */
export function configOf(env: object, announce: (config: Config) => void): Config {
  const known = cache.get(env);
  if (known) return known;
  const config = readConfig(env as Readonly<Record<string, unknown>>);
  cache.set(env, config);
  announce(config);
  return config;
}
