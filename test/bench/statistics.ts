// Medians, percentiles and Markdown: turns measurements into readable lines. Pure.

export function median(values: readonly number[]): number {
  return percentile(
    values.toSorted((a, b) => a - b),
    50,
  );
}

/** @param sorted ascending @param rank 0 to 100 */
export function percentile(sorted: readonly number[], rank: number): number {
  const index = Math.min(sorted.length - 1, Math.ceil((rank / 100) * sorted.length) - 1);
  return sorted[Math.max(0, index)] ?? Number.NaN;
}

export type Cell = string | number;

/** The first row is the head. Columns of which every cell begins with a digit stand to the right. */
export function markdown([head = [], ...rows]: readonly (readonly Cell[])[]): string {
  const right = head.map((_title, column) => rows.every((row) => /^[\d$≥≤<–-]/.test(String(row[column]))));
  const line = (cells: readonly Cell[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(right.map((numeric) => (numeric ? "--:" : "---"))), ...rows.map(line)].join("\n");
}

/** Two digits that matter, thousands in groups. */
export function figure(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return "–";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
