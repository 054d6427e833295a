// What a run of mutations shows: a table by file, and each survivor with its reason.
import type { Mutation } from "./table.ts";
import type { Tried } from "./crew.ts";

export interface Result extends Tried {
  readonly mutation: Mutation;
  readonly ms: number;
}

export function isSurvivor({ failure }: Result): boolean {
  return failure === null;
}

export function lineOf({ mutation, failure, ms }: Result): string {
  const { at, text, replacement } = mutation;
  const ending = failure === null ? "SURVIVED" : failure.timedOut ? "timeout" : "killed";
  const seconds = `${(ms / 1000).toFixed(1)} s`;
  return `${ending.padEnd(8)} ${seconds.padStart(7)}  ${at}  ${text} → ${replacement || "∅"}${failure === null ? "" : `  by ${failure.file}: ${failure.title}`}`;
}

export function tableOf(results: readonly Result[]): string {
  const files = Map.groupBy(results, ({ mutation }) => mutation.file);
  const rows = [...files].map(([file, of]) => rowOf(file, of));
  return [
    "| file | mutations | killed | timeout | survived | of these explained |",
    "|---|--:|--:|--:|--:|--:|",
    ...rows,
    rowOf("**all**", results),
  ].join("\n");
}

function rowOf(name: string, results: readonly Result[]): string {
  const survivors = results.filter(isSurvivor);
  const timeouts = results.filter(({ failure }) => failure?.timedOut === true).length;
  const explained = survivors.filter(({ mutation }) => mutation.reason !== null).length;
  const counts = [results.length, results.length - survivors.length - timeouts, timeouts, survivors.length, explained];
  return `| ${name} | ${counts.join(" | ")} |`;
}

export function survivorsOf(results: readonly Result[]): string {
  return results
    .filter(isSurvivor)
    .map(({ mutation: { at, file, text, replacement, reason } }) =>
      [`${at} ${file}`, `  ${text} → ${replacement || "∅"}`, `  ${reason ?? "NOT EXPLAINED"}`].join("\n"),
    )
    .join("\n");
}
