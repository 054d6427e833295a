// How many round trips and rows a notification may cost in D1, by path. test/store/budget.test.ts asserts it exactly;
// the benchmark prints and prices it.
import type { Work } from "../metered.ts";

const PATHS = {
  new: { trips: 1, read: 4, written: 6 },
  "new, with a reference": { trips: 1, read: 4, written: 7 },
  resend: { trips: 1, read: 5, written: 1 },
  "stranger, within the kept rate": { trips: 1, read: 4, written: 3 },
  "stranger, beyond it": { trips: 0, read: 0, written: 0 },
  "delivered at once": { trips: 2, read: 13, written: 2 },
  "a first attempt that fails": { trips: 2, read: 13, written: 4 },
  "a second that fails": { trips: 2, read: 13, written: 5 },
  "a third that succeeds": { trips: 2, read: 15, written: 4 },
  "the last, of one that dies": { trips: 2, read: 13, written: 5 },
  "pruned after 400 days": { trips: 2, read: 8, written: 1 },
  "a minute of the cron, idle": { trips: 19, read: 56, written: 2 },
  "a minute of the cron, after 20 deliveries": { trips: 19, read: 88, written: 12 },
} as const satisfies Readonly<Record<string, Work>>;

export type Path = keyof typeof PATHS;

export const BUDGET: Readonly<Record<Path, Work>> = PATHS;
