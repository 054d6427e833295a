// Waits until the new hostname answers over TLS. Then calls each door from outside as KICC's systems might.
import { type CallResult, callHttps } from "./https-call.ts";
import { CALLERS, callDoor } from "./callers.ts";
import { DOORS, type DoorPath } from "./doors.ts";
import type { Endpoints } from "./endpoints.ts";
import type { Progress } from "./progress.ts";
import { resolve } from "./dns.ts";
import { Stop } from "./stop.ts";
import { judgeDoor } from "./door-answer.ts";

export interface ReachSetup {
  readonly endpoints: Endpoints;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly waitMs: number;
}

const ASK_EVERY_MS = 3000;

/**
 * @returns how to reach it: by an address from a public resolver where this machine's DNS does not know the hostname
 * yet
 */
export async function waitUntilUp(
  receiver: string,
  { endpoints, progress, signal, waitMs }: ReachSetup,
): Promise<Endpoints> {
  const { hostname } = new URL(receiver);
  const until = Date.now() + waitMs;
  let told = false;
  let way = endpoints;
  for (;;) {
    signal.throwIfAborted();
    const heard = await callHttps(
      { url: new URL("/health", receiver), method: "GET", headers: { "user-agent": "kicc-deploy" } },
      way,
    );
    if (heard.end === "answered") return way;
    if (heard.code === "ENOTFOUND") way = await aroundDns(hostname, endpoints, signal);
    if (Date.now() >= until) {
      const { why, todo } = judged(heard, hostname);
      throw new Stop(`${receiver} does not answer: ${why}`, {
        todo: [todo, "All else is done. Run the same command again later: it goes on from here"],
      });
    }
    if (!told) progress.note(`Waiting for ${hostname} and its certificate, which may take some minutes`);
    told = true;
    await pause(Math.min(ASK_EVERY_MS, Math.max(0, until - Date.now())), signal);
  }
}

/** @returns the doors at which the receiver answered */
export async function askDoors(receiver: string, way: Endpoints, progress: Progress): Promise<readonly DoorPath[]> {
  const open: DoorPath[] = [];
  for (const door of DOORS) {
    const answers = await Promise.all(
      CALLERS.map(async (caller) => ({ caller, heard: await callDoor(receiver, door, caller, way) })),
    );
    const verdicts = answers.map(({ caller, heard }) => ({ caller, ...judgeDoor(heard, new URL(receiver).hostname) }));
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

async function aroundDns(hostname: string, endpoints: Endpoints, signal: AbortSignal): Promise<Endpoints> {
  const seen = await resolve(hostname, endpoints.resolvers, signal);
  const address = seen.end === "found" ? seen.addresses.find((one) => /^[\d.]+$/.test(one)) : undefined;
  if (address === undefined) return endpoints;
  return { ...endpoints, connectTo: new Map([...endpoints.connectTo, [hostname, { address, port: 443 }]]) };
}

function judged(heard: CallResult, hostname: string): { why: string; todo: string } {
  const verdict = judgeDoor(heard, hostname);
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
