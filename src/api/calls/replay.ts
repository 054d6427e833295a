// Replaying: one notification, or all of a selection.
import * as z from "zod/mini";
import { enqueue } from "../../queue/send.ts";
import { REPLAY_COUNTS_AT_MOST, askReplayMany } from "../../store/replay-many.ts";
import { replayOne } from "../../store/replay-one.ts";
import { isTooShort } from "../../store/selection.ts";
import { notificationOf } from "../../store/rows.ts";
import { restoreFromArchive } from "../from-archive.ts";
import { unknownNotification } from "./notifications.ts";
import { deliveringOf, operation, refuse } from "../operation.ts";
import { TOO_SHORT, selectionInput, selectionOf } from "../selection-input.ts";
import { notificationSchema, notificationShape } from "../shapes.ts";

export const replayNotification = operation({
  method: "post",
  path: "/api/notifications/{id}/replay",
  summary: "Deliver a notification again, unless it is pending",
  needsDelivering: true,
  input: z.object({ id: z.string() }),
  answer: notificationSchema,
  async run({ id }, context) {
    const entry = { at: context.now, who: context.operator, what: "replay", subject: id, note: null };
    let { replayed, row } = await replayOne(context.db, id, entry);
    if (row === null && (await restoreFromArchive(context.config, context.db, id))) {
      ({ replayed, row } = await replayOne(context.db, id, entry));
    }
    if (row === null) return unknownNotification(id);
    if (replayed === null) return refuse("conflict", `Cannot replay: the notification is ${row.state}`);
    // In the other modes a puller or the sweep takes it from here.
    if (deliveringOf(context).mode === "push") {
      context.waitUntil(enqueue(context.deliveries, notificationOf(replayed), replayed.attempts + 1));
    }
    return notificationShape(row, context);
  },
});

export const replayMany = operation({
  method: "post",
  path: "/api/replay",
  summary: `Deliver all dead, held or delivered ones received in [from, to) again, at a bounded rate; counted up to ${REPLAY_COUNTS_AT_MOST}`,
  needsDelivering: true,
  input: z.object({
    state: z.enum(["dead", "held", "delivered"], 'must be "dead", "held" or "delivered"'),
    ...selectionInput,
  }),
  answer: z.object({ replaying: z.int() }),
  async run({ state, ...selected }, { db, operator, now }) {
    const { from, to, kind, mallId, result, q } = selected;
    if (state === "delivered" && (from === undefined || to === undefined)) {
      return refuse("invalid", "from, to: are needed for delivered ones");
    }
    if (await isTooShort(db, q ?? null)) return refuse("invalid", TOO_SHORT);
    const about = [state, kind, mallId, result, q].filter((part) => part !== undefined).join(" ");
    const note = `${about}, received from ${from ?? "the first"} to ${to ?? "the last"}`;
    const entry = { at: now, who: operator, what: "replay-many", subject: null, note };
    return { replaying: await askReplayMany(db, { state, ...selectionOf(selected) }, entry) };
  },
});
