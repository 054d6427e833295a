// Values as people read them: Korean times, amounts, durations, and text from strangers with nothing invisible in it.
// Pure.
import { KST_MS } from "../../time.ts";
import type { Words } from "./words.ts";

/** 2026-01-14 09:12:10, Korean time. */
export function kst(instant: number): string {
  return new Date(instant + KST_MS).toISOString().slice(0, 19).replace("T", " ");
}

/** KICC's yyyyMMddHHmmss in readable form. Anything else stays as it came. */
export function kiccDate(text: string | null): string | null {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text ?? "") ?? [];
  if (parts.length === 0) return text;
  return `${parts.slice(0, 3).join("-")} ${parts.slice(3).join(":")} KST`;
}

/**
 * ₩51,000. KICC does not say whether the webhook's USD are cents. So amounts in other currencies are shown as they were
 * sent.
 */
export function money(amount: string | null, currency: string | null, w: Words): string | null {
  if (amount === null) return null;
  if (currency === null) return `${amount} (${w.format.noCurrency})`;
  const [, sign, digits = ""] = /^(-?)(\d+)$/.exec(amount) ?? [];
  if (currency !== "KRW" || digits === "") return `${currency} ${amount} (${w.format.asSent})`;
  return `${sign}₩${grouped(digits)}`;
}

/** 51000 → 51,000 */
export function grouped(digits: number | string): string {
  return String(digits).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** 250 ms, 1.2 s, 3 min, 2 h 5 min, 3 d */
export function duration(ms: number, w: Words): string {
  const [s, min, h, d] = [w.format.unit_s, w.format.unit_min, w.format.unit_h, w.format.unit_d];
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1).replace(/\.0$/, "")}${s}`;
  if (ms < 60_000) return `${Math.floor(ms / 1000)}${s}`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes}${min}`;
  if (minutes < 48 * 60)
    return minutes % 60 === 0 ? `${minutes / 60}${h}` : `${Math.floor(minutes / 60)}${h} ${minutes % 60}${min}`;
  return `${Math.floor(minutes / 1440)}${d}`;
}

/** 3 min ago, in 15 s */
export function fromNow(instant: number, now: number, w: Words): string {
  return instant <= now ? w.format.ago(duration(now - instant, w)) : w.format.ahead(duration(instant - now, w));
}

// Characters that are invisible, or that turn or hide the text around them: controls, formats, lone surrogates, blank
// Hangul fillers.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164]/gu;

/** Shows such characters as \u202e, so that no text looks like another. JSX escapes the result. */
export function visible(text: string): string {
  return text.replaceAll(INVISIBLE, (character) => {
    if (character === "\n" || character === "\t") return character;
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
}

const DEEPEST = 12;

/**
 * JSON in lines, with every number in its own digits: `JSON.parse` would round KICC's ids. Returns null where it is not
 * JSON, or nests so deeply that the indentation would be longer than the text.
 */
export function pretty(text: string): string | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  let depth = 0;
  let lines = "";
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{[]\s*[}\]]|[{}[\],:]|[^\s{}[\],:"]+/gs)) {
    if (token === "{" || token === "[") depth += 1;
    if (token === "}" || token === "]") depth -= 1;
    if (depth > DEEPEST) return null;
    const line = `\n${"  ".repeat(depth)}`;
    if (token === "{" || token === "[" || token === ",") lines += token + line;
    else if (token === "}" || token === "]") lines += line + token;
    else lines += token === ":" ? ": " : token;
  }
  return lines;
}
