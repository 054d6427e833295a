// Sends one notification until it is acked, on the schedule that KICC most likely takes over from WeChat Pay: 15
// resends, then no more.
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "./random.ts";
import { type Answer, type SendOptions, send } from "./send.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** The wait before each resend; in all 24 h 04 min. */
export const RESEND_DELAYS_MS: readonly number[] = [
  ...[15, 15, 30].map((seconds) => seconds * SECOND_MS),
  ...[3, 10, 20, 30, 30, 30, 60].map((minutes) => minutes * MINUTE_MS),
  ...[3, 3, 3, 6, 6].map((hours) => hours * HOUR_MS),
];

/** A sending may be lost before it reaches the receiver, or its ack afterwards: one is as likely as the other. */
interface Loss {
  readonly probability: number;
  readonly random: Random;
}

export interface ResendOptions extends SendOptions {
  /** Every wait is multiplied by it; 0 resends at once. */
  readonly factor?: number;
  /** In place of KICC's; empty means that nothing is resent. */
  readonly delaysMs?: readonly number[];
  readonly loss?: Loss;
  readonly onSending?: (sending: Sending) => void;
}

export interface Sending {
  /** 1 is the first; all others are resends. */
  readonly number: number;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly lost: "sending" | "ack" | null;
  /** What the receiver answered; null where the sending never reached it. */
  readonly answer: Answer | null;
  /** What KICC saw of it. */
  readonly seen: Answer;
  readonly next: Next;
}

export type Next =
  | { readonly kind: "acked" }
  | { readonly kind: "resend"; readonly afterMs: number }
  | { readonly kind: "given-up" }
  | { readonly kind: "stopped" };

export interface Conclusion {
  readonly kind: "acked" | "given-up" | "stopped";
  readonly sendings: number;
  /** What KICC saw last; null where it was stopped before the first sending. */
  readonly seen: Answer | null;
}

export async function sendUntilAcked(
  url: string | URL,
  body: Uint8Array,
  options: ResendOptions = {},
): Promise<Conclusion> {
  const { factor = 1, delaysMs = RESEND_DELAYS_MS, signal, onSending } = options;
  let seen: Answer | null = null;
  for (let number = 1; number <= delaysMs.length + 1; number++) {
    if (signal?.aborted === true) return { kind: "stopped", sendings: number - 1, seen };
    const startedAt = Date.now();
    const sent = await sendOnce(url, body, options);
    seen = sent.seen;
    const next = decide(seen, delaysMs[number - 1], factor, signal);
    onSending?.({ number, startedAt, durationMs: Date.now() - startedAt, ...sent, next });
    if (next.kind !== "resend") return { kind: next.kind, sendings: number, seen };
    // Rejects only when the signal says so, and the loop's first line sees that.
    await sleep(next.afterMs, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  }
  return { kind: "given-up", sendings: delaysMs.length + 1, seen };
}

/** What is lost costs KICC its whole timeout; here it is told at once, or a lossy run would take hours. */
async function sendOnce(
  url: string | URL,
  body: Uint8Array,
  options: ResendOptions,
): Promise<Pick<Sending, "lost" | "answer" | "seen">> {
  const lost = draw(options.loss);
  const nothing: Answer = { kind: "no-connection", error: `lost on the way: the ${lost}` };
  if (lost === "sending") return { lost, answer: null, seen: nothing };
  const answer = await send(url, body, options);
  return { lost, answer, seen: lost === "ack" ? nothing : answer };
}

function draw(loss: Loss | undefined): Sending["lost"] {
  const drawn = loss === undefined ? 1 : loss.random() / loss.probability;
  if (drawn < 0.5) return "sending";
  return drawn < 1 ? "ack" : null;
}

function decide(seen: Answer, delayMs: number | undefined, factor: number, signal: AbortSignal | undefined): Next {
  if (seen.kind === "acked") return { kind: "acked" };
  if (signal?.aborted === true) return { kind: "stopped" };
  return delayMs === undefined ? { kind: "given-up" } : { kind: "resend", afterMs: delayMs * factor };
}
