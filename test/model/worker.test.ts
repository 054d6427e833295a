// The Worker in a world of troubles and changing settings, in random order: what the contract promises holds after each step.
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { clear, kiccBody } from "../fixtures.ts";
import { ALL_WELL, type Settings, TRUE_AMOUNT, type Troubles, World } from "./world.ts";

const OURS = "T0099001";
const CANCELLATIONS = 2;
/** Of one that waits for KICC's word, is delivered, and was enqueued just before. */
const MOST_TRIES = 9;

const message = fc.record({
  cancellation: fc.nat(CANCELLATIONS - 1),
  success: fc.boolean(),
  amount: fc.constantFrom(TRUE_AMOUNT, "9000000"),
  mallId: fc.constantFrom(OURS, OURS, "T0099002"),
});
type Message = typeof message extends fc.Arbitrary<infer T> ? T : never;

const trouble: fc.Arbitrary<Partial<Troubles>> = fc.oneof(
  fc.record({ d1: fc.constantFrom("well" as const, "full" as const, "away" as const) }),
  fc.record({ queue: fc.constantFrom("well" as const, "refuses" as const) }),
  fc.record({ metrics: fc.constantFrom("answers" as const, "hang" as const) }),
  fc.record({ kicc: fc.constantFrom("answers" as const, "away" as const) }),
  fc.record({ origin: fc.constantFrom("accepts" as const, "fails" as const, "gone" as const) }),
);
const setting: fc.Arbitrary<Partial<Settings>> = fc.oneof(
  fc.record({ DELIVERY: fc.constantFrom("push" as const, "pull" as const, "queue" as const) }),
  fc.record({ CONFIRM: fc.constantFrom("off" as const, "before-delivery" as const) }),
  fc.record({ RETRY_DELAYS_SECONDS: fc.constantFrom("1", "15,30,60") }),
  fc.record({ MALL_IDS: fc.constantFrom(undefined, OURS) }),
);
const how = fc.constantFrom("accepts" as const, "fails" as const, "gone" as const);

/** `which` is taken modulo what there is. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant("send" as const), message }) },
  { weight: 6, arbitrary: fc.record({ does: fc.constant("consume" as const) }) },
  { weight: 5, arbitrary: fc.record({ does: fc.constant("minute" as const) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("pull" as const) }) },
  { weight: 5, arbitrary: fc.record({ does: fc.constant("report" as const), which: fc.nat(20), how }) },
  {
    weight: 4,
    arbitrary: fc.record({ does: fc.constant("wait" as const), ms: fc.constantFrom(1000, 61_000, 660_000) }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("trouble" as const), trouble }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("set" as const), setting }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("replay" as const), which: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant("replay all" as const),
      state: fc.constantFrom("dead", "held", "delivered"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("close" as const), which: fc.nat(20) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Row {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly attempts: number;
  readonly tries: number;
  readonly cancellation: string;
  readonly resCd: string;
  readonly amount: string;
  readonly mallId: string;
}

async function rows(): Promise<readonly Row[]> {
  const { results } = await env.DB.prepare(
    `SELECT id, state, reason, attempts, tries, cancel_pg_cno AS cancellation, res_cd AS resCd, amount,
       mall_id AS mallId FROM notifications ORDER BY seq`,
  ).run<Row>();
  return results;
}

function bodyOf({ cancellation, success, amount, mallId }: Message): string {
  return kiccBody({
    resCd: success ? "0000" : "W901",
    shopOrderNo: "ORD-1",
    pgCno: "26011314205510990001",
    cancelPgCno: `2601140912031099000${cancellation}`,
    mallId,
    amountInfo: { currency: "KRW", amount },
  });
}

/** What happens in one run, and what is known of it beside the world. */
interface Run {
  readonly world: World;
  /** Bodies that were acked, and those that KICC will send again. */
  readonly acked: Message[];
  readonly unacked: Message[];
  /** Ids of what a person had delivered. */
  readonly asked: Set<string>;
}

async function take({ world, acked, unacked, asked }: Run, taken: Step): Promise<void> {
  switch (taken.does) {
    case "send":
      return void ((await world.send(bodyOf(taken.message))) ? acked : unacked).push(taken.message);
    case "consume":
      return world.consume();
    case "minute":
      world.wait(60_000);
      return world.minute();
    case "pull":
      return world.pull();
    case "report": {
      const one = world.reportable[taken.which % world.reportable.length];
      if (one === undefined) return;
      const counted = world.accepted.some(({ id, attempt }) => id === one.id && attempt === one.attempt);
      const before = await rows();
      await world.report(one, taken.how);
      // One that was counted already changes nothing, though a person replayed it since.
      if (counted && taken.how === "accepts") expect(await rows()).toEqual(before);
      return;
    }
    case "wait":
      return world.wait(taken.ms);
    case "trouble":
      world.troubles = { ...world.troubles, ...taken.trouble };
      return;
    case "set":
      world.settings = { ...world.settings, ...taken.setting };
      return;
    case "replay": {
      const all = await rows();
      const one = all[taken.which % all.length];
      if (one !== undefined && (await world.replay(one.id))) asked.add(one.id);
      return;
    }
    case "replay all": {
      const all = await rows();
      if (await world.replayAll(taken.state)) {
        for (const { id, state } of all) if (state === taken.state) asked.add(id);
      }
      return;
    }
    case "close": {
      const all = await rows();
      const one = all[taken.which % all.length];
      if (one !== undefined) await world.close(one.id);
    }
  }
}

async function hold({ world, asked }: Run): Promise<void> {
  const all = await rows();
  const known = new Map(all.map((row) => [row.id, row]));
  for (const { id, attempts, state } of all) {
    const made = [...world.called, ...world.handedOver].filter((one) => one.id === id).map(({ attempt }) => attempt);
    // An attempt is counted for a handing over, and for nothing else.
    expect({ id, attempts: Math.max(0, ...made) }).toEqual({ id, attempts });
    if (state === "delivered") expect(world.accepted.map((one) => one.id)).toContain(id);
  }
  const calls = world.called.map(({ id, attempt }) => `${id} ${attempt}`);
  expect(calls).toEqual([...new Set(calls)]);
  const unasked = world.accepted.map(({ id }) => id).filter((id) => !asked.has(id));
  const successes = [...new Set(unasked)].flatMap((id) => {
    const row = known.get(id);
    return row?.resCd === "0000" ? [row.cancellation] : [];
  });
  // One success of a cancellation is delivered without a person.
  expect(successes).toEqual([...new Set(successes)]);
}

async function heal(run: Run): Promise<void> {
  const { world, acked, unacked } = run;
  world.troubles = ALL_WELL;
  world.settings = { ...world.settings, DELIVERY: "push" };
  for (const one of unacked.splice(0)) {
    expect(await world.send(bodyOf(one))).toBe(true);
    acked.push(one);
  }
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    world.wait(11 * 60_000);
    await world.minute();
    while (world.queue.some(({ dueAt }) => dueAt <= Date.now())) await world.consume();
  }
  await hold(run);
  const all = await rows();
  // Nothing waits for ever, and each that KICC was told 0000 for is there.
  expect(all.filter(({ state }) => state === "pending")).toEqual([]);
  for (const { cancellation, success, amount, mallId } of acked) {
    const same = all.filter(
      (row) =>
        row.cancellation.endsWith(String(cancellation)) &&
        row.resCd === (success ? "0000" : "W901") &&
        row.amount === amount &&
        row.mallId === mallId,
    );
    expect(same).toHaveLength(1);
  }
}

it("loses nothing, counts what was handed over, and delivers one success, whatever fails and whatever is set anew meanwhile", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 50 }), async (steps) => {
      await clear();
      const run: Run = { world: new World(), acked: [], unacked: [], asked: new Set() };
      try {
        for (const taken of steps) {
          run.world.wait(1);
          await take(run, taken);
          await hold(run);
        }
        await heal(run);
      } finally {
        run.world.end();
      }
    }),
    {
      // The gate runs the same each time.
      numRuns: 15,
      seed: 1,
      endOnFailure: true,
    },
  );
}, 240_000);
