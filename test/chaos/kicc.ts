// KICC in a run: sends the notifications of each story until they are acked, on its own schedule in the Worker's time.
import { setTimeout as pause } from "node:timers/promises";
import { type Random, seededRandom } from "../simulator/random.ts";
import { type KindName, shapeOf } from "../simulator/kinds.ts";
import { type Product, mannersOf } from "../simulator/products.ts";
import { type Sending as OneSending, sendUntilAcked } from "../simulator/resend.ts";
import type { Wanted } from "./judge.ts";
import type { Story } from "./plan.ts";

const LOSS = 0.02;
// Each product's own schedule, but that nobody waits for its last resends, hours apart: as many sendings as ever.
const LONGEST_DELAY_MS = 5 * 60_000;
/** When a series is over, a person at the merchant starts it anew in KICC's admin: only for online payment, so often. */
const PRESSED_AT_MOST = 2;
const PRESSED_AFTER_MS = 60_000;

const CANCEL_DOOR = "/kicc/wechat/cancel";

export interface Comparable {
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
  /** Acks of forms, in plain text. */
  ackedInText: number;
  pressedInAdmin: number;
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
  return { sendings: 0, resends: 0, lostOnTheWay: 0, ackedInText: 0, pressedInAdmin: 0, slowestAckMs: 0 };
}

export async function tell(stories: readonly Story[], telling: Telling): Promise<{ told: Comparable[]; sent: Sent }> {
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
  const one = async (body: Uint8Array, at: number) => {
    const of = story.ofs[at] ?? "wechat.cancel";
    const copies = Array.from({ length: story.copies }, () => untilAcked(body, of, sending));
    return (await Promise.all(copies)).some(Boolean);
  };
  if (story.together) return Promise.all(story.bodies.map(one));
  const acked: boolean[] = [];
  for (const [at, body] of story.bodies.entries()) {
    if (at > 0) await pause((sending.random() * 30_000) / sending.speed);
    acked.push(await one(body, at));
  }
  return acked;
}

/** Where a kind is sent and as what. The URL's token and reference stay. */
function registeredFor(of: KindName, cancelUrl: URL): { readonly url: URL; readonly product: Product } {
  if (of === "wechat.cancel") return { url: cancelUrl, product: "wechat" };
  const { door, product } = shapeOf(of);
  return { url: new URL(cancelUrl.href.replace(CANCEL_DOOR, door)), product };
}

async function untilAcked(body: Uint8Array, of: KindName, sending: Sending): Promise<boolean> {
  const { speed, signal, random, sent } = sending;
  const { url, product } = registeredFor(of, sending.url);
  const manners = mannersOf(product, body);
  const options = {
    ...manners,
    factor: 1 / speed,
    delaysMs: manners.delaysMs.map((delayMs) => Math.min(delayMs, LONGEST_DELAY_MS)),
    timeoutMs: manners.timeoutMs / speed,
    loss: { probability: LOSS, random },
    ...(signal && { signal }),
    onSending({ number, lost, answer, durationMs }: OneSending) {
      sent.sendings += 1;
      if (number > 1) sent.resends += 1;
      if (lost !== null) sent.lostOnTheWay += 1;
      if (answer?.kind !== "acked") return;
      if (manners.dialect === "form") sent.ackedInText += 1;
      sent.slowestAckMs = Math.max(sent.slowestAckMs, durationMs * speed);
    },
  };
  for (let pressed = 0; ; pressed++) {
    const { kind } = await sendUntilAcked(url, body, options);
    if (kind !== "given-up" || product !== "online" || pressed === PRESSED_AT_MOST) return kind === "acked";
    sent.pressedInAdmin += 1;
    await pause(PRESSED_AFTER_MS / speed);
  }
}
