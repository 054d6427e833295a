// Decides what becomes of a notification after one attempt: delivered, tried again, or dead. Pure.
import type { Outcome } from "./outcome.ts";

export type Decision =
  | { readonly state: "delivered" }
  | { readonly state: "pending"; readonly nextAttemptAt: number }
  | { readonly state: "dead"; readonly reason: "exhausted" | "gone" };

const JITTER = 0.1;
const LONGEST_RETRY_AFTER_MS = 6 * 60 * 60 * 1000;

/**
 * @param tries attempts since the first one or since the last replay, this one included
 * @param delaysMs the wait after each failed attempt; after the last one the notification is dead
 * @param random 0 ≤ random < 1, for the jitter of ±10 %
 */
export function decide(
  outcome: Outcome,
  tries: number,
  delaysMs: readonly number[],
  now: number,
  random: number,
): Decision {
  switch (outcome.kind) {
    case "accepted":
      return { state: "delivered" };
    case "gone":
      return { state: "dead", reason: "gone" };
    case "failed": {
      const delayMs = delaysMs[tries - 1];
      if (delayMs === undefined) return { state: "dead", reason: "exhausted" };
      const jittered = delayMs * (1 + JITTER * (2 * random - 1));
      const asked = Math.min(outcome.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
      return { state: "pending", nextAttemptAt: now + Math.round(Math.max(jittered, asked)) };
    }
  }
}
