// Reading notifications: lists, and one with everything that is known of its payment.
import * as z from "zod/mini";
import { archivedOne, searchArchive } from "../from-archive.ts";
import { audit } from "../../store/audit.ts";
import { findRelated } from "../../store/related.ts";
import { find, search } from "../../store/search.ts";
import { serialCursor, writeCursor } from "../cursor.ts";
import { filterInput, filtersOf, wantedOf } from "../filter-input.ts";
import { limit } from "../input.ts";
import { operation, refuse } from "../operation.ts";
import { notificationSchema, notificationShape, wholeSchema, wholeShape } from "../shapes.ts";

const BODY = 'must be "whole"';

export const listNotifications = operation({
  method: "get",
  path: "/api/notifications",
  summary:
    "Notifications, newest first; q is an id, cancelPgCno, pgCno, shopOrderNo or reference, or 4 or more of its first characters. A page may be shorter than its limit, or empty, and still have a cursor: each looks at a bounded number",
  input: z.object({ ...filterInput, cursor: z.optional(serialCursor), limit }),
  answer: z.object({ notifications: z.array(notificationSchema), cursor: z.nullable(z.string()) }),
  async run({ cursor, limit: most, ...filters }, context) {
    const { rows, next } = await search(context.db, { ...filtersOf(filters), after: cursor ?? null, limit: most });
    const listed = rows.map((row) => notificationShape(row, context));
    const { q } = filters;
    if (next !== null || !q) return { notifications: listed, cursor: writeCursor(next) };
    const isWanted = wantedOf(filters);
    const archived = await searchArchive(
      context.config,
      context.db,
      { q, known: listed, isWanted, limit: most },
      context,
    );
    return { notifications: [...listed, ...archived], cursor: null };
  },
});

export const showNotification = operation({
  method: "get",
  path: "/api/notifications/{id}",
  summary:
    "One notification, with its history and body; body=whole shows personal values too, and the audit says who looked",
  input: z.object({ id: z.string(), body: z.optional(z.literal("whole", BODY)) }),
  answer: wholeSchema,
  async run({ id, body }, context) {
    const [row, related] = await Promise.all([find(context.db, id), findRelated(context.db, id)]);
    const archived = row === null ? await archivedOne(context.config, context.db, id, body === "whole", context) : null;
    if (row === null && archived === null) return unknownNotification(id);
    // The audit is written before anything is shown: nobody sees personal values without a record.
    if (body === "whole")
      await audit(context.db, { at: context.now, who: context.operator, what: "look", subject: id, note: null }).run();
    return row === null ? (archived ?? unknownNotification(id)) : wholeShape(row, related, body === "whole", context);
  },
});

export function unknownNotification(id: string) {
  return refuse("not_found", `No notification ${id.slice(0, 100)}`);
}
