// A small model of contract section 4, in memory: which rows the store must have after each step. Instants are epoch
// ms.
import type { Outcome } from "../../src/rules/outcome.ts";
import type { Decision } from "../../src/rules/retry.ts";

export interface Message {
  /** An index into the run's cancellations. */
  readonly cancellation: number;
  readonly success: boolean;
  readonly amount: "100" | "200" | null;
}

export interface ModelRow {
  readonly message: Message;
  readonly receivedAt: number;
  amount: string | null;
  state: "pending" | "delivered" | "dead" | "held" | "closed";
  reason: string | null;
  attempts: number;
  tries: number;
  receipts: number;
  nextAttemptAt: number | null;
  leaseUntil: number | null;
  enqueuedAt: number | null;
  /** Attempts whose acceptance was counted. Each counts once. */
  readonly accepted: Set<number>;
}

/** Rows by the name of their message, in the order of their arrival. */
export type Model = Map<string, ModelRow>;

export function nameOf({ cancellation, success, amount }: Message): string {
  return `${success ? "success" : "failure"} ${cancellation} ${amount}`;
}

/** @returns the name of the row that the message repeats, or of the row that it becomes */
export function receive(model: Model, message: Message, now: number): string {
  const siblings = [...model].filter(([, row]) => row.message.cancellation === message.cancellation);
  const name = nameOf(message);
  const successes = siblings.filter(([, row]) => row.message.success);
  // Rows with the same result. A row that is held as a conflict is repeated only by its own resend.
  const alike = siblings.filter(([, row]) => row.message.success === message.success);
  const same =
    alike.find(([known]) => known === name) ??
    alike.find(([, row]) => row.reason !== "conflict" && agree(row.amount, message.amount));
  const target = same ? same[0] : name;
  const known = model.get(target);
  if (known) {
    known.receipts += 1;
    known.amount ??= message.amount;
    return target;
  }
  const contradicts = !message.success && successes.length > 0;
  // The amount in a failure means nothing, so it is not compared.
  const conflicts =
    message.success && successes.some(([, row]) => row.reason !== "conflict" && !agree(row.amount, message.amount));
  model.set(target, {
    message,
    receivedAt: now,
    amount: message.amount,
    state: contradicts || conflicts ? "held" : "pending",
    reason: contradicts ? "contradicts" : conflicts ? "conflict" : null,
    attempts: 0,
    tries: 0,
    receipts: 1,
    nextAttemptAt: now,
    leaseUntil: null,
    enqueuedAt: null,
    accepted: new Set(),
  });
  if (message.success && !conflicts) supersede(model, message);
  return target;
}

/** After a success that may be delivered, pending failures are left to a person. */
function supersede(model: Model, { cancellation }: Message): void {
  for (const row of model.values()) {
    const { message, state } = row;
    if (message.cancellation === cancellation && !message.success && state === "pending") {
      [row.state, row.reason] = ["held", "superseded"];
    }
  }
}

function agree(one: string | null, other: string | null): boolean {
  return one === null || other === null || one === other;
}

/** @returns the names of the claimed rows */
export function claim(model: Model, now: number, until: number, maxTries: number): string[] {
  const free = [...model].filter(([, row]) => isFree(row, now) && row.tries < maxTries);
  for (const [, row] of free)
    Object.assign(row, { attempts: row.attempts + 1, tries: row.tries + 1, leaseUntil: until });
  return free.map(([name]) => name);
}

function isFree(row: ModelRow, now: number): boolean {
  return row.state === "pending" && (row.nextAttemptAt ?? Infinity) <= now && row.leaseUntil === null;
}

/**
 * An acceptance counts for whichever attempt it is. A failure counts only for the open attempt. An attempt with a
 * higher number than this row has made belongs to a pruned row with the same id.
 */
export function settle(row: ModelRow, attempt: number, outcome: Outcome["kind"], decision: Decision): void {
  if (outcome === "accepted") {
    if (row.state === "delivered" || row.state === "closed" || attempt > row.attempts) return;
    if (row.accepted.has(attempt)) return;
    row.accepted.add(attempt);
    Object.assign(row, { state: "delivered", reason: null, leaseUntil: null, nextAttemptAt: null });
    return;
  }
  if (row.attempts !== attempt || row.leaseUntil === null || (row.state !== "pending" && row.state !== "held")) return;
  row.leaseUntil = null;
  if (decision.state === "pending") row.nextAttemptAt = decision.nextAttemptAt;
  // A row that was replayed while this attempt was open has all its tries again.
  if (decision.state === "dead" && row.state === "pending" && row.tries > 0) {
    [row.state, row.reason] = ["dead", decision.reason];
  }
}

export function expired(model: Model, now: number): string[] {
  return [...model].flatMap(([name, { state, leaseUntil }]) =>
    (state === "pending" || state === "held") && leaseUntil !== null && leaseUntil <= now ? [name] : [],
  );
}

export function bury(model: Model, now: number, maxTries: number): void {
  for (const row of model.values()) {
    if (isFree(row, now) && row.tries >= maxTries) [row.state, row.reason] = ["dead", "exhausted"];
  }
}

/** @returns the names of the rows that the sweep enqueues */
export function markOverdue(model: Model, dueBy: number, enqueuedBefore: number, now: number): string[] {
  const overdue = [...model].filter(
    ([, row]) => isFree(row, dueBy) && (row.enqueuedAt === null || row.enqueuedAt <= enqueuedBefore),
  );
  for (const [, row] of overdue) row.enqueuedAt = now;
  return overdue.map(([name]) => name);
}

/** @returns whether there was anything to replay */
export function replay(model: Model, row: ModelRow, now: number): boolean {
  if (row.state === "pending") return false;
  if (row.state === "held" && row.message.success) supersede(model, row.message);
  Object.assign(row, { state: "pending", reason: null, tries: 0, nextAttemptAt: now, enqueuedAt: null });
  return true;
}

/** @returns whether there was anything to close */
export function close(row: ModelRow): boolean {
  if (row.state !== "dead" && row.state !== "held") return false;
  Object.assign(row, { state: "closed", leaseUntil: null });
  return true;
}

export function prune(model: Model, before: number): void {
  for (const [name, { state, receivedAt }] of model) {
    if ((state === "delivered" || state === "closed") && receivedAt < before) model.delete(name);
  }
}
