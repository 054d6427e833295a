// The filters of lists of notifications, as a call's input and as the store takes them.
import * as z from "zod/mini";
import type { Wanted } from "../store/search.ts";
import { STATES } from "../store/insert.ts";
import { SUCCESS } from "../rules/notification.ts";
import type { NotificationShape } from "./shapes.ts";
import { LONGEST_MALL_ID, instant, kindOrProduct, personText } from "./input.ts";

const RESULT = "must be success or failure";
const LONGEST_SEARCH = 200;

/** The filters in a query. */
export const filterInput = {
  state: z.optional(z.enum(STATES, `must be one of ${STATES.join(", ")}`)),
  kind: z.optional(kindOrProduct),
  mallId: z.optional(personText(LONGEST_MALL_ID)),
  /** KICC's result: resCd 0000, or any other. */
  result: z.optional(z.enum(["success", "failure"], RESULT)),
  /** receivedAt, half-open. */
  from: z.optional(instant),
  to: z.optional(instant),
  q: z.optional(personText(LONGEST_SEARCH)),
};

const filters = z.object(filterInput);

export function filtersOf({ from, to, ...rest }: z.infer<typeof filters>): Omit<Wanted, "limit"> {
  return {
    state: rest.state ?? null,
    kind: rest.kind ?? null,
    mallId: rest.mallId ?? null,
    result: rest.result ?? null,
    q: rest.q ?? null,
    from: from === undefined ? null : Date.parse(from),
    to: to === undefined ? null : Date.parse(to),
  };
}

/** The same filters as a function, for notifications that are not in D1. */
export function wantedOf(given: z.infer<typeof filters>): (found: NotificationShape) => boolean {
  const { state, kind, mallId, result, from, to } = filtersOf(given);
  return (found) => {
    const receivedAt = Date.parse(found.receivedAt);
    return (
      (state === null || found.state === state) &&
      (kind === null || found.kind === kind || found.kind.startsWith(`${kind}.`)) &&
      (mallId === null || found.mallId === mallId) &&
      (result === null || (result === "success") === (found.resCd === SUCCESS)) &&
      receivedAt >= (from ?? 0) &&
      receivedAt < (to ?? Infinity)
    );
  };
}
