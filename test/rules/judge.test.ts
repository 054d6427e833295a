// What becomes of an arriving notification, by what is stored of its event.
import { describe, expect, it } from "vitest";
import { type Arriving, type Known, judge } from "../../src/rules/judge.ts";

const MINUTE_MS = 60_000;
const IDS = { plain: "plain", own: () => "own", repeat: (previous: string) => `repeat of ${previous}` };

function arriving(about: Partial<Arriving> = {}): Arriving {
  return { receivedAt: 0, succeeds: true, waits: false, isFromStatusApi: false, isWeak: false, ids: IDS, ...about };
}

/** A success that was delivered, and is nothing to the arriving one. */
function known(about: Partial<Known> = {}): Known {
  return {
    id: "known",
    receivedAt: 0,
    state: "delivered",
    reason: null,
    isAsking: false,
    succeeded: true,
    relation: "independent",
    isSuperseded: false,
    agrees: true,
    ...about,
  };
}

const NEW = { kind: "new", id: "plain", repeats: null, supersedes: [] };
const receiptOf = (of: string, confirms = false) => ({ kind: "receipt", of, confirms });

describe("a resend", () => {
  it("is a receipt of the one that it repeats, of several of the one with its id", () => {
    const same = [known({ id: "first", relation: "same" }), known({ id: "plain", relation: "same" })];
    expect(judge(arriving(), same)).toEqual(receiptOf("plain"));
    expect(judge(arriving(), same.slice(0, 1))).toEqual(receiptOf("first"));
    const reversed = [same[1], known({ id: "later", relation: "same" })].filter((one) => one !== undefined);
    expect(judge(arriving({ ids: { ...IDS, plain: "later" } }), reversed)).toEqual(receiptOf("later"));
  });

  it.each(["foreign", "ambiguous", "conflict", "unconfirmed"])(
    "of what is held as %s is a receipt of that",
    (reason) => {
      const held = known({ id: "own", state: "held", reason, relation: "conflicts" });
      expect(judge(arriving(), [held])).toEqual(receiptOf("own"));
    },
  );

  it("of one that KICC is asked about is a receipt of that", () => {
    const asked = known({ id: "plain", state: "pending", isAsking: true, relation: "same" });
    expect(judge(arriving({ waits: true }), [asked])).toEqual(receiptOf("plain"));
  });

  it("that looks like a second event counts for 45 minutes after the newest, and is a second event then", () => {
    const sent = [known({ id: "plain", relation: "same" }), known({ id: "newest", receivedAt: 1, relation: "same" })];
    const after = (receivedAt: number) => judge(arriving({ receivedAt, isWeak: true }), sent);
    expect(after(45 * MINUTE_MS + 1)).toEqual(receiptOf("newest"));
    expect(after(45 * MINUTE_MS + 2)).toEqual({ ...NEW, id: "repeat of newest", repeats: "newest" });
  });
});

describe("what is not confirmed, or is held as another's", () => {
  const silent = [
    ...["foreign", "ambiguous", "conflict", "unconfirmed"].map(
      (reason) => [reason, { state: "held", reason }] as const,
    ),
    ["asked about", { state: "pending", isAsking: true }] as const,
  ];

  it.each(silent)("says nothing about others: %s", (_name, about) => {
    for (const relation of ["contradicts", "conflicts", "same"] as const) {
      expect(judge(arriving(), [known({ ...about, relation })])).toEqual(NEW);
    }
  });

  it.each(silent)("leaves the real one an id, where it has the plain one: %s", (_name, about) => {
    expect(judge(arriving(), [known({ ...about, id: "plain", relation: "conflicts" })])).toEqual({ ...NEW, id: "own" });
  });
});

describe("held is", () => {
  it("a failure after a success, with its plain id", () => {
    const held = { kind: "held", id: "plain", reason: "contradicts", contradicts: "known" };
    expect(judge(arriving({ succeeds: false }), [known({ relation: "contradicts" })])).toEqual(held);
  });

  it("what conflicts, with an id of its own: it must not take the real one's", () => {
    const held = { kind: "held", id: "own", reason: "conflict", contradicts: "known" };
    expect(judge(arriving(), [known({ relation: "conflicts" })])).toEqual(held);
  });
});

describe("a success", () => {
  const failures = [
    known({ id: "waits", state: "pending", succeeded: false, isSuperseded: true }),
    known({ id: "went its way", state: "delivered", succeeded: false, isSuperseded: true }),
    known({ id: "of another", state: "pending", succeeded: false }),
  ];

  it("holds the failures that nobody was told of", () => {
    expect(judge(arriving(), failures)).toEqual({ ...NEW, supersedes: ["waits"] });
  });

  it("holds none while KICC is asked about it", () => {
    expect(judge(arriving({ waits: true }), failures)).toEqual(NEW);
  });
});

describe("the status API's word", () => {
  const said = arriving({ isFromStatusApi: true });
  const asked = known({ id: "asked", state: "pending", isAsking: true });
  const held = known({ id: "held", state: "held", reason: "unconfirmed" });

  it("confirms the success that waits for it, else the one that was held for want of it", () => {
    expect(judge(said, [held, asked])).toEqual(receiptOf("asked", true));
    expect(judge(said, [held])).toEqual(receiptOf("held", true));
  });

  it("confirms none that names another amount, payment or merchant", () => {
    expect(judge(said, [{ ...asked, agrees: false }])).toEqual(NEW);
  });

  it("confirms no failure", () => {
    expect(judge(said, [{ ...held, succeeded: false }])).toEqual(NEW);
  });

  it("confirms none beside a success that goes its way, and all the same beside one that is held", () => {
    const own = known({ id: "goes its way", state: "pending", relation: "same" });
    expect(judge(said, [asked, own])).toEqual(receiptOf("goes its way"));
    const other = known({ id: "other", state: "held", reason: "superseded", relation: "same" });
    expect(judge(said, [asked, other])).toEqual(receiptOf("asked", true));
  });
});
