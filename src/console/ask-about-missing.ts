// Asks KICC about events that never came. Events that were not announced are announced first, so that the cron
// continues asking. The number of events and the time are limited.
import { type OperationName, isRefusal } from "../api/perform.ts";
import { inLanes } from "../pool.ts";
import type { PastedRow } from "../rules/pasted-numbers.ts";
import type { Comparison } from "./comparison.ts";
import type { Given } from "./given-list.ts";
import type { View } from "./view.ts";

/** D1 takes 1,000 queries from an invocation, and one event costs at most seven. */
export const ASKED_AT_MOST = 100;
/** A Worker's invocation may have 6 connections open at once, and D1 uses one of them. */
const LANES = 5;
/** A person waits for the page. The cron asks about the rest within a minute. */
const BEGIN_WITHIN_MS = 10_000;
const CRON_ASKS_AFTER_SECONDS = 60;

/** How many of the events ended in which way. */
export interface Asked {
  readonly asked: number;
  /** Announced now. The cron asks about them. */
  readonly later: number;
  /** Not asked about: another event was announced under the number, or the time ran out before it was announced. */
  readonly undone: number;
}

/**
 * The missing numbers that KICC can be asked about: not settled by an answer yet, and with everything that a query
 * needs.
 */
export function askable({ by, compared, rows, announced }: Comparison, mallId: string): readonly PastedRow[] {
  const missing = compared.flatMap(({ state, number }) => (state === "missing" ? (rows.get(number) ?? []) : []));
  return missing.filter((row) => {
    const known = announced.get(row.number);
    if (known !== undefined) return known.state !== "notified" && known.state !== "reconciled";
    return (row.mallId ?? mallId) !== "" && (by === "pgCno" || (by === "cancelPgCno" && row.pgCno !== null));
  });
}

export async function askAboutMissing(v: View, comparison: Comparison, { mallId, kind }: Given): Promise<Asked> {
  const rows = askable(comparison, mallId).slice(0, ASKED_AT_MOST);
  const count = { asked: 0, later: 0, undone: 0 };
  const deadline = Date.now() + BEGIN_WITHIN_MS;
  const announced: PastedRow[] = [];
  const left = await inLanes(rows, LANES, deadline, async (row) => {
    if (comparison.announced.has(row.number) || (await announce(v, comparison.by, row, mallId, kind))) {
      announced.push(row);
    } else count.undone += 1;
  });
  count.undone += left.length;
  const unasked = await inLanes(announced, LANES, deadline, async ({ number }) => {
    const answer =
      comparison.by === "pgCno"
        ? await v.perform("post /api/approvals/{pgCno}/ask", { pgCno: number })
        : await v.perform("post /api/cancellations/{cancelPgCno}/ask", { cancelPgCno: number });
    if (isRefusal(answer)) count.later += 1;
    else count.asked += 1;
  });
  count.later += unasked.length;
  return count;
}

async function announce(v: View, by: Comparison["by"], row: PastedRow, mallId: string, kind: string): Promise<boolean> {
  const { number, pgCno, shopOrderNo } = row;
  const told = { mallId: row.mallId ?? mallId, shopOrderNo, dueAfterSeconds: CRON_ASKS_AFTER_SECONDS };
  const name: OperationName = by === "pgCno" ? "put /api/approvals/{pgCno}" : "put /api/cancellations/{cancelPgCno}";
  const ids = by === "pgCno" ? { pgCno: number, kind } : { cancelPgCno: number, pgCno };
  return !isRefusal(await v.perform(name, { ...ids, ...told }));
}
