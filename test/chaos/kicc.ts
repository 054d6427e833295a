// KICC in a run: sends each story's notifications until they are acked, on its own schedule in the Worker's time.
import { setTimeout as pause } from "node:timers/promises";
import { type Random, seededRandom } from "../simulator/random.ts";
import { sendUntilAcked } from "../simulator/resend.ts";
import type { Story } from "./plan.ts";

const PATIENCE_MS = 10_000;
const LOSS = 0.02;

export interface Told {
  readonly story: Story;
  /** By body: whether KICC saw an ack of it. */
  readonly acked: readonly boolean[];
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
  readonly seed: number;
  /** Stories begin evenly over this time of the machine. */
  readonly overMs: number;
}

export async function tell(stories: readonly Story[], sending: Sending): Promise<{ told: Told[]; sent: Sent }> {
  const sent: Sent = { sendings: 0, resends: 0, lostOnTheWay: 0, slowestAckMs: 0 };
  const random = seededRandom(sending.seed + 1);
  const told = await Promise.all(
    stories.map(async (story, index) => {
      await pause((index / stories.length) * sending.overMs);
      return { story, acked: await tellOne(story, sending, random, sent) };
    }),
  );
  return { told, sent };
}

async function tellOne(story: Story, sending: Sending, random: Random, sent: Sent): Promise<boolean[]> {
  const one = async (body: Uint8Array) => {
    const copies = Array.from({ length: story.copies }, () => untilAcked(body, sending, random, sent));
    return (await Promise.all(copies)).some(Boolean);
  };
  if (story.together) return Promise.all(story.bodies.map(one));
  const acked: boolean[] = [];
  for (const body of story.bodies) {
    if (acked.length > 0) await pause((random() * 30_000) / sending.speed);
    acked.push(await one(body));
  }
  return acked;
}

async function untilAcked(body: Uint8Array, { url, speed }: Sending, random: Random, sent: Sent): Promise<boolean> {
  const { kind } = await sendUntilAcked(url, body, {
    factor: 1 / speed,
    timeoutMs: PATIENCE_MS / speed,
    loss: { probability: LOSS, random },
    onSending({ number, lost, answer, durationMs }) {
      sent.sendings += 1;
      if (number > 1) sent.resends += 1;
      if (lost !== null) sent.lostOnTheWay += 1;
      if (answer?.kind === "acked") sent.slowestAckMs = Math.max(sent.slowestAckMs, durationMs * speed);
    },
  });
  return kind === "acked";
}
