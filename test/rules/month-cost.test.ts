// What a month costs: the console and the benchmark reckon by the same numbers, and these are the measured ones.
import { expect, test } from "vitest";
import { EACH, GB, IDLE_MINUTE, MILLION, dollarsOf, usageOf } from "../../src/rules/month-cost.ts";
import { BUDGET } from "../bench/budget.ts";

test("rows are those that the budget measures, from the arrival until it leaves D1", () => {
  const paths = [BUDGET.new, BUDGET["delivered at once"], BUDGET["pruned after 400 days"]];
  expect(EACH.rowsWritten).toBe(paths.reduce((sum, { written }) => sum + written, 0));
  expect(EACH.rowsRead).toBe(paths.reduce((sum, { read }) => sum + read, 0) + 10);
  expect(IDLE_MINUTE.rowsRead).toBe(BUDGET["a minute of the cron, idle"].read);
});

test("what the plan includes costs nothing, and what is beyond it its list price", () => {
  expect(dollarsOf(usageOf(0, { d1: 0, r2: null })).sum).toBe(0);
  expect(dollarsOf(usageOf(MILLION / 3, { d1: 5 * GB, r2: 10 * GB })).sum).toBe(0);
  // Two million operations of the queue too many, a gigabyte of D1 and one of R2.
  const { sum, ...each } = dollarsOf(usageOf(MILLION, { d1: 6 * GB, r2: 11 * GB }));
  expect(sum).toBeCloseTo(2 * 0.4 + 0.75 + 0.015, 6);
  expect(each["D1 rows written"]).toBe(0);
  expect(dollarsOf(usageOf(10 * MILLION, { d1: 0, r2: null }))["D1 rows written"]).toBeCloseTo(40, 6);
});
