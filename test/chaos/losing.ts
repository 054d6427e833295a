// What happens to each story where KICC loses notifications for good: which are lost, when the others come, what find
// answers when, and when the merchant announces it.
import { succeeded } from "../simulator/messages.ts";
import { type Random, randomInteger } from "../simulator/random.ts";
import { type Story, draw } from "./plan.ts";
import { succeeds } from "./res-cd.ts";

const LOST = 0.2;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Shares of the stories: when KICC's notification comes, and what its find says. */
const TIMINGS = {
  /** Within a minute of the request, and find says so at once. */
  prompt: 0.7,
  /** WeChat takes its time: find says TS01 until then. */
  "cancelled later": 0.1,
  /** With the first query, or within half a minute of it. */
  "at the answer": 0.09,
  /** KICC's first sendings are lost, and it resends hours after the first query. */
  late: 0.08,
  /** Find says TS01 to the last, and the notification comes when the asking is over. */
  "after the last query": 0.03,
} as const;

type Timing = keyof typeof TIMINGS;

export interface Case {
  /** With the bodies alone that KICC sends. */
  readonly story: Story;
  /** How many notifications it loses for good. */
  readonly lost: number;
  /** What find says from `afterMs` after the request on, and TS01 until then; infinite where it says that for ever. */
  readonly find: { readonly status: "TS02" | "TS06" | "TS12"; readonly amount: number; readonly afterMs: number };
  readonly sent: { readonly after: "the request" | "the first query"; readonly ms: number };
  /** null where the merchant knows nothing of it. */
  readonly announced: {
    readonly afterMs: number;
    readonly dueAfterSeconds: number | null;
    readonly shopOrderNo: string | null;
    readonly reference: string | null;
    /** When the merchant has KICC asked besides, after it announced; null where it leaves that to the receiver. */
    readonly askedAfterMs: number | null;
  } | null;
  /** In the notifyUrl's path. */
  readonly reference: string | null;
}

/** Each timing comes, however few the stories, and so do a notification without cancelPgCno and a success that find alone tells. */
export function planCases(stories: readonly Story[], random: Random): Case[] {
  const owed = Object.keys(TIMINGS) as Timing[];
  let [anonymous, found] = [false, false];
  return stories.map((story) => {
    if (story.kind === "foreign") return caseOf(story, "prompt", random);
    if (story.kind === "failed, then succeeded" && (!found || random() < 0.5)) {
      found = true;
      return foundLater(story, random);
    }
    if (story.kind !== "plain") return caseOf(story, draw(TIMINGS, random), random);
    if (!anonymous || random() < 0.08) {
      anonymous = true;
      return caseOf(withoutId(story), draw(TIMINGS, random), random, true);
    }
    return caseOf(story, owed.shift() ?? draw(TIMINGS, random), random);
  });
}

function withoutId(story: Story): Story {
  return { ...story, bodies: [succeeded(story.cancellation, { cancelPgCno: undefined })] };
}

/** The failure is notified, the success never. */
function foundLater(story: Story, random: Random): Case {
  const [failure = new Uint8Array()] = story.bodies;
  const told = caseOf({ ...story, bodies: [failure] }, "prompt", random);
  return { ...told, lost: told.lost + 1, find: { ...told.find, afterMs: between(random, 2, 10) * MINUTE_MS } };
}

function caseOf(story: Story, timing: Timing, random: Random, needsReference = false): Case {
  const { amount, cancelPgCno, shopOrderNo } = story.cancellation;
  const bodies = story.bodies.filter(() => random() >= LOST);
  const cancelledMs = timing === "cancelled later" ? between(random, 2, 10) * MINUTE_MS : between(random, 0, MINUTE_MS);
  const isCancelled = timing !== "after the last query" && story.bodies.some(succeeds) && story.kind !== "foreign";
  const reference = needsReference || random() < 0.3 ? `R-${cancelPgCno}` : null;
  const isPartial = random() < 0.4;
  return {
    story: { ...story, bodies },
    lost: story.bodies.length - bodies.length,
    find: {
      status: isPartial ? "TS06" : random() < 0.9 ? "TS02" : "TS12",
      // What find's amount means after several partial cancellations is not said: it may be their sum.
      amount: isPartial && random() < 0.5 ? 2 * amount : amount,
      afterMs: isCancelled ? cancelledMs : Number.POSITIVE_INFINITY,
    },
    sent: sentBy(timing, cancelledMs, random),
    announced: story.kind === "foreign" ? null : announcedWith(reference, shopOrderNo, random),
    reference,
  };
}

function sentBy(timing: Timing, cancelledMs: number, random: Random): Case["sent"] {
  switch (timing) {
    case "prompt":
    case "cancelled later":
      return { after: "the request", ms: cancelledMs };
    case "at the answer":
      return { after: "the first query", ms: random() < 0.5 ? 0 : between(random, 0, 30 * SECOND_MS) };
    case "late":
      return { after: "the first query", ms: ([1, 3, 6][randomInteger(random, 0, 2)] ?? 1) * HOUR_MS };
    case "after the last query":
      return { after: "the request", ms: 25 * HOUR_MS };
  }
}

function announcedWith(reference: string | null, shopOrderNo: string, random: Random): Case["announced"] {
  const dueAfterSeconds = [0, 30, 60, 60, 120, null][randomInteger(random, 0, 5)] ?? null;
  const askedAfterMs = (dueAfterSeconds ?? 300) * SECOND_MS + between(random, 0, MINUTE_MS);
  return {
    // Before KICC's notification, or after it.
    afterMs: random() < 0.6 ? between(random, 0, 5 * SECOND_MS) : between(random, 0, 4 * MINUTE_MS),
    dueAfterSeconds,
    // The stand-in origin goes by it.
    shopOrderNo: shopOrderNo.startsWith("ORD") && random() < 0.3 ? null : shopOrderNo,
    reference,
    askedAfterMs: random() < 0.15 ? askedAfterMs : null,
  };
}

function between(random: Random, least: number, most: number): number {
  return least + random() * (most - least);
}
