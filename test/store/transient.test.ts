import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sharedTimer } from "../../src/deadline.ts";
import { retryTransient } from "../../src/store/transient.ts";

const never = new Promise<never>(() => {});

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
afterEach(() => void vi.useRealTimers());

describe("waiting with one timer", () => {
  it("hands on what comes in time, and what fails", async () => {
    const { before, end } = sharedTimer(Date.now() + 3000);
    expect(await before(Date.now() + 3000, "store", Promise.resolve("stored"))).toBe("stored");
    await expect(before(Date.now() + 3000, "store", Promise.reject(new Error("down")))).rejects.toThrow("down");
    expect(vi.getTimerCount()).toBe(1);
    end();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("gives up at each wait's own deadline, not when the timer first rings", async () => {
    const startedAt = Date.now();
    const { before, end } = sharedTimer(startedAt + 3000);
    const ends: string[] = [];
    const late = async (deadline: number, what: string) => {
      const { message } = await before(deadline, what, never).catch((error: Error) => error);
      ends.push(`${message} after ${Date.now() - startedAt} ms`);
    };
    const waiting = late(startedAt + 4000, "store").then(() => late(startedAt + 4500, "enqueue"));
    await vi.advanceTimersByTimeAsync(10_000);
    await waiting;
    expect(ends).toEqual([
      "Cannot store: no answer in time after 4000 ms",
      "Cannot enqueue: no answer in time after 4500 ms",
    ]);
    end();
  });

  it("keeps a deadline that is sooner than that of the wait before", async () => {
    const startedAt = Date.now();
    const { before, end } = sharedTimer(startedAt + 3000);
    const slow = new Promise((resolve) => setTimeout(resolve, 3200));
    const late = before(startedAt + 4500, "read the body", slow)
      .then(() => before(startedAt + 4000, "store", never))
      .catch(() => Date.now() - startedAt);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await late).toBe(4000);
    end();
  });

  it("waits again after the timer rang while nothing was waited for", async () => {
    const startedAt = Date.now();
    const { before, end } = sharedTimer(startedAt + 3000);
    await vi.advanceTimersByTimeAsync(3200);
    const late = before(startedAt + 4000, "store", never).catch(() => Date.now() - startedAt);
    await vi.advanceTimersByTimeAsync(5000);
    expect(await late).toBe(4000);
    end();
  });
});

describe("a statement that fails", () => {
  it("is tried again where D1 lost it on the way, and once alone where another try changes nothing", async () => {
    const tries = async (message: string) => {
      let count = 0;
      const run = () => {
        count += 1;
        return Promise.reject(new Error(message));
      };
      const failed = retryTransient(run, Date.now() + 3000).catch(String);
      await vi.advanceTimersByTimeAsync(3000);
      expect(await failed).toContain(message);
      return count;
    };
    expect(await tries("D1_ERROR: Network connection lost.")).toBeGreaterThan(2);
    expect(await tries("D1_ERROR: no such table: notifications")).toBe(1);
  });
});
