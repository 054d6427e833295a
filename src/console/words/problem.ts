// What a person can do about a failed attempt, found by its error text (src/rules/answer.ts). Other errors are shown as
// they are.
import type { Words } from "./words.ts";

type Advice = keyof Words["problems"];

/** The first match counts. Its group is what the advice names: a URL, a code, a status. */
const ADVICE: readonly (readonly [RegExp, Advice])[] = [
  [/which is not followed: set .* to (\S+)$/, "redirect"],
  [/cloudflareaccess|Cloudflare Access wants|a login (?:page|wants)/i, "login"],
  [/maintenance page/, "maintenance"],
  [/PHP error/, "php"],
  [/in place of the handler's answer|with XML, and no resCd/, "page"],
  [/^origin answered \d+ with (?:resCd|res_cd) (.*)$/, "refused"],
  [/^origin answered (401|403)\b/, "gate"],
  [/^origin answered 404/, "path"],
  [/^origin answered 405/, "method"],
  [/^origin answered (406|407|413|415|419)\b/, "filter"],
  [/^origin answered 410/, "gone"],
  [/^origin answered 429/, "busy"],
  [/certificate|no TLS|\bTLS\b|SSL/i, "certificate"],
  [/^origin answered (5\d\d)/, "server"],
  [/^Cloudflare answered|tunnel|cloudflared/, "unreachable"],
  [/^no (?:whole )?answer in (\d+) ms/, "slow"],
  [/^no whole answer|cannot be read: Content-Encoding/, "broken"],
  [/^no connection/, "unreachable"],
  [/^no report/, "unreported"],
];

/** Returns null where nothing is known besides the error. */
export function adviceOn(error: string | null, w: Words): string | null {
  for (const [pattern, advice] of error === null ? [] : ADVICE) {
    const found = pattern.exec(error ?? "");
    if (found) return w.problems[advice](found[1] ?? "");
  }
  return null;
}
