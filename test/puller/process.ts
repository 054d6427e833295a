// The puller as a merchant runs it: its own process, with only the settings in its environment.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { onTestFinished, vi } from "vitest";
import { DELIVERY_TOKEN } from "./receiver.ts";

const PULLER = path.join(import.meta.dirname, "../../src/puller/kicc-puller.mjs");
/** Another Node than the tests', to try the oldest that is supported. */
export const NODE = process.env["PULLER_NODE"] ?? process.execPath;

interface Line {
  readonly event: string;
  readonly [field: string]: unknown;
}

export interface PullerProcess {
  readonly process: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** What it printed: log lines, or other text as it came. */
  output(): string;
  logged(event: string): Line[];
}

interface Start {
  readonly options?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What runs it, say inside a network namespace. */
  readonly command?: readonly string[];
}

/** @param between the receiver's URL and the internal system's; `env` may replace or unset (by "") any setting */
export function startPuller(between: { receiver: string; internal: string }, start: Start = {}): PullerProcess {
  const { options = [], env = {}, command = [NODE] } = start;
  const settings = {
    PATH: process.env["PATH"],
    RECEIVER_URL: between.receiver,
    DELIVERY_TOKEN,
    TARGET_URL: `${between.internal}/kicc`,
    ...env,
  };
  const child = spawn(command[0] ?? NODE, [...command.slice(1), PULLER, ...options], {
    // wrangler's types want the Worker's settings in every process
    env: settings as Partial<NodeJS.ProcessEnv> as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal }));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const lines = () => output.split("\n").filter((line) => line.startsWith("{") && line.endsWith("}"));
  return {
    process: child,
    ended,
    output: () => output,
    logged: (event) => lines().flatMap((line) => withEvent(JSON.parse(line) as Line, event)),
  };
}

function withEvent(line: Line, event: string): Line[] {
  return line.event === event ? [line] : [];
}

/** Waits until the assertion holds; how long that takes is not what these tests are about. */
export function eventually<T>(assertion: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(assertion, { timeout: 30_000, interval: 20 });
}
