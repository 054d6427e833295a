// The selection of notifications that a call replays or closes at once, as input and as the store takes it.
import * as z from "zod/mini";
import { END_OF_TIME } from "../store/selection.ts";
import { filterInput } from "./filter-input.ts";

export const TOO_SHORT = "q: more numbers begin with it than can be told: give more of it";

const { state: _state, ...others } = filterInput;

/** The filters of lists, without the state. Without `from` and `to` all times of receipt are selected. */
export const selectionInput = others;

const selection = z.object(selectionInput);

export function selectionOf({ from, to, kind, mallId, result, q }: z.infer<typeof selection>) {
  return {
    from: from ? Date.parse(from) : 0,
    to: to ? Date.parse(to) : END_OF_TIME,
    kind: kind ?? null,
    mallId: mallId ?? null,
    result: result ?? null,
    q: q ?? null,
  };
}
