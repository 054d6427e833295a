// Bundles a Worker as a deploy would, without deploying it: the benchmark runs and weighs the bundle.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const ROOT = path.join(import.meta.dirname, "../..");
const WRANGLER = path.join(ROOT, "node_modules/wrangler/bin/wrangler.js");

/** @param entry the Worker's main module, relative to the repository; wrangler.toml's where there is none */
export async function bundle(entry?: string): Promise<string> {
  return inside(async (directory) => {
    const main = entry === undefined ? [] : [entry];
    await wrangler(["deploy", ...main, "--env", "", "--dry-run", "--outdir", directory]);
    return readFile(path.join(directory, path.basename(entry ?? "index.ts").replace(/\.ts$/, ".js")), "utf8");
  });
}

async function inside<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(path.join(tmpdir(), "kicc-bench-"));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Without an account, silently, for at most two minutes. */
async function wrangler(args: readonly string[]): Promise<void> {
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", NO_COLOR: "1" };
  await promisify(execFile)(process.execPath, [WRANGLER, ...args], { cwd: ROOT, env, timeout: 120_000 });
}
