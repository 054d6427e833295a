// Reads the command line's arguments, or says what is wrong with them. Pure.
import { isIP } from "node:net";
import { parseArgs } from "node:util";
import { isLocal } from "./local.ts";
import type { Fate } from "./notifying.ts";
import { SAMPLE_NAMES, type SampleName } from "./samples.ts";
import { type Environment, KICC_ADDRESSES } from "./send.ts";

interface Common {
  readonly environment: Environment;
  /** Undefined: KICC's address of the environment. */
  readonly from: string | undefined;
  readonly factor: number;
  readonly seed: number;
  readonly resends: boolean;
}

export interface Sending extends Common {
  readonly command: "send";
  readonly url: string;
  readonly samples: readonly SampleName[];
  /** Null: the samples as they stand on the page, once. */
  readonly count: number | null;
}

export interface Serving extends Common {
  readonly command: "serve";
  readonly port: number;
  readonly notifyDelayMs: number;
  readonly lose: number;
  readonly fate: Fate;
  readonly secretKey: string | undefined;
  readonly anywhere: boolean;
}

export type Command = Sending | Serving | { readonly command: "help" } | { readonly command: "wrong"; why: string };

export const HELP = `KICC's side as a stand-in: sends cancellation notifications, or serves KICC's API.

  node test/simulator/main.ts --url URL [--sample NAME|all] [--count N] [--no-resend] [options]
  node test/simulator/main.ts serve [--port N] [--notify-delay MS] [--lose P] [--fate FATE] [--key KEY] [options]

  --url URL           the notifyUrl
  --sample NAME       ${SAMPLE_NAMES.join(", ")} or all (default: full)
  --count N           N unique ones of each sample's shape, in place of the sample itself
  --port N            default: any that is free
  --notify-delay MS   from a cancel request to its notification (default: 1000)
  --lose P            the probability, 0 to 1, that a notification is lost for good (default: 0)
  --fate FATE         how cancellations go: succeeds, fails, fails-then-succeeds (default: succeeds)
  --key KEY           verify msgAuthValue with it
options:
  --environment E     development or production: whose source address (default: development)
  --from ADDRESS      another source address, e.g. a stranger's
  --factor F          multiplies every wait before a resend (default: 1)
  --no-resend         send once
  --seed N            the same seed makes the same random choices (default: 1)
  --anywhere          allow URLs that are not on this machine
  --help

Exit code: 0 all acked, 1 not all, 2 wrong arguments.`;

const OPTIONS = {
  url: { type: "string" },
  sample: { type: "string", default: "full" },
  count: { type: "string" },
  port: { type: "string", default: "0" },
  "notify-delay": { type: "string", default: "1000" },
  lose: { type: "string", default: "0" },
  fate: { type: "string", default: "succeeds" },
  key: { type: "string" },
  environment: { type: "string", default: "development" },
  from: { type: "string" },
  factor: { type: "string", default: "1" },
  "no-resend": { type: "boolean", default: false },
  seed: { type: "string", default: "1" },
  anywhere: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;
const DAY_MS = 24 * 60 * 60 * 1000;
const FATES: readonly Fate[] = ["succeeds", "fails", "fails-then-succeeds"];

export function readArguments(args: readonly string[]): Command {
  try {
    return read(args);
  } catch (error) {
    return { command: "wrong", why: error instanceof Error ? error.message : String(error) };
  }
}

/** Throws what is wrong. */
function read(args: readonly string[]): Command {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  if (values.help) return { command: "help" };
  const [command, ...rest] = positionals;
  if (rest.length > 0 || (command !== undefined && command !== "serve")) {
    throw new Error(`Unknown command: ${positionals.join(" ")}`);
  }
  const environment = oneOf("environment", Object.keys(KICC_ADDRESSES) as Environment[], values.environment);
  if (values.from !== undefined && isIP(values.from) === 0) throw new Error(`--from is no address: ${values.from}`);
  const common: Common = {
    environment,
    from: values.from,
    factor: number("factor", values.factor, 0, 100),
    seed: integer("seed", values.seed, 0, 2 ** 31),
    resends: !values["no-resend"],
  };
  if (command === "serve") {
    return {
      ...common,
      command,
      port: integer("port", values.port, 0, 65_535),
      notifyDelayMs: integer("notify-delay", values["notify-delay"], 0, DAY_MS),
      lose: number("lose", values.lose, 0, 1),
      fate: oneOf("fate", FATES, values.fate),
      secretKey: values.key,
      anywhere: values.anywhere,
    };
  }
  const { url } = values;
  if (url === undefined) throw new Error("--url is missing");
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw new Error(`--url is no http URL: ${url}`);
  if (!values.anywhere && !isLocal(url)) throw new Error(`--url is not on this machine (--anywhere allows it): ${url}`);
  return {
    ...common,
    command: "send",
    url,
    samples: values.sample === "all" ? SAMPLE_NAMES : [oneOf("sample", SAMPLE_NAMES, values.sample)],
    count: values.count === undefined ? null : integer("count", values.count, 1, 100_000),
  };
}

function oneOf<T extends string>(name: string, known: readonly T[], given: string): T {
  const found = known.find((value) => value === given);
  if (found === undefined) throw new Error(`--${name} is none of ${known.join(", ")}: ${given}`);
  return found;
}

function integer(name: string, given: string, least: number, most: number): number {
  const value = number(name, given, least, most);
  if (!Number.isInteger(value)) throw new Error(`--${name} is no whole number: ${given}`);
  return value;
}

function number(name: string, given: string, least: number, most: number): number {
  const value = given.trim() === "" ? Number.NaN : Number(given);
  if (!(value >= least && value <= most)) throw new Error(`--${name} is not within ${least} to ${most}: ${given}`);
  return value;
}
