// KICC in a run: sends each story's notifications until they are acked, on its own schedule in the Worker's time.
import { setTimeout as pause } from "node:timers/promises";
import { type Random, seededRandom } from "../simulator/random.ts";
import { RESEND_DELAYS_MS, sendUntilAcked } from "../simulator/resend.ts";
import type { Wanted } from "./judge.ts";
import type { Story } from "./plan.ts";

const PATIENCE_MS = 10_000;
const LOSS = 0.02;
// KICC's own schedule, but that nobody waits for its last resends, hours apart: 16 sendings as ever.
const DELAYS_MS = RESEND_DELAYS_MS.map((delayMs) => Math.min(delayMs, 5 * 60_000));

export interface Told {
  readonly story: Story;
  /** By body: whether KICC saw an ack of it. */
  readonly acked: readonly boolean[];
  /** In the notifyUrl's path. */
  readonly reference?: string | null;
  /** In place of how the story's kind must end. */
  readonly wanted?: Wanted;
}

export interface Sent {
  sendings: number;
  resends: number;
  lostOnTheWay: number;
  slowestAckMs: number;
}

export interface Sending {
  readonly url: URL;
  readonly speed: number;
  readonly signal?: AbortSignal;
  readonly random: Random;
  /** Counts on. */
  readonly sent: Sent;
}

export interface Telling extends Pick<Sending, "url" | "speed"> {
  readonly seed: number;
  /** Stories begin evenly over this time of the machine. */
  readonly overMs: number;
}

export function nothingSent(): Sent {
  return { sendings: 0, resends: 0, lostOnTheWay: 0, slowestAckMs: 0 };
}

export async function tell(stories: readonly Story[], telling: Telling): Promise<{ told: Told[]; sent: Sent }> {
  const sent = nothingSent();
  const sending = { ...telling, random: seededRandom(telling.seed + 1), sent };
  const told = await Promise.all(
    stories.map(async (story, index) => {
      await pause((index / stories.length) * telling.overMs);
      return { story, acked: await tellOne(story, sending) };
    }),
  );
  return { told, sent };
}

/** @returns by body, whether KICC saw an ack of it */
export async function tellOne(story: Story, sending: Sending): Promise<boolean[]> {
  const one = async (body: Uint8Array) => {
    const copies = Array.from({ length: story.copies }, () => untilAcked(body, sending));
    return (await Promise.all(copies)).some(Boolean);
  };
  if (story.together) return Promise.all(story.bodies.map(one));
  const acked: boolean[] = [];
  for (const body of story.bodies) {
    if (acked.length > 0) await pause((sending.random() * 30_000) / sending.speed);
    acked.push(await one(body));
  }
  return acked;
}

async function untilAcked(body: Uint8Array, { url, speed, signal, random, sent }: Sending): Promise<boolean> {
  const { kind } = await sendUntilAcked(url, body, {
    factor: 1 / speed,
    delaysMs: DELAYS_MS,
    timeoutMs: PATIENCE_MS / speed,
    loss: { probability: LOSS, random },
    ...(signal && { signal }),
    onSending({ number, lost, answer, durationMs }) {
      sent.sendings += 1;
      if (number > 1) sent.resends += 1;
      if (lost !== null) sent.lostOnTheWay += 1;
      if (answer?.kind === "acked") sent.slowestAckMs = Math.max(sent.slowestAckMs, durationMs * speed);
    },
  });
  return kind === "acked";
}
