// Closing: a person dealt with dead or held notifications by hand, one or a selection.
import * as z from "zod/mini";
import { closeMany, closeOne } from "../../store/close.ts";
import { isTooShort } from "../../store/selection.ts";
import { personText } from "../input.ts";
import { unknownNotification } from "./notifications.ts";
import { operation, refuse } from "../operation.ts";
import { TOO_SHORT, selectionInput, selectionOf } from "../selection-input.ts";
import { notificationSchema, notificationShape } from "../shapes.ts";

const LONGEST_NOTE = 1000;

export const closeNotification = operation({
  method: "post",
  path: "/api/notifications/{id}/close",
  summary: "A dead or held notification was dealt with by hand",
  input: z.object({ id: z.string(), note: personText(LONGEST_NOTE) }),
  answer: notificationSchema,
  async run({ id, note }, context) {
    const { db, operator, now } = context;
    const { closed, row } = await closeOne(db, id, { at: now, who: operator, what: "close", subject: id, note });
    if (row === null) return unknownNotification(id);
    return closed
      ? notificationShape(row, context)
      : refuse("conflict", `Cannot close: the notification is ${row.state}`);
  },
});

export const closeManyNotifications = operation({
  method: "post",
  path: "/api/close",
  summary:
    "All dead or held ones received in [from, to) were dealt with by hand: at most 2,000 a call, the oldest first",
  input: z.object({
    state: z.enum(["dead", "held"], 'must be "dead" or "held"'),
    ...selectionInput,
    note: personText(LONGEST_NOTE),
  }),
  answer: z.object({ closed: z.int(), /** true: call again. */ more: z.boolean() }),
  async run({ state, note, ...selected }, { db, operator, now }) {
    if (await isTooShort(db, selected.q ?? null)) return refuse("invalid", TOO_SHORT);
    const entry = { at: now, who: operator, what: "close-many", subject: null, note };
    return closeMany(db, { state, ...selectionOf(selected) }, entry);
  },
});
