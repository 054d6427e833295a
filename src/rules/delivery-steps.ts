// How far a notification is on its way to the origin, in five steps. Pure.
import type { Attempt } from "./outcome.ts";

export const STEPS = ["stored", "queued", "signed", "sent", "answered"] as const;
export type StepName = (typeof STEPS)[number];

export interface Step {
  readonly name: StepName;
  readonly progress: "done" | "now" | "later" | "failed";
  /** When it was done, epoch ms; null where that is not stored. */
  readonly at: number | null;
}

export interface OnItsWay {
  readonly state: "pending" | "delivered" | "dead" | "held" | "closed";
  readonly receivedAt: number;
  /** Set while an attempt is open, epoch ms. */
  readonly leaseUntil: number | null;
  readonly history: readonly Pick<Attempt, "startedAt" | "durationMs" | "outcome">[];
}

/** Signing and sending have the same time: D1 stores only when the attempt began. */
export function stepsOf({ state, receivedAt, leaseUntil, history }: OnItsWay): Step[] {
  const last = history.at(-1);
  const isOpen = leaseUntil !== null;
  const begun = isOpen || last !== undefined;
  const at = isOpen ? null : (last?.startedAt ?? null);
  const waits: Step["progress"] = state === "pending" ? "now" : "later";
  const answered: Step["progress"] = isOpen ? "now" : last === undefined ? "later" : outcomeOf(last.outcome);
  return [
    { name: "stored", progress: "done", at: receivedAt },
    { name: "queued", progress: begun ? "done" : waits, at: null },
    { name: "signed", progress: begun ? "done" : "later", at },
    { name: "sent", progress: begun ? "done" : "later", at },
    { name: "answered", progress: answered, at: isOpen || at === null ? null : at + (last?.durationMs ?? 0) },
  ];
}

function outcomeOf(outcome: Attempt["outcome"]): Step["progress"] {
  return outcome === "accepted" ? "done" : "failed";
}
