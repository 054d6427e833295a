import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { failed } from "../../src/rules/outcome.ts";
import { decide } from "../../src/rules/retry.ts";
import { before } from "../../src/deadline.ts";
import { retryTransient } from "../../src/store/transient.ts";

const NOW = 1_768_349_530_123;
const SIX_HOURS_MS = 6 * 60 * 60 * 1000;
const UNLUCKY = 1 - Number.EPSILON;
const DELAYS_MS = [15_000, 30_000];

const failure = failed("origin answered 503", { status: 503 });
const busyFor = (retryAfterMs: number) => failed("origin answered 503", { status: 503, retryAfterMs });

function waitOf(retryAfterMs: number): number | null {
  const decision = decide(busyFor(retryAfterMs), 1, DELAYS_MS, NOW, 0.5);
  return decision.state === "pending" ? decision.nextAttemptAt - NOW : null;
}

describe("after an attempt a notification", () => {
  it("is delivered when the origin accepted it, however late", () => {
    const accepted = { kind: "accepted", status: 200, answer: null } as const;
    expect(decide(accepted, 1, DELAYS_MS, NOW, 0.5)).toEqual({ state: "delivered" });
    expect(decide(accepted, 99, [], NOW, 0.5)).toEqual({ state: "delivered" });
  });

  it("is dead at once when the origin said 410", () => {
    const gone = { kind: "gone", status: 410, error: "origin answered 410", answer: null } as const;
    expect(decide(gone, 1, DELAYS_MS, NOW, 0.5)).toEqual({ state: "dead", reason: "gone" });
  });

  it("waits the delay of its number of tries", () => {
    expect(decide(failure, 1, DELAYS_MS, NOW, 0.5)).toEqual({ state: "pending", nextAttemptAt: NOW + 15_000 });
    expect(decide(failure, 2, DELAYS_MS, NOW, 0.5)).toEqual({ state: "pending", nextAttemptAt: NOW + 30_000 });
  });

  it("is dead when the delays are used up", () => {
    expect(decide(failure, 3, DELAYS_MS, NOW, 0.5)).toEqual({ state: "dead", reason: "exhausted" });
    expect(decide(busyFor(1000), 3, DELAYS_MS, NOW, 0.5)).toEqual({ state: "dead", reason: "exhausted" });
    expect(decide(failure, 1, [], NOW, 0.5)).toEqual({ state: "dead", reason: "exhausted" });
  });

  it("waits as long as the origin asked, at most 6 h, and never less than the delay", () => {
    expect(waitOf(60_000)).toBe(60_000);
    expect(waitOf(1000)).toBe(15_000);
    expect(waitOf(SIX_HOURS_MS + 1)).toBe(SIX_HOURS_MS);
    expect(waitOf(Number.POSITIVE_INFINITY)).toBe(SIX_HOURS_MS);
    expect(waitOf(-1)).toBe(15_000);
  });

  it("waits a longer delay of the settings whole, whatever the origin asked", () => {
    const decision = decide(busyFor(Number.MAX_VALUE), 1, [86_400_000], NOW, 0.5);
    expect(decision).toEqual({ state: "pending", nextAttemptAt: NOW + 86_400_000 });
  });

  it("never waits past what jitter and Retry-After allow, and never once the delays are used up", () => {
    const delays = fc.array(fc.nat(86_400_000), { maxLength: 90 });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const asked = fc.option(fc.double({ min: 0, noNaN: true }));
    fc.assert(
      fc.property(delays, fc.integer({ min: 1, max: 100 }), random, asked, (delaysMs, tries, luck, retryAfterMs) => {
        const decision = decide(failed("no", { retryAfterMs }), tries, delaysMs, NOW, luck);
        const delayMs = delaysMs[tries - 1];
        expect(decision.state).toBe(delayMs === undefined ? "dead" : "pending");
        if (decision.state !== "pending" || delayMs === undefined) return;
        const waitMs = decision.nextAttemptAt - NOW;
        expect(Number.isSafeInteger(waitMs)).toBe(true);
        const askedMs = Math.min(retryAfterMs ?? 0, SIX_HOURS_MS);
        expect(waitMs).toBeGreaterThanOrEqual(Math.floor(Math.max(delayMs * 0.9, askedMs)));
        expect(waitMs).toBeLessThanOrEqual(Math.ceil(Math.max(delayMs * 1.1, askedMs)));
      }),
    );
  });

  it("uses the whole of the jitter", () => {
    expect(decide(failure, 1, DELAYS_MS, NOW, 0)).toEqual({ state: "pending", nextAttemptAt: NOW + 13_500 });
    expect(decide(failure, 1, DELAYS_MS, NOW, UNLUCKY)).toEqual({ state: "pending", nextAttemptAt: NOW + 16_500 });
  });
});

const soon = () => Date.now() + 2000;

describe("a statement that D1 failed", () => {
  it.each([
    "D1_ERROR: Network connection lost.",
    "D1_ERROR: Internal error in D1 DB storage caused object to be reset.",
    "D1_ERROR: D1 DB reset because its code was updated.",
    "D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.",
  ])("is tried again after %s", async (message) => {
    const run = vi.fn<() => Promise<string>>().mockRejectedValueOnce(new Error(message)).mockResolvedValue("stored");
    expect(await retryTransient(run, soon())).toBe("stored");
    expect(run).toHaveBeenCalledTimes(2);
  });

  it.each([
    "D1_ERROR: no such table: notifications: SQLITE_ERROR",
    "D1_ERROR: UNIQUE constraint failed",
    "D1_ERROR: D1 DB is overloaded. Requests queued for too long.",
  ])("is not tried again after %s", async (message) => {
    const run = vi.fn<() => Promise<string>>().mockRejectedValue(new Error(message));
    await expect(retryTransient(run, soon())).rejects.toThrow(message);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("is tried until the deadline, and not past it", async () => {
    const run = vi.fn<() => Promise<string>>().mockRejectedValue(new Error("Network connection lost"));
    const deadline = Date.now() + 300;
    await expect(retryTransient(run, deadline)).rejects.toThrow("Network connection lost");
    expect(run.mock.calls.length).toBeGreaterThan(1);
    expect(Date.now()).toBeLessThan(deadline + 50);
  });

  it("is tried once where the deadline has passed", async () => {
    const run = vi.fn<() => Promise<string>>().mockRejectedValue(new Error("Network connection lost"));
    await expect(retryTransient(run, Date.now() - 1)).rejects.toThrow("Network connection lost");
    expect(run).toHaveBeenCalledTimes(1);
  });
});

describe("work with a deadline", () => {
  it("gives its own result or its own error in time", async () => {
    expect(await before(Date.now() + 1000, "store", Promise.resolve("stored"))).toBe("stored");
    await expect(before(Date.now() + 1000, "store", Promise.reject(new Error("no such table")))).rejects.toThrow(
      "no such table",
    );
  });

  it("that hangs fails at the deadline, by the name of what was tried", async () => {
    const startedAt = Date.now();
    await expect(before(startedAt + 50, "store", new Promise(() => {}))).rejects.toThrow(
      "Cannot store: no answer in time",
    );
    expect(Date.now() - startedAt).toBeLessThan(1000);
  });

  it("fails at once where the deadline has passed", async () => {
    await expect(before(Date.now() - 1, "store", new Promise(() => {}))).rejects.toThrow("no answer in time");
  });
});
