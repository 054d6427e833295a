// One schema per setting, from its text to its value. An error text never shows a secret's value. Pure.
import * as z from "zod/mini";
import { allowlist } from "./allowlist.ts";
import type { Product } from "./kinds/kind.ts";
import { PRODUCTS } from "./kinds/registry.ts";

/**
 * Makes a schema from a function that throws or returns undefined for a wrong text.
 * @param wanted completes "must be …"
 */
function read<T>(reader: (text: string) => T | undefined, wanted: string) {
  return z.pipe(
    z.string(`must be ${wanted}`),
    z.transform((text: string, context): T => {
      try {
        const value = reader(text.trim());
        if (value !== undefined) return value;
      } catch {
        // The message below says what is wanted.
      }
      context.issues.push({ code: "custom", message: `must be ${wanted}`, input: text });
      return z.NEVER;
    }),
  );
}

function list(text: string, separator: RegExp = /,/): string[] | undefined {
  const entries = text
    .split(separator)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  return entries.length > 0 ? entries : undefined;
}

/** A number arrives as a number from wrangler.toml and as text from a secret: both are read. */
function readNumbers<T>(reader: (text: string) => T | undefined, wanted: string) {
  return z.pipe(
    z.transform((input: unknown) => (typeof input === "number" ? String(input) : input)),
    read(reader, wanted),
  );
}

function wholeNumber(lowest: number, highest: number) {
  return readNumbers((text) => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    return number >= lowest && number <= highest ? number : undefined;
  }, `a whole number from ${lowest} to ${highest}`);
}

/** Plain http is allowed to this machine only: such a request never leaves it. */
export function isLocal(url: URL): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
}

function httpUrl(text: string): URL | undefined {
  const url = new URL(text);
  const plain = url.protocol === "https:" || url.protocol === "http:";
  return plain && url.username === "" && url.password === "" ? url : undefined;
}

const originUrl = read(httpUrl, "an http or https URL without user and password");
function safeHttpUrl(text: string): URL {
  const url = httpUrl(text);
  return url?.protocol === "https:" || (url && isLocal(url)) ? url : throwUnreadable();
}

const safeUrl = read(safeHttpUrl, "an https URL");
// All webhooks are called at once, and an invocation has 6 connections.
const MOST_WEBHOOKS = 6;

const tokens = (wanted: string, characters: RegExp) =>
  read((text) => {
    const entries = list(text);
    return entries?.every((entry) => characters.test(entry)) ? entries : undefined;
  }, wanted);

const bearerTokens = tokens("one token or more, comma-separated, without spaces", /^\S+$/);

const FORBIDDEN_HEADER = /^(content-type|content-length|host|webhook-.*|kicc-.*)$/;

function originHeaders(input: unknown): Record<string, Record<string, string>> {
  const hosts = z.record(z.string(), z.record(z.string(), z.string())).parse(input);
  return Object.fromEntries(Object.entries(hosts).map(([host, headers]) => [hostOf(host), allowedHeaders(headers)]));
}

/** The host in the spelling of `URL.host`: lower case, without the default port. */
function hostOf(text: string): string {
  const { href, host } = new URL(`https://${text}`);
  return href === `https://${host}/` ? host : throwUnreadable();
}

function allowedHeaders(headers: Record<string, string>): Record<string, string> {
  const names = [...new Headers(headers).keys()];
  return names.some((name) => FORBIDDEN_HEADER.test(name)) ? throwUnreadable() : headers;
}

/** A table arrives as an object from wrangler.toml and as JSON text from a secret: both are read. */
const routes = z.pipe(
  z.unknown(),
  z.transform((input: unknown, context): ReadonlyMap<string, URL> => {
    try {
      const table = z.record(z.string(), z.string()).parse(typeof input === "string" ? JSON.parse(input) : input);
      return new Map(Object.entries(table).map(([route, url]) => [route, httpUrl(url) ?? throwUnreadable()]));
    } catch {
      context.issues.push({ code: "custom", message: "must be a table of mallId, kind or product = URL", input });
      return z.NEVER;
    }
  }),
);

/**
 * A plain text sets the addresses of wechat. A table, or a text that is one in JSON, names products. A product that is
 * left out or empty keeps its default.
 */
const sources = z.pipe(
  z.unknown(),
  z.transform((input: unknown, context): Partial<Record<Product, readonly string[]>> => {
    try {
      const isText = typeof input === "string" && !input.trim().startsWith("{");
      const table = isText ? { wechat: input } : typeof input === "string" ? (JSON.parse(input) as unknown) : input;
      const texts = z.strictObject(SOURCES_OF).parse(table);
      const given = Object.entries(texts).flatMap(([product, text]) => {
        const entries = list(text ?? "") ?? [];
        allowlist(entries);
        return entries.length === 0 ? [] : [[product, entries]];
      });
      if (isText && given.length === 0) throwUnreadable();
      return Object.fromEntries(given) as Partial<Record<Product, readonly string[]>>;
    } catch {
      const message = "must be IP addresses and CIDR ranges, comma-separated, or a table of them by product";
      context.issues.push({ code: "custom", message, input });
      return z.NEVER;
    }
  }),
);

const SOURCES_OF = Object.fromEntries(PRODUCTS.map((product) => [product, z.optional(z.string())])) as Record<
  Product,
  z.ZodMiniOptional<z.ZodMiniString>
>;

function throwUnreadable(): never {
  throw new RangeError("Cannot read setting");
}

function signingKey(secret: string): Uint8Array {
  const key = secret.startsWith("whsec_") ? Uint8Array.fromBase64(secret.slice(6)) : throwUnreadable();
  return key.length > 0 ? key : throwUnreadable();
}

/** Receiving needs these settings. If one is wrong, KICC is told to send again. */
export const RECEIVING = {
  KICC_ENVIRONMENT: z.enum(["production", "development"], 'must be "production" or "development"'),
  KICC_SOURCES: z.optional(sources),
  NOTIFY_TOKEN: z.optional(tokens("one token or more of A-Z a-z 0-9 . _ ~ -, comma-separated", /^[A-Za-z0-9._~-]+$/)),
};

/** Everything after the ack needs these settings. If one is wrong, notifications are stored and wait untried. */
export const DELIVERING = {
  MALL_IDS: z.optional(
    read((text) => {
      const entries = list(text);
      return entries?.every((entry) => /^[A-Za-z0-9]+$/.test(entry)) ? entries : undefined;
    }, "mallIds of letters and digits, comma-separated"),
  ),
  DELIVERY: z._default(z.enum(["push", "pull", "queue"], 'must be "push", "pull" or "queue"'), "push"),
  ORIGIN_URL: z.optional(originUrl),
  ORIGIN_ROUTES: z._default(routes, new Map<string, URL>()),
  ORIGIN_HEADERS: z._default(
    read(
      (text) => originHeaders(JSON.parse(text)),
      'JSON {"host": {header: value}} without content-type, webhook-*, kicc-*',
    ),
    {},
  ),
  ORIGIN_SIGNING_SECRET: z.optional(
    read((text) => list(text, /\s+/)?.map(signingKey), "whsec_ and base64, several separated by spaces"),
  ),
  ORIGIN_TIMEOUT_MS: z._default(wholeNumber(1, 300_000), 10_000),
  RETRY_DELAYS_SECONDS: z._default(
    readNumbers((text) => {
      const delays = text.split(",").map((entry) => (/^\s*\d+(\.\d+)?\s*$/.test(entry) ? Number(entry) : Number.NaN));
      return delays.length <= 90 && delays.every((delay) => delay <= 86_400) ? delays : undefined;
    }, "at most 90 waits of 0 to 86400 seconds, comma-separated"),
    [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600],
  ),
  RETENTION_DAYS: z._default(wholeNumber(7, 36_500), 400),
  HOT_DAYS: z._default(wholeNumber(7, 36_500), 60),
  KICC_API_URL: z.optional(safeUrl),
  CONFIRM: z._default(z.enum(["off", "before-delivery"], 'must be "off" or "before-delivery"'), "off"),
  CONSOLE_TOKEN: bearerTokens,
  DELIVERY_TOKEN: z.optional(bearerTokens),
  ACCESS_TEAM: z.optional(
    read((text) => (/^[a-z0-9-]+$/i.test(text) ? text : undefined), "the team's name, as in NAME.cloudflareaccess.com"),
  ),
  ACCESS_AUD: z.optional(read((text) => (/^\S+$/.test(text) ? text : undefined), "the application's audience tag")),
  ALERT_URL: z.optional(
    read((text) => {
      const urls = list(text, /\s+/)?.map(safeHttpUrl);
      return urls && urls.length <= MOST_WEBHOOKS ? urls : undefined;
    }, `https URLs separated by blanks, ${MOST_WEBHOOKS} at most`),
  ),
  ALERT_LANGUAGE: z._default(z.enum(["en", "ko"], 'must be "en" or "ko"'), "en"),
  ALERT_DAILY: z._default(z.enum(["on", "off"], 'must be "on" or "off"'), "off"),
  HEARTBEAT_URL: z.optional(safeUrl),
};
