// How D1's remote /query splits a text into statements, in the strictest reading of what has been reported: at every
// semicolon outside quotes. It does not know comments, so that a quote or a semicolon in a comment counts. Pure.

const QUOTES = new Set(["'", '"', "`"]);

export function splitStrictly(sql: string): string[] {
  const statements: string[] = [];
  let current = "";
  let quote: string | null = null;
  for (const character of sql) {
    if (quote === null && character === ";") {
      statements.push(current);
      current = "";
      continue;
    }
    if (quote !== null) quote = character === quote ? null : quote;
    else if (QUOTES.has(character)) quote = character;
    current += character;
  }
  return [...statements, current].map((statement) => statement.trim()).filter((statement) => statement !== "");
}
