// Keeps what the Worker logs instead of printing it: a run of 10,000 would print 100,000 lines.

const LINES = 300_000;
const lines: string[] = [];

export function quiet(): void {
  console.log = (line: string) => {
    if (lines.length < LINES) lines.push(`${new Date(Date.now()).toISOString()} ${line}`);
  };
}

/** The log lines that name a notification. */
export function linesOf(id: string): string[] {
  return lines.filter((line) => line.includes(id));
}

export function events(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of lines) {
    const event = /"event":"([^"]*)"/.exec(line)?.[1] ?? "other";
    counts[event] = (counts[event] ?? 0) + 1;
  }
  return counts;
}
