// Runs one command of this project's wrangler without a terminal, and returns what it printed. It is stopped at its
// deadline, and when the calling command is stopped.
import { spawn } from "node:child_process";
import path from "node:path";

export interface Ran {
  readonly ok: boolean;
  readonly stdout: string;
  /** What a person would see, without colours. */
  readonly output: string;
}

export type Wrangler = (args: readonly string[]) => Promise<Ran>;

export interface WranglerSetup {
  /** The folder of wrangler.toml. */
  readonly root: string;
  readonly environment: "production" | "development";
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

const WITHIN_MS = 180_000;
const LARGEST = 1_000_000;

export function wranglerIn({ root, environment, env, signal }: WranglerSetup): Wrangler {
  const bin = path.join(import.meta.dirname, "../../node_modules/wrangler/bin/wrangler.js");
  // Named for the top level too, otherwise wrangler warns about several environments.
  const named = ["--env", environment === "production" ? "" : environment];
  return (args) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const child = spawn(process.execPath, [bin, ...args, ...named], {
        cwd: root,
        env: { ...(env as NodeJS.ProcessEnv), FORCE_COLOR: "0", WRANGLER_HIDE_BANNER: "true" },
        stdio: ["ignore", "pipe", "pipe"],
        // In its own process group: Ctrl-C at the terminal reaches only this process, which then ends wrangler.
        detached: true,
      });
      const end = () => kill(child.pid);
      const timer = setTimeout(end, WITHIN_MS);
      signal.addEventListener("abort", end, { once: true });
      let stdout = "";
      let output = "";
      child.stdout.on("data", (bytes: Buffer) => {
        if (output.length < LARGEST) [stdout, output] = [stdout + bytes.toString(), output + bytes.toString()];
      });
      child.stderr.on("data", (bytes: Buffer) => {
        if (output.length < LARGEST) output += bytes.toString();
      });
      child.on("error", reject);
      child.on("close", (code) => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        if (signal.aborted) reject(signal.reason as Error);
        else resolve({ ok: code === 0, stdout, output: plain(output) });
      });
    });
}

/** Kills the whole group, because wrangler's bin starts a process of its own. */
function kill(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGTERM");
  } catch {
    // it has ended
  }
}

function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- terminal colours begin with ESC
  const uncoloured = text.replaceAll(/\u001B\[[0-9;]*m/g, "");
  return uncoloured
    .split("\n")
    .filter((line) => !/Logs were written to|please open an issue at|update available|^─+$/.test(line))
    .join("\n")
    .trim();
}
