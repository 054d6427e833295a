// Announced events in the API: the fields that cancellations and approvals share, alone and in pages.
import * as z from "zod/mini";
import { REFERENCE } from "../../receive/path.ts";
import type { AnnouncedCursor, AnnouncedRow, QueryEntry } from "../../store/announced.ts";
import { rfc3339 } from "../../time.ts";
import { timedCursor, writeCursor } from "../cursor.ts";
import { limit } from "../input.ts";

const LONGEST_DUE_AFTER_SECONDS = 86_400;
const FIRST_ASK_SECONDS = 300;

// KICC's find takes at most 60 bytes. Otherwise KICC may form its ids as it likes.
export const id = z
  .string("must be text")
  .check(z.regex(/^[!-~]{1,60}$/, "must be 1 to 60 ASCII characters without spaces"));

/** The input of an announcement, besides the ids of its register. */
export const announcementInput = {
  mallId: id,
  pgCno: id,
  shopOrderNo: z.nullish(z.string("must be text").check(z.minLength(1), z.maxLength(200))),
  reference: z.nullish(z.string("must be text").check(z.regex(REFERENCE, "must be 1 to 200 of A-Z a-z 0-9 . _ ~ -"))),
  dueAfterSeconds: z._default(
    z.int("must be a whole number").check(z.minimum(0), z.maximum(LONGEST_DUE_AFTER_SECONDS)),
    FIRST_ASK_SECONDS,
  ),
};

const state = z.enum(["expected", "notified", "reconciled", "failed", "unresolved"]);

export const pageInput = z.object({
  state: z.optional(state),
  cursor: z.optional(
    z.pipe(
      timedCursor,
      z.transform(([announcedAt, after]): AnnouncedCursor => ({ announcedAt, id: after })),
    ),
  ),
  limit,
});

export const querySchema = z.object({ at: z.string(), status: z.nullable(z.string()), text: z.string() });

/** The fields of an answer, after those of its register. */
export const announcedFields = {
  mallId: z.string(),
  pgCno: z.string(),
  shopOrderNo: z.nullable(z.string()),
  reference: z.nullable(z.string()),
  state,
  announcedAt: z.string(),
  nextAskAt: z.nullable(z.string()),
  asks: z.number(),
  lastAnswer: z.nullable(querySchema),
  notificationId: z.nullable(z.string()),
  history: z.array(querySchema),
};
export type ShownAnnounced = z.infer<z.ZodMiniObject<typeof announcedFields>>;

export function shownAnnounced(row: AnnouncedRow): ShownAnnounced {
  const { mallId, pgCno, shopOrderNo, reference, asks, notificationId, dueAt } = row;
  const queries = (JSON.parse(row.history) as QueryEntry[]).map(shownQuery);
  return {
    mallId,
    pgCno,
    shopOrderNo,
    reference,
    state: row.state,
    announcedAt: rfc3339(row.announcedAt),
    nextAskAt: row.state === "expected" && dueAt !== null ? rfc3339(dueAt) : null,
    asks,
    lastAnswer: queries.at(-1) ?? null,
    notificationId,
    history: queries,
  };
}

export function shownQuery({ at, status, text }: QueryEntry): z.infer<typeof querySchema> {
  return { at: rfc3339(at), status, text };
}

export function announcedCursor(row: AnnouncedRow): string | null {
  return writeCursor([row.announcedAt, row.id]);
}
