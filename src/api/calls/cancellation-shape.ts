// An announced cancellation as the API shows it, alone and in pages.
import * as z from "zod/mini";
import type { CancellationCursor, CancellationRow, QueryEntry } from "../../store/cancellations.ts";

const state = z.enum(["expected", "notified", "reconciled", "failed", "unresolved"]);

export const page = z.object({
  state: z.optional(state),
  cursor: z.optional(
    z.pipe(
      z.string(),
      z.transform((text: string, context): CancellationCursor => {
        const cursor = readCursor(text);
        if (cursor !== null) return cursor;
        context.issues.push({ code: "custom", message: "is none of ours", input: text });
        return z.NEVER;
      }),
    ),
  ),
  limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(100)), 25),
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

export function writeCursor(row: CancellationRow): string {
  const text = JSON.stringify([row.announcedAt, row.cancelPgCno]);
  return new TextEncoder().encode(text).toBase64({ alphabet: "base64url", omitPadding: true });
}

function readCursor(text: string): CancellationCursor | null {
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url" });
    const [announcedAt, last] = z.tuple([z.int(), z.string()]).parse(JSON.parse(new TextDecoder().decode(bytes)));
    return { announcedAt, cancelPgCno: last };
  } catch {
    return null;
  }
}
