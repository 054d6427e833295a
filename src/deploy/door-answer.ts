// Decides who answered at a door: the receiver; or Cloudflare instead of it, and by which setting. Pure.
import type { CallResult } from "./https-call.ts";

export type DoorAnswer =
  /** The receiver, and it refused the stranger as it should. */
  | { readonly who: "receiver"; readonly resCd: string }
  /** The receiver, but it would refuse KICC too. */
  | { readonly who: "receiver-unwell"; readonly why: string; readonly todo: string }
  /** This version of the receiver has no such door, or something else answers. */
  | { readonly who: "no-door"; readonly why: string }
  | { readonly who: "cloudflare"; readonly why: string; readonly todo: string }
  | { readonly who: "nobody"; readonly why: string; readonly todo: string }
  | { readonly who: "other"; readonly why: string; readonly todo: string };

const BOTS =
  "Security → Settings → Bots: turn Bot Fight Mode off. On Pro and higher: Super Bot Fight Mode → Definitely automated → Allow. Or a WAF rule for this hostname with the action Skip";

// developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors
const CODES: Readonly<Record<string, readonly [why: string, todo: string]>> = {
  1000: ["the DNS record points at a forbidden address", "Delete the hostname's DNS records, and deploy again"],
  1006: ["the caller's address is banned", "Security → WAF → Tools: delete the rule"],
  1009: ["the caller's country is banned", "Security → WAF: let KR through for this hostname"],
  1010: [
    "the Browser Integrity Check",
    "Security → Settings: turn the Browser Integrity Check off, or by a configuration rule for this hostname",
  ],
  1015: ["a rate limiting rule", "Security → WAF → Rate limiting rules: leave this hostname out"],
  1016: ["the hostname leads nowhere", "Run npm run deploy again: the hostname is not attached to the Worker"],
  1020: ["a WAF rule", "Security → Events: find the rule, and leave this hostname out of it"],
  1027: ["the day's requests of Workers Free are used up", "Change to Workers Paid"],
  1042: ["a Worker that calls another one of its own zone", "Take the Worker route off this hostname"],
  1101: ["an exception in the Worker", "npx wrangler tail, and look at what it throws"],
  1102: ["the Worker's CPU limit (10 ms on Workers Free)", "Change to Workers Paid"],
};

export function judgeDoor(heard: CallResult, hostname: string): DoorAnswer {
  if (heard.end === "failed") return { who: "nobody", ...failure(heard.code, heard.message, hostname) };
  const { status, headers, text } = heard;
  const resCd = resCdOf(text);
  if (resCd === "4040" || resCd === "4030") return { who: "receiver", resCd };
  if (resCd === "5001") {
    const todo = "Look at the settings at the top of /console, or at the log: npx wrangler tail";
    return {
      who: "receiver-unwell",
      why: "5001: a setting that receiving needs is wrong, or neither D1 nor the queue answers",
      todo,
    };
  }
  if (resCd !== null)
    return {
      who: "other",
      why: `an answer with resCd ${resCd}, which no stranger should get`,
      todo: "Check that the hostname leads to the receiver",
    };
  if (headers["cf-mitigated"] === "challenge" || /Just a moment|challenge-platform|_cf_chl_opt/.test(text)) {
    return { who: "cloudflare", why: `a challenge page (${status}), which KICC cannot pass`, todo: BOTS };
  }
  if (status >= 300 && status < 400) return redirect(status, headers.location ?? "", hostname);
  const code = /error code:?\s*(1\d{3})/i.exec(text)?.[1] ?? /cf-error-code[^>]*>\s*(1\d{3})/.exec(text)?.[1];
  const [why, todo] = CODES[code ?? ""] ?? [];
  if (code !== undefined) {
    return {
      who: "cloudflare",
      why: `error ${code}: ${why ?? "see Cloudflare's list of 1xxx errors"}`,
      todo: todo ?? "Security → Events shows what did it",
    };
  }
  if (status === 404 && !/<html/i.test(text))
    return { who: "no-door", why: "404: this version of the receiver has no such door" };
  if (status === 403)
    return {
      who: "cloudflare",
      why: "403 without the receiver's answer",
      todo: `Security → Events shows what did it. ${BOTS}`,
    };
  if (status >= 520 && status < 530) {
    return {
      who: "cloudflare",
      why: `${status}: the hostname leads to a server, not to the Worker`,
      todo: "Delete the hostname's DNS record, and deploy again",
    };
  }
  const start = text.replaceAll(/\s+/g, " ").trim().slice(0, 80);
  return {
    who: "other",
    why: `${status} from something else: ${start || "an empty answer"}`,
    todo: "Check that the hostname leads to the receiver, and that no other Worker's route covers it",
  };
}

function redirect(status: number, location: string, hostname: string): DoorAnswer {
  if (/cloudflareaccess\.com/.test(location)) {
    return {
      who: "cloudflare",
      why: "Cloudflare Access, which asks KICC to sign in",
      todo: `Zero Trust → Access: restrict the application to ${hostname}/console`,
    };
  }
  return {
    who: "cloudflare",
    why: `a redirect (${status}) to ${location.slice(0, 100)}`,
    todo: "Rules: leave this hostname out of redirect rules and page rules. KICC follows no redirect",
  };
}

function failure(code: string, message: string, hostname: string): { readonly why: string; readonly todo: string } {
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return {
      why: `DNS does not know ${hostname}`,
      todo: "Wait a few minutes after the first deploy; then look at the domain's DNS",
    };
  if (code === "ECONNREFUSED" || code === "ECONNRESET" || code === "EPIPE")
    return {
      why: `the connection is refused or reset (${code})`,
      todo: "Check where the hostname leads: it should be Cloudflare",
    };
  if (code === "LATE" || code === "ETIMEDOUT")
    return { why: `${message}: KICC waits 10 s`, todo: "Check where the hostname leads, and npx wrangler tail" };
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS_CERT/.test(code))
    return {
      why: `the certificate is not accepted: ${message}`,
      todo: "The first one takes up to 15 min after the deploy. Then: SSL/TLS → Edge Certificates",
    };
  if (/SSL|EPROTO|TLS/.test(code))
    return {
      why: `TLS fails: ${message}`,
      todo: "SSL/TLS → Edge Certificates: Minimum TLS Version 1.2 or lower; wait up to 15 min after the first deploy",
    };
  return { why: `${code}: ${message}`, todo: "Try again, from another network too" };
}

function resCdOf(text: string): string | null {
  try {
    const parsed: unknown = JSON.parse(text);
    const resCd = typeof parsed === "object" && parsed !== null && "resCd" in parsed ? parsed.resCd : null;
    return typeof resCd === "string" ? resCd : null;
  } catch {
    return null;
  }
}
