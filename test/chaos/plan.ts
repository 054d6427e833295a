// What KICC sends in a run: stories of one transaction each, mostly one plain notification.
import { type Random, randomInteger } from "../simulator/random.ts";
import {
  type Cancellation,
  bareIds,
  failed,
  inEucKr,
  inUsdCents,
  minimal,
  newCancellation,
  oddities,
  succeeded,
} from "../simulator/messages.ts";
import { type KindName, shapeOf } from "../simulator/kinds.ts";
import { MARKS } from "./marks.ts";
import { type Mixed, type MixedKind, drawMixed, firstMixed, sentOf } from "./mixed.ts";

/** Shares of the notifications of `wechat.cancel`. */
const KINDS = {
  plain: 0.79,
  odd: 0.06,
  failed: 0.03,
  "failed, then succeeded": 0.03,
  "succeeded, then failed": 0.02,
  "with and without amount": 0.02,
  "two amounts": 0.02,
  foreign: 0.01,
  "32 at once": 0.005,
  gone: 0.01,
  never: 0.005,
} as const;

type CancelKind = keyof typeof KINDS;
export type Kind = CancelKind | MixedKind;

export interface Story {
  readonly kind: Kind;
  readonly cancellation: Cancellation;
  readonly bodies: readonly Uint8Array[];
  /** Of which of KICC's kinds each body is. */
  readonly ofs: readonly KindName[];
  /** The resCd of those that go their way: "0000", but for transfers that failed. */
  readonly resCd: string;
  /** Each is sent this often at once. */
  readonly copies: number;
  /** The bodies are sent at once; else each after the ack of the one before. */
  readonly together: boolean;
}

/** With MALL_IDS set, a message that names no mallId and no known id is held as foreign. */
function ours(make: (it: Cancellation) => Uint8Array): (it: Cancellation) => Uint8Array {
  return (it) => {
    const text = Buffer.from(make(it)).toString();
    return Buffer.from(text.replace("{", `{"mallId":${JSON.stringify(it.mallId)},`));
  };
}

const MOST_AT_ONCE = 20;
/** Of the stories those of `wechat.cancel`; the other kinds come as often as each other. */
const CANCELLATIONS = 0.4;

type Planned = CancelKind | Mixed;

/** Stories of `notifications` bodies in all, or one more. @param isMixed of all kinds, or of `wechat.cancel` alone */
export function planStories(notifications: number, random: Random, now: number, isMixed: boolean): Story[] {
  const stories: Story[] = [];
  let [planned, atOnce] = [0, 0];
  // Each kind comes, however short the run.
  const first: Planned[] = [...(Object.keys(KINDS) as CancelKind[]), ...(isMixed ? firstMixed(random) : [])];
  const drawOne = (): Planned => (isMixed && random() >= CANCELLATIONS ? drawMixed(random) : draw(KINDS, random));
  for (let serial = 0; planned < notifications; serial++) {
    let one = first[serial] ?? drawOne();
    if (kindOf(one) === "32 at once" && ++atOnce > MOST_AT_ONCE) one = "plain";
    const story = typeof one === "string" ? storyOf(one, serial, random, now) : mixedStory(one, serial, random, now);
    planned += story.bodies.length;
    stories.push(story);
  }
  return stories;
}

function kindOf(one: Planned): Kind {
  return typeof one === "string" ? one : one.kind;
}

/** @param shares 1 in all; what they leave out by rounding is the first one's */
export function draw<Name extends string>(shares: Readonly<Record<Name, number>>, random: Random): Name {
  const names = Object.keys(shares) as Name[];
  let left = random();
  const drawn = names.find((name) => {
    left -= shares[name];
    return left < 0;
  });
  return drawn ?? names[0] ?? fail();
}

function fail(): never {
  throw new RangeError("Cannot draw from nothing");
}

/** Of which KICC sends the second only after the ack of the first. */
const IN_ORDER: ReadonlySet<Kind> = new Set([
  "failed, then succeeded",
  "succeeded, then failed",
  "deposited, then taken back",
]);

function mixedStory(mixed: Mixed, serial: number, random: Random, now: number): Story {
  const { kind, of } = mixed;
  const it = cancellationOf(kind, serial, random, now);
  const sent = sentOf(mixed, it, random);
  return {
    kind,
    cancellation: it,
    bodies: sent.map(({ body }) => body),
    ofs: sent.map((one) => one.of),
    resCd: String(shapeOf(of).tells(it)["resCd"]),
    copies: kind === "32 at once" ? 32 : 1,
    together: !IN_ORDER.has(kind) && random() < 0.5,
  };
}

function cancellationOf(kind: Kind, serial: number, random: Random, now: number): Cancellation {
  const made = newCancellation(serial, random, now);
  return { ...made, shopOrderNo: markOf(kind) + made.shopOrderNo };
}

function storyOf(kind: CancelKind, serial: number, random: Random, now: number): Story {
  const it = cancellationOf(kind, serial, random, now);
  const story = (bodies: Uint8Array[], more: Partial<Story> = {}): Story => ({
    kind,
    cancellation: it,
    bodies,
    ofs: bodies.map(() => "wechat.cancel"),
    resCd: "0000",
    copies: 1,
    together: random() < 0.5,
    ...more,
  });
  const inOrder = (bodies: Uint8Array[]) => story(random() < 0.5 ? bodies : bodies.toReversed());
  switch (kind) {
    case "plain":
      return story([succeeded(it)]);
    case "odd": {
      const makers = [oddities, inUsdCents, ours(bareIds), inEucKr, ours(minimal)];
      return story([makers[randomInteger(random, 0, makers.length - 1)]?.(it) ?? succeeded(it)]);
    }
    case "failed":
      return story([failed(it)]);
    case "failed, then succeeded":
      return story([failed(it), succeeded(it)], { together: false });
    case "succeeded, then failed":
      return story([succeeded(it), failed(it)], { together: false });
    case "with and without amount":
      return inOrder([succeeded(it), succeeded(it, { amountInfo: undefined })]);
    case "two amounts":
      return story([succeeded(it), succeeded({ ...it, amount: it.amount + 100 })]);
    case "foreign":
      return story([succeeded({ ...it, mallId: "T0099999" })]);
    case "32 at once":
      return story([succeeded(it)], { copies: 32 });
    case "gone":
    case "never":
      return story([succeeded(it)]);
  }
}

function markOf(kind: Kind): string {
  return kind === "gone" || kind === "never" ? MARKS[kind] : "";
}
