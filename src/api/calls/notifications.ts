// Looking at notifications: lists and one.
import * as z from "zod/mini";
import { STATES } from "../../store/insert.ts";
import { find, search } from "../../store/search.ts";
import { archivedOne, searchArchive } from "../archived.ts";
import { cursorOf, limit, serialCursor, words } from "../input.ts";
import { operation, refuse } from "../operation.ts";
import { notificationSchema, notificationShape, wholeSchema, wholeShape } from "../shapes.ts";

export const listNotifications = operation({
  method: "get",
  path: "/api/notifications",
  summary: "Notifications, newest first; q is exactly an id, cancelPgCno, pgCno, shopOrderNo or reference",
  input: z.object({
    state: z.optional(z.enum(STATES, `must be one of ${STATES.join(", ")}`)),
    q: z.optional(words(200)),
    cursor: z.optional(serialCursor),
    limit,
  }),
  answer: z.object({ notifications: z.array(notificationSchema), cursor: z.nullable(z.string()) }),
  async run({ state, q, cursor, limit: most }, { db, config }) {
    const wanted = { state: state ?? null, q: q ?? null, after: cursor ?? null, limit: most };
    const { rows, next } = await search(db, wanted);
    const listed = rows.map(notificationShape);
    const archived =
      next === null && q ? await searchArchive(config, db, { q, state, known: listed, limit: most }) : [];
    return { notifications: [...listed, ...archived], cursor: cursorOf(next) };
  },
});

export const readNotification = operation({
  method: "get",
  path: "/api/notifications/{id}",
  summary: "One notification, with its history and body",
  input: z.object({ id: z.string() }),
  answer: wholeSchema,
  async run({ id }, { db, config }) {
    const row = await find(db, id);
    return row === null ? ((await archivedOne(config, db, id)) ?? unknownNotification(id)) : wholeShape(row);
  },
});

export function unknownNotification(id: string) {
  return refuse("not_found", `No notification ${id.slice(0, 100)}`);
}
