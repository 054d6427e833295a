// An announced cancellation as the API shows it, alone and in pages.
import * as z from "zod/mini";
import type { CancellationCursor, CancellationRow, QueryEntry } from "../../store/cancellations.ts";
import { timedCursor, writeCursor as writeKey } from "../cursor.ts";
import { limit } from "../input.ts";

const state = z.enum(["expected", "notified", "reconciled", "failed", "unresolved"]);

export const page = z.object({
  state: z.optional(state),
  cursor: z.optional(
    z.pipe(
      timedCursor,
      z.transform(([announcedAt, cancelPgCno]): CancellationCursor => ({ announcedAt, cancelPgCno })),
    ),
  ),
  limit,
});

export const query = z.object({ at: z.string(), status: z.nullable(z.string()), text: z.string() });
export const cancellation = z.object({
  cancelPgCno: z.string(),
  mallId: z.string(),
  pgCno: z.string(),
  shopOrderNo: z.nullable(z.string()),
  reference: z.nullable(z.string()),
  state,
  announcedAt: z.string(),
  nextAskAt: z.nullable(z.string()),
  asks: z.number(),
  lastAnswer: z.nullable(query),
  notificationId: z.nullable(z.string()),
  history: z.array(query),
});
type Cancellation = z.infer<typeof cancellation>;

export function shown(row: CancellationRow): Cancellation {
  const { kind: _kind, dueAfterMs: _dueAfterMs, dueAt, history, announcedAt, ...told } = row;
  const queries = (JSON.parse(history) as QueryEntry[]).map(shownQuery);
  return {
    ...told,
    announcedAt: instant(announcedAt),
    nextAskAt: row.state === "expected" && dueAt !== null ? instant(dueAt) : null,
    lastAnswer: queries.at(-1) ?? null,
    history: queries,
  };
}

export function shownQuery({ at, status, text }: QueryEntry): Cancellation["history"][number] {
  return { at: instant(at), status, text };
}

function instant(at: number): string {
  return new Date(at).toISOString();
}

export function writeCursor(row: CancellationRow): string | null {
  return writeKey([row.announcedAt, row.cancelPgCno]);
}
