// Bundles a Worker as a deploy would, minified, without a deploy: what the benchmark runs and weighs.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const ROOT = path.join(import.meta.dirname, "../..");
const WRANGLER = path.join(ROOT, "node_modules/wrangler/bin/wrangler.js");

export interface Bundle {
  readonly script: string;
  /** What wrangler says of the upload. */
  readonly said: string;
}

/** @param entry the Worker's main module, relative to the repository; wrangler.toml's where there is none */
export async function bundle(entry?: string): Promise<Bundle> {
  const outdir = await mkdtemp(path.join(tmpdir(), "kicc-bench-"));
  try {
    const args = ["deploy", ...(entry ? [entry] : []), "--env", "", "--dry-run", "--minify", "--outdir", outdir];
    const { stdout } = await wrangler(args);
    const name = path.basename(entry ?? "index.ts").replace(/\.ts$/, ".js");
    return { script: await readFile(path.join(outdir, name), "utf8"), said: stdout };
  } finally {
    await rm(outdir, { recursive: true });
  }
}

/** Runs wrangler without an account, silently, for at most two minutes. */
export async function wrangler(args: readonly string[]): Promise<{ stdout: string }> {
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", NO_COLOR: "1" };
  return promisify(execFile)(process.execPath, [WRANGLER, ...args], { cwd: ROOT, env, timeout: 120_000 });
}
