// What a person decides about notifications: deliver again, one or many; close by hand.
import * as z from "zod/mini";
import { enqueue } from "../../queue/send.ts";
import { close, closeMany } from "../../store/close.ts";
import { REPLAYS_COUNT_AT_MOST, askReplay, replay } from "../../store/replay.ts";
import { notificationOf } from "../../store/rows.ts";
import { bringBack } from "../archived.ts";
import { instant, kindOrProduct, words } from "../input.ts";
import { unknownNotification } from "./notifications.ts";
import { deliveringOf, operation, refuse } from "../operation.ts";
import { notificationSchema, notificationShape } from "../shapes.ts";

const LONGEST_NOTE = 1000;
const LONGEST_MALL_ID = 60;
/** Later than any instant that a row may have. */
const END_OF_TIME = 8_640_000_000_000_000;

export const replayNotification = operation({
  method: "post",
  path: "/api/notifications/{id}/replay",
  summary: "Deliver a notification again, unless it is pending",
  needsDelivering: true,
  input: z.object({ id: z.string() }),
  answer: notificationSchema,
  async run({ id }, desk) {
    const entry = { at: desk.now, who: desk.operator, what: "replay", subject: id, note: null };
    let { replayed, row } = await replay(desk.db, id, entry);
    if (row === null && (await bringBack(desk.config, desk.db, id))) {
      ({ replayed, row } = await replay(desk.db, id, entry));
    }
    if (row === null) return unknownNotification(id);
    if (replayed === null) return refuse("conflict", `Cannot replay: the notification is ${row.state}`);
    // In the other modes a puller, or the sweep, takes it from here.
    if (deliveringOf(desk).mode === "push") {
      desk.waitUntil(enqueue(desk.deliveries, notificationOf(replayed), replayed.attempts + 1));
    }
    return notificationShape(row, desk);
  },
});

export const replayMany = operation({
  method: "post",
  path: "/api/replay",
  summary: `Deliver all dead, held or delivered ones received in [from, to) again, at a bounded rate; counted up to ${REPLAYS_COUNT_AT_MOST}`,
  needsDelivering: true,
  input: z.object({
    state: z.enum(["dead", "held", "delivered"], 'must be "dead", "held" or "delivered"'),
    from: z.optional(instant),
    to: z.optional(instant),
    kind: z.optional(kindOrProduct),
    mallId: z.optional(words(LONGEST_MALL_ID)),
  }),
  answer: z.object({ replaying: z.int() }),
  async run({ state, from, to, kind = null, mallId = null }, { db, operator, now }) {
    if (state === "delivered" && (from === undefined || to === undefined)) {
      return refuse("invalid", "from, to: are needed for delivered ones");
    }
    const about = [state, kind, mallId].filter((part) => part !== null).join(" ");
    const note = `${about}, received from ${from ?? "the first"} to ${to ?? "the last"}`;
    const entry = { at: now, who: operator, what: "replay-many", subject: null, note };
    const range = { from: from ? Date.parse(from) : 0, to: to ? Date.parse(to) : END_OF_TIME };
    return { replaying: await askReplay(db, { state, ...range, kind, mallId }, entry) };
  },
});

export const closeNotification = operation({
  method: "post",
  path: "/api/notifications/{id}/close",
  summary: "A dead or held notification was dealt with by hand",
  input: z.object({ id: z.string(), note: words(LONGEST_NOTE) }),
  answer: notificationSchema,
  async run({ id, note }, desk) {
    const { db, operator, now } = desk;
    const { closed, row } = await close(db, id, { at: now, who: operator, what: "close", subject: id, note });
    if (row === null) return unknownNotification(id);
    return closed ? notificationShape(row, desk) : refuse("conflict", `Cannot close: the notification is ${row.state}`);
  },
});

export const closeManyNotifications = operation({
  method: "post",
  path: "/api/close",
  summary:
    "All dead or held ones received in [from, to) were dealt with by hand: at most 2,000 a call, the oldest first",
  input: z.object({
    state: z.enum(["dead", "held"], 'must be "dead" or "held"'),
    from: z.optional(instant),
    to: z.optional(instant),
    kind: z.optional(kindOrProduct),
    mallId: z.optional(words(LONGEST_MALL_ID)),
    note: words(LONGEST_NOTE),
  }),
  answer: z.object({ closed: z.int(), /** Call again. */ more: z.boolean() }),
  async run({ state, from, to, kind = null, mallId = null, note }, { db, operator, now }) {
    const entry = { at: now, who: operator, what: "close-many", subject: null, note };
    const range = { from: from ? Date.parse(from) : 0, to: to ? Date.parse(to) : END_OF_TIME };
    return closeMany(db, { state, ...range, kind, mallId }, entry);
  },
});
