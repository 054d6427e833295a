// How full D1 is and when it will be full; when finished notifications leave earlier; when the archive is behind.
import { expect, test } from "vitest";
import { FULL_BYTES, archiveBehind, capacityOf, hotDaysAt } from "../../src/rules/capacity.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

test("from 80 % on it is near, from 95 % on urgent, and days are told where it grows", () => {
  expect(capacityOf(FULL_BYTES * 0.79, null)).toMatchObject({ level: "room", daysUntilFull: null });
  expect(capacityOf(FULL_BYTES * 0.8, { bytes: FULL_BYTES * 0.7, days: 5 })).toMatchObject({
    level: "near",
    daysUntilFull: 10,
  });
  expect(capacityOf(FULL_BYTES * 0.95, { bytes: FULL_BYTES, days: 7 })).toMatchObject({
    level: "urgent",
    daysUntilFull: null,
  });
});

test("finished ones leave earlier only where it is urgent, and never before 7 days", () => {
  expect(hotDaysAt(60, { level: "near" })).toBe(60);
  expect(hotDaysAt(60, { level: "urgent" })).toBe(7);
  expect(hotDaysAt(7, { level: "urgent" })).toBe(7);
});

test("the archive is behind when a finished one is there two days longer than it should be", () => {
  const now = 1_800_000_000_000;
  expect(archiveBehind(null, 60, now)).toBeNull();
  expect(archiveBehind(now - 61.9 * DAY_MS, 60, now)).toBeNull();
  expect(archiveBehind(now - 63 * DAY_MS, 60, now)).toBe(3 * DAY_MS);
});
