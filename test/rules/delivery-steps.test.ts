import { expect, it } from "vitest";
import { type OnItsWay, stepsOf } from "../../src/rules/delivery-steps.ts";

const stored: OnItsWay = { state: "pending", receivedAt: 1000, leaseUntil: null, history: [] };
const attempt = { startedAt: 2000, durationMs: 300, outcome: "failed" as const };

const progress = (row: OnItsWay) => stepsOf(row).map((step) => step.progress);

it.each([
  ["waits in the queue until an attempt begins", stored, ["done", "now", "later", "later", "later"]],
  [
    "waits for the answer while an attempt is open",
    { ...stored, leaseUntil: 9 },
    ["done", "done", "done", "done", "now"],
  ],
  [
    "has failed where the answer says so",
    { ...stored, history: [attempt] },
    ["done", "done", "done", "done", "failed"],
  ],
  [
    "is under way again in the next attempt",
    { ...stored, leaseUntil: 9, history: [attempt] },
    ["done", "done", "done", "done", "now"],
  ],
  [
    "is done where our system took it",
    { ...stored, state: "delivered" as const, history: [{ ...attempt, outcome: "accepted" as const }] },
    ["done", "done", "done", "done", "done"],
  ],
  [
    "goes nowhere while a person has to decide",
    { ...stored, state: "held" as const },
    ["done", "later", "later", "later", "later"],
  ],
])("%s", (_what, row, expected) => {
  expect(progress(row)).toEqual(expected);
});

it("tells when each step was, where D1 knows it", () => {
  expect(stepsOf({ ...stored, history: [attempt] }).map(({ at }) => at)).toEqual([1000, null, 2000, 2000, 2300]);
  expect(stepsOf({ ...stored, leaseUntil: 9, history: [attempt] }).map(({ at }) => at)).toEqual([
    1000,
    null,
    null,
    null,
    null,
  ]);
});
