// Picks the headers of the origin's answer that help to find out why it failed, a line each. Never a cookie, a token or
// the query of a Location. Pure.

/** They say who answered, in which format, and what the answering side asks for. All other headers are left out. */
const TELLING = [
  "content-type",
  "content-length",
  "content-encoding",
  "location",
  "server",
  "via",
  "date",
  "retry-after",
  "www-authenticate",
  "allow",
  "x-powered-by",
  "cf-ray",
  "cf-mitigated",
] as const;

const LONGEST_VALUE = 200;

/** @returns null where the answer has none of these headers */
export function answerHead(headers: Headers): string | null {
  const lines = TELLING.flatMap((name) => {
    const value = headers.get(name);
    if (value === null) return [];
    const shown = name === "location" ? value.replace(/[?#].*/s, "") : value;
    return [`${name}: ${shown.slice(0, LONGEST_VALUE).toWellFormed()}`];
  });
  return lines.length === 0 ? null : lines.join("\n");
}
