import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { runSteps } from "../../src/upkeep/cron.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("runs the steps in turn, each in spite of the one before it, and is no whole run then: nobody is told that all went well", async () => {
  const ran: string[] = [];
  const isWhole = await runSteps({
    first: async () => {
      await Promise.resolve();
      ran.push("first");
      throw new Error("trouble");
    },
    second: async () => void ran.push("second"),
  });
  expect(ran).toEqual(["first", "second"]);
  expect(isWhole).toBe(false);
  expect(await runSteps({ alone: async () => {} })).toBe(true);
});

it("does not let a step that hangs keep the next one from running, and ends when all have", async () => {
  const ran: string[] = [];
  let end = () => {};
  const all = runSteps({
    hangs: () => new Promise<void>((resolve) => (end = resolve)),
    next: async () => void ran.push("next"),
  });
  await vi.advanceTimersByTimeAsync(19_000);
  expect(ran).toEqual([]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(ran).toEqual(["next"]);
  end();
  await all;
});
