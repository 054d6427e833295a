// Reads the command line of `npm run deploy`. Pure; throws Stop with what to write instead.
import { parseArgs } from "node:util";
import { Stop } from "./stop.ts";

export type Environment = "production" | "development";

export interface Options {
  readonly environment: Environment;
  /** null: the one in wrangler.toml, or workers.dev in development. */
  readonly hostname: string | null;
  readonly origin: string | null;
  readonly delivery: "push" | "pull" | "queue" | null;
  readonly location: string;
  readonly dryRun: boolean;
  readonly replacesDns: boolean;
  /** The name to register under workers.dev if the account has none. */
  readonly subdomain: string | null;
  /** A file for the secrets that are made, instead of showing them. */
  readonly secretsTo: string | null;
  readonly waitMs: number;
}

export const LOCATIONS = ["apac", "oc", "weur", "eeur", "wnam", "enam"] as const;

export const USAGE = `npm run deploy -- --hostname kicc.shop.example --origin https://shop.example/kicc

  --hostname NAME      the receiver's own hostname, on a domain of this Cloudflare account
  --origin URL         where notifications are delivered
  --delivery MODE      push (default), pull or queue
  --env development    the Worker for KICC's test environment; without --hostname it is on workers.dev
  --subdomain NAME     registers NAME.workers.dev where the account has no workers.dev name yet
  --location PLACE     where D1 is made: ${LOCATIONS.join(", ")} (default apac; it cannot be changed later)
  --replace-dns        takes the hostname though it has a DNS record: whatever it led to is cut off
  --secrets-to FILE    writes the secrets that are made into FILE, in place of showing them
  --wait SECONDS       how long to wait for the certificate (default 300)
  --dry-run            says what it would do, and changes nothing

Run it again at any time: it does what is missing, and nothing else.`;

const HOSTNAME = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

export function readOptions(args: readonly string[]): Options | "help" {
  const values = parse(args);
  if (values.help) return "help";
  const { env = "production", hostname, origin, delivery, location = "apac", subdomain } = values;
  if (env !== "production" && env !== "development") throw wrong("--env", env, "development, or left out");
  if (hostname !== undefined && !HOSTNAME.test(hostname)) {
    throw wrong("--hostname", hostname, "a hostname in small letters, such as kicc.shop.example");
  }
  if (origin !== undefined && !URL.canParse(origin)) throw wrong("--origin", origin, "a URL");
  if (delivery !== undefined && delivery !== "push" && delivery !== "pull" && delivery !== "queue") {
    throw wrong("--delivery", delivery, "push, pull or queue");
  }
  if (!LOCATIONS.some((one) => one === location)) throw wrong("--location", location, LOCATIONS.join(", "));
  if (subdomain !== undefined && !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(subdomain)) {
    throw wrong("--subdomain", subdomain, "small letters, digits and hyphens");
  }
  const wait = values.wait ?? "300";
  if (!/^\d{1,4}$/.test(wait)) throw wrong("--wait", wait, "seconds");
  return {
    environment: env,
    hostname: hostname ?? null,
    origin: origin ?? null,
    delivery: delivery ?? null,
    location,
    dryRun: values["dry-run"] ?? false,
    replacesDns: values["replace-dns"] ?? false,
    subdomain: subdomain ?? null,
    secretsTo: values["secrets-to"] ?? null,
    waitMs: Number(wait) * 1000,
  };
}

function parse(args: readonly string[]) {
  try {
    const text = { type: "string" } as const;
    const flag = { type: "boolean" } as const;
    return parseArgs({
      args: [...args],
      options: {
        hostname: text,
        origin: text,
        delivery: text,
        env: text,
        subdomain: text,
        location: text,
        wait: text,
        "secrets-to": text,
        "replace-dns": flag,
        "dry-run": flag,
        help: flag,
      },
    }).values;
  } catch (error) {
    throw new Stop(error instanceof Error ? error.message : String(error), { todo: ["npm run deploy -- --help"] });
  }
}

function wrong(option: string, given: string, wanted: string): Stop {
  return new Stop(`${option} must be ${wanted}, not "${given}"`);
}
