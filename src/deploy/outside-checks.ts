// Checks the receiver as KICC sees it: DNS, certificate, TLS 1.2, who answers at each door, and how fast.
import { DAY_MS } from "../time.ts";
import { type CallResult, callHttps } from "./https-call.ts";
import { CALLERS, callDoor } from "./callers.ts";
import { DOORS, type DoorPath } from "./doors.ts";
import { type Finding, near, well, wrong } from "./finding.ts";
import type { Endpoints } from "./endpoints.ts";
import { resolve } from "./dns.ts";
import { type DoorAnswer, judgeDoor } from "./door-answer.ts";

// KICC waits 10 s.
const SLOW_MS = 3000;
const TOO_SLOW_MS = 10_000;
const RENEWED_BEFORE_DAYS = 14;
const SKEW_MS = 30_000;

export async function checkDns({ hostname }: URL, { resolvers }: Endpoints, signal: AbortSignal): Promise<Finding> {
  const seen = await resolve(hostname, resolvers, signal);
  if (seen.end === "found") return well("DNS", `${hostname} is ${seen.addresses.join(", ")}`);
  if (seen.end === "unknown") return near("DNS", `could not be asked over HTTPS (${seen.why})`);
  return wrong(
    "DNS",
    `${hostname} does not exist`,
    "Deploy with --hostname, or wait some minutes after the first deploy",
  );
}

/** /health over TLS: the certificate, this machine's clock, D1. */
export async function checkHealth(receiver: URL, endpoints: Endpoints, now: () => number): Promise<Finding[]> {
  const headers = { "user-agent": "kicc-doctor" };
  const asked = { url: new URL("/health", receiver), method: "GET" as const, headers };
  const heard = await callHttps(asked, endpoints);
  if (heard.end === "failed") return [unanswered("health", heard, receiver.hostname)];
  const findings: Finding[] = [];
  if (heard.tls) findings.push(certificateOf(heard.tls, now()));
  findings.push(clockOf(heard.headers.date, heard.ms, now()));
  if (heard.status === 200 && heard.text.includes('"ok"')) findings.push(well("health", "D1 answers, with its tables"));
  else if (heard.status === 503 && heard.text.includes("unavailable")) {
    const todo = "npx wrangler d1 migrations list DB --remote; then Cloudflare's status page";
    findings.push(wrong("health", "D1 does not answer, or its migrations are missing", todo));
  } else findings.push(unanswered("health", heard, receiver.hostname));
  return findings;
}

/** KICC's older systems do not speak TLS 1.3. */
export async function checkOldTls(receiver: URL, endpoints: Endpoints): Promise<Finding> {
  if (receiver.protocol !== "https:") return near("TLS 1.2", "the receiver is asked over http");
  const url = new URL("/health", receiver);
  const heard = await callHttps(
    { url, method: "GET", headers: { "user-agent": "kicc-doctor" }, newestTls: "TLSv1.2" },
    endpoints,
  );
  if (heard.end === "answered") return well("TLS 1.2", "is spoken");
  if (/SSL|EPROTO|TLS|ECONNRESET/.test(heard.code) && !/CERT/.test(heard.code)) {
    const todo = "SSL/TLS → Edge Certificates → Minimum TLS Version: 1.2 or lower";
    return wrong("TLS 1.2", `is refused, and older Java speaks nothing newer: ${heard.message}`, todo);
  }
  return unanswered("TLS 1.2", heard, receiver.hostname);
}

/** Calls each door as each caller. One line per door. */
export function checkDoors(receiver: URL, endpoints: Endpoints): Promise<Finding[]> {
  return Promise.all(DOORS.map((door) => checkDoor(receiver, door, endpoints)));
}

async function checkDoor(receiver: URL, door: DoorPath, endpoints: Endpoints): Promise<Finding> {
  const answers = await Promise.all(
    CALLERS.map(async (caller) => {
      const heard = await callDoor(receiver.href, door, caller, endpoints);
      return { name: caller.name, ms: heard.ms, verdict: judgeDoor(heard, receiver.hostname) };
    }),
  );
  const check = `door ${door.path}`;
  const bad = answers.filter(({ verdict }) => verdict.who !== "receiver");
  const [first] = bad;
  if (first) {
    if (bad.every(({ verdict }) => verdict.who === "no-door"))
      return near(check, "this version of the receiver has none");
    const who = bad.length === CALLERS.length ? "every caller" : bad.map(({ name }) => name).join(", ");
    return wrong(check, `${whoSays(first.verdict)}, to ${who}: ${whyOf(first.verdict)}`, todoOf(first.verdict));
  }
  const slowest = Math.max(...answers.map(({ ms }) => ms));
  if (slowest >= TOO_SLOW_MS)
    return wrong(
      check,
      `answers after ${slowest} ms, and KICC waits 10 s`,
      "npx wrangler tail; look for a Worker or a rule before it",
    );
  if (slowest >= SLOW_MS)
    return near(
      check,
      `answers after ${slowest} ms; KICC waits 10 s`,
      "Try from another network; then npx wrangler tail",
    );
  return well(check, `the receiver answers, and refuses strangers (${slowest} ms)`);
}

function whoSays({ who }: DoorAnswer): string {
  switch (who) {
    case "cloudflare":
      return "Cloudflare answers in the receiver's place";
    case "nobody":
      return "nobody answers";
    case "receiver-unwell":
      return "the receiver would refuse KICC too";
    case "receiver":
    case "no-door":
    case "other":
      return "something else answers";
  }
}

function whyOf(verdict: DoorAnswer): string {
  return "why" in verdict ? verdict.why : verdict.resCd;
}

function todoOf(verdict: DoorAnswer): string {
  return "todo" in verdict ? verdict.todo : "";
}

function unanswered(check: string, heard: CallResult, hostname: string): Finding {
  const verdict = judgeDoor(heard, hostname);
  return wrong(check, whyOf(verdict), todoOf(verdict));
}

function certificateOf(
  { issuer, validTo, version }: { issuer: string; validTo: string; version: string },
  now: number,
): Finding {
  const days = Math.floor((Date.parse(validTo) - now) / DAY_MS);
  const text = `by ${issuer}, for ${days} more days, ${version}`;
  if (days >= RENEWED_BEFORE_DAYS) return well("certificate", text);
  return near("certificate", text, "Cloudflare renews it by itself before that: look at SSL/TLS → Edge Certificates");
}

/**
 * Deliveries are signed with their time. If an origin's clock is wrong, it refuses them. This machine may be the
 * origin.
 */
function clockOf(date: string | undefined, ms: number, now: number): Finding {
  const there = Date.parse(date ?? "");
  if (Number.isNaN(there)) return near("clock", "the receiver's answer has no date");
  const off = Math.abs(now - there) - ms - 1000;
  if (off <= SKEW_MS) return well("clock", "this machine's and the receiver's agree");
  return near(
    "clock",
    `this machine's is off by ${Math.round(off / 1000)} s`,
    "Set it by NTP, and the origin's too: signatures are refused beyond 5 min",
  );
}
