// Waits until the new hostname answers over TLS, then asks each door from outside as KICC's systems might.
import { type Heard, ask } from "./asking.ts";
import { CALLERS, knock } from "./callers.ts";
import { DOORS, type Door } from "./doors.ts";
import type { Outward } from "./outward.ts";
import type { Progress } from "./progress.ts";
import { resolve } from "./resolving.ts";
import { Stop } from "./stop.ts";
import { judge } from "./verdict.ts";

export interface ReachSetup {
  readonly outward: Outward;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly waitMs: number;
}

const AGAIN_MS = 3000;

/** @returns how to reach it: with an address from outside where this machine's DNS does not know the hostname yet */
export async function waitUntilUp(
  receiver: string,
  { outward, progress, signal, waitMs }: ReachSetup,
): Promise<Outward> {
  const { hostname } = new URL(receiver);
  const until = Date.now() + waitMs;
  let told = false;
  let way = outward;
  for (;;) {
    signal.throwIfAborted();
    const heard = await ask(
      { url: new URL("/health", receiver), method: "GET", headers: { "user-agent": "kicc-deploy" } },
      way,
    );
    if (heard.end === "answered") return way;
    if (heard.code === "ENOTFOUND") way = await aroundDns(hostname, outward, signal);
    if (Date.now() >= until) {
      const { why, todo } = judged(heard, hostname);
      throw new Stop(`${receiver} does not answer: ${why}`, {
        todo: [todo, "All else is done. Run the same command again later: it goes on from here"],
      });
    }
    if (!told) progress.note(`Waiting for ${hostname} and its certificate, which may take some minutes`);
    told = true;
    await pause(Math.min(AGAIN_MS, Math.max(0, until - Date.now())), signal);
  }
}

/** @returns the doors that answered as the receiver's */
export async function askDoors(receiver: string, way: Outward, progress: Progress): Promise<readonly Door[]> {
  const open: Door[] = [];
  for (const door of DOORS) {
    const answers = await Promise.all(
      CALLERS.map(async (caller) => ({ caller, heard: await knock(receiver, door, caller, way) })),
    );
    const verdicts = answers.map(({ caller, heard }) => ({ caller, ...judge(heard, new URL(receiver).hostname) }));
    if (verdicts.every(({ who }) => who === "no-door")) continue;
    for (const verdict of verdicts) {
      if (verdict.who === "receiver") continue;
      const who =
        verdict.who === "cloudflare" ? "Cloudflare answers in the receiver's place" : "The receiver does not answer";
      const todo = "todo" in verdict ? [verdict.todo, "Then run the same command again"] : [];
      throw new Stop(`${who}, to ${verdict.caller.name} at ${door.path}: ${verdict.why}`, { todo });
    }
    open.push(door);
  }
  progress.is(
    `From outside, as ${CALLERS.map(({ name }) => name).join(", ")}: the receiver answers, and refuses strangers`,
  );
  return open;
}

async function aroundDns(hostname: string, outward: Outward, signal: AbortSignal): Promise<Outward> {
  const seen = await resolve(hostname, outward.resolvers, signal);
  const address = seen.end === "found" ? seen.addresses.find((one) => /^[\d.]+$/.test(one)) : undefined;
  if (address === undefined) return outward;
  return { ...outward, connectTo: new Map([...outward.connectTo, [hostname, { address, port: 443 }]]) };
}

function judged(heard: Heard, hostname: string): { why: string; todo: string } {
  const verdict = judge(heard, hostname);
  return { why: "why" in verdict ? verdict.why : verdict.resCd, todo: "todo" in verdict ? verdict.todo : "" };
}

export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolvePause, reject) => {
    const timer = setTimeout(resolvePause, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      },
      { once: true },
    );
  });
}
