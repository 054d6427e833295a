// What a month of one traffic uses, by its measured bytes: how long each stays in D1, and what five years bring into R2.
import { DAYS_A_MONTH, type Usage, usageOf } from "../../src/rules/month-cost.ts";

/** Payments' records are kept so long. */
export const MONTHS_KEPT = 60;

/** Measured bytes of one notification. */
export interface Sizes {
  readonly d1: number;
  readonly line: number;
  readonly index: number;
}

/** @param days in D1 @param archived for MONTHS_KEPT in R2 after them; else deleted */
export function monthOf(count: number, sizes: Sizes, days: number, archived: boolean): Usage {
  return usageOf(count, {
    d1: (count * sizes.d1 * days) / DAYS_A_MONTH,
    r2: archived ? count * MONTHS_KEPT * (sizes.line + sizes.index) : null,
  });
}
