// Runs a command of this project as npm does, against the stand-in of Cloudflare, and returns what a person would see.
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Cloudflare } from "../cloudflare/cloudflare.ts";

export interface Ended {
  readonly code: number | null;
  readonly text: string;
  readonly ms: number;
}

export interface Running {
  readonly ended: Promise<Ended>;
  /** As Ctrl-C does. */
  readonly interrupt: () => void;
  readonly text: () => string;
}

type Env = Readonly<Record<string, string>>;

/** What leads the command to the stand-in; nothing of this machine's own Cloudflare login is in it. */
export function envFor(
  { env, edge, dns }: Cloudflare,
  hostnames: readonly string[] = ["kicc.shop.example"],
): Record<string, string> {
  // wrangler is 15 MB of code, and is started a dozen times.
  const cache = path.join(tmpdir(), "kicc-compile-cache");
  const machine = { PATH: process.env["PATH"] ?? "", HOME: env["XDG_CONFIG_HOME"] ?? "", NODE_COMPILE_CACHE: cache };
  const to = hostnames.map((hostname) => `${hostname}=127.0.0.1:${edge.port}`).join(" ");
  return { ...machine, ...env, KICC_CONNECT_TO: to, KICC_DNS_OVER_HTTPS: dns.url };
}

export function start(script: "deploy" | "doctor", args: readonly string[], env: Env): Running {
  const file = path.join(import.meta.dirname, "../../src/deploy", script === "deploy" ? "main.ts" : "doctor.ts");
  return startFile(file, args, env);
}

function startFile(
  file: string,
  args: readonly string[],
  env: Env,
  given: { cwd?: string; input?: string } = {},
): Running {
  const startedAt = Date.now();
  const child = spawn(process.execPath, [file, ...args], {
    env: env as NodeJS.ProcessEnv,
    stdio: ["pipe", "pipe", "pipe"],
    ...(given.cwd === undefined ? {} : { cwd: given.cwd }),
  });
  child.stdin.end(given.input ?? "");
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes: Buffer) => (text += bytes.toString()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, text, ms: Date.now() - startedAt }));
  });
  return { ended, interrupt: () => void child.kill("SIGINT"), text: () => text };
}

export function run(script: "deploy" | "doctor", args: readonly string[], env: Env): Promise<Ended> {
  return start(script, args, env).ended;
}

/** A command of README's. */
export function wrangler(args: readonly string[], root: string, env: Env, input = ""): Promise<Ended> {
  const bin = path.join(import.meta.dirname, "../../node_modules/wrangler/bin/wrangler.js");
  return startFile(bin, args, env, { cwd: root, input }).ended;
}
