// The secrets that the Worker needs and does not have: taken from the environment where they are given, else made here.
// Each made secret is shown once before it is uploaded, so that an interrupted run never loses one that is in use.
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { CloudflareApi } from "./cloudflare-api.ts";
import type { Progress } from "./progress.ts";
import { Stop } from "./stop.ts";

export type Secrets = Readonly<Record<string, string>>;

const MADE: Readonly<Record<string, () => string>> = {
  CONSOLE_TOKEN: () => randomBytes(24).toString("hex"),
  // Short, because one door allows a notifyUrl of at most 100 characters.
  NOTIFY_TOKEN: () => randomBytes(16).toString("hex"),
  ORIGIN_SIGNING_SECRET: () => `whsec_${randomBytes(32).toString("base64")}`,
  DELIVERY_TOKEN: () => randomBytes(24).toString("hex"),
};

export const MEANING: Readonly<Record<string, string>> = {
  CONSOLE_TOKEN: "opens the console and the API",
  NOTIFY_TOKEN: "is part of the notifyUrl",
  ORIGIN_SIGNING_SECRET: "your server verifies deliveries with it",
  DELIVERY_TOKEN: "for the puller",
};

/** The names of the secrets that the Worker has now. */
export async function storedSecrets(api: CloudflareApi, account: string, worker: string): Promise<ReadonlySet<string>> {
  const answer = await api.get<readonly { name: string }[]>(`/accounts/${account}/workers/scripts/${worker}/secrets`);
  if (answer.end === "found") return new Set(answer.result.map(({ name }) => name));
  // 10007: the Worker does not exist yet.
  if (answer.code === 10007) return new Set();
  throw new Stop(`Cannot see which secrets the Worker has: ${answer.message} (${answer.code})`);
}

export interface Missing {
  readonly all: Secrets;
  /** Those of `all` that were made now: nobody has seen them yet. */
  readonly made: Secrets;
}

/** @param delivery pull needs its own token; queue needs no signature */
export function missingSecrets(
  stored: ReadonlySet<string>,
  delivery: unknown,
  env: Readonly<Record<string, string | undefined>>,
): Missing {
  const needed = ["CONSOLE_TOKEN", "NOTIFY_TOKEN"];
  if (delivery !== "queue") needed.push("ORIGIN_SIGNING_SECRET");
  if (delivery === "pull") needed.push("DELIVERY_TOKEN");
  const missing = needed.filter((name) => !stored.has(name));
  const made = missing.filter((name) => !env[name]);
  const valueOf = (name: string) => env[name] || MADE[name]?.() || "";
  const all = Object.fromEntries(missing.map((name) => [name, valueOf(name)]));
  return { all, made: Object.fromEntries(made.map((name) => [name, all[name] ?? ""])) };
}

/** @param file null: they are printed. Many people read a CI log, so in CI it must be a file. */
export function showSecrets(made: Secrets, file: string | null, inCi: boolean, progress: Progress): void {
  const names = Object.keys(made);
  if (names.length === 0) return;
  if (file !== null) {
    const lines = Object.entries(made).map(([name, value]) => `${name}="${value}"\n`);
    writeFileSync(file, lines.join(""), { mode: 0o600, flag: "a" });
    progress.note(`New secrets are in ${file}: keep them, they are shown nowhere else`);
    return;
  }
  if (inCi) {
    throw new Stop(`${names.join(", ")} would have to be made and shown, and this is CI, where others read the log`, {
      todo: ["Give them as environment variables, from CI's own secrets", "Or: --secrets-to FILE"],
    });
  }
  progress.print("\n  New secrets. Keep them: they are shown this once.");
  for (const [name, value] of Object.entries(made))
    progress.print(`    ${name.padEnd(22)} ${value}   ${MEANING[name] ?? ""}`);
  progress.print("");
}

/** The secrets that an earlier run wrote with --secrets-to: it may have ended before uploading them. */
export function secretsIn(file: string | null): Secrets {
  if (file === null || !existsSync(file)) return {};
  const lines = readFileSync(file, "utf8").matchAll(/^([A-Z_]+)="([^"\n]*)"$/gm);
  return Object.fromEntries([...lines].map(([, name = "", value = ""]) => [name, value]));
}
