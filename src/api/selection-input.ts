// The notifications that a call replays or closes at once, as the call's input and as the store takes them.
import * as z from "zod/mini";
import { LONGEST_MALL_ID, instant, kindOrProduct, personText } from "./input.ts";

/** Later than the time of receipt of any row. */
const END_OF_TIME = 8_640_000_000_000_000;

/** Beside the state. `from` and `to` are of receivedAt, half-open; without them all are selected. */
export const selectionInput = {
  from: z.optional(instant),
  to: z.optional(instant),
  kind: z.optional(kindOrProduct),
  mallId: z.optional(personText(LONGEST_MALL_ID)),
};

const selection = z.object(selectionInput);

export function selectionOf({ from, to, kind, mallId }: z.infer<typeof selection>) {
  return {
    from: from ? Date.parse(from) : 0,
    to: to ? Date.parse(to) : END_OF_TIME,
    kind: kind ?? null,
    mallId: mallId ?? null,
  };
}
