// The headers of an origin's answer that tell why it failed, as lines. Pure. No cookie, no token, and no Location's query.

/** Who answered, in what form, and what it wants. All others are left out. */
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

/** null where it has none of them. */
export function answerHead(headers: Headers): string | null {
  const lines = TELLING.flatMap((name) => {
    const value = headers.get(name);
    if (value === null) return [];
    const shown = name === "location" ? value.replace(/[?#].*/s, "") : value;
    return [`${name}: ${shown.slice(0, LONGEST_VALUE).toWellFormed()}`];
  });
  return lines.length === 0 ? null : lines.join("\n");
}
