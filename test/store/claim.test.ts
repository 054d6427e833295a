// Claims: which notifications a claim takes, and that undoing it takes nothing from anybody else.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type Lease, claim, uncountAttempts, unclaim, unclaimHeld } from "../../src/store/claim.ts";
import { clear, copied, rowOf, stored } from "../fixtures.ts";
import { given } from "../given.ts";
import { meteredD1 } from "../metered.ts";

const LEASE_MS = 40_000;

beforeEach(clear);

function leaseOf(claimant: string, about: Partial<Lease> = {}): Lease {
  const now = about.now ?? Date.now();
  return { claimant, now, until: now + LEASE_MS, maxTries: 16, ...about };
}

async function claimedBy(claimant: string, ids: readonly string[], about: Partial<Lease> = {}): Promise<string[]> {
  return (await claim(env.DB, ids, leaseOf(claimant, about))).claimed.map(({ id }) => id);
}

describe("a claim", () => {
  it("that is repeated takes the same ones until its lease runs out, and nothing after: the attempt has failed then", async () => {
    const { id } = await stored();
    const now = Date.now();
    expect(await claimedBy("one", [id], { now })).toEqual([id]);
    expect(await claimedBy("one", [id], { now: now + LEASE_MS - 1 })).toEqual([id]);
    expect(await claimedBy("one", [id], { now: now + 3 * LEASE_MS })).toEqual([]);
    expect(await rowOf(id)).toMatchObject({ attempts: 1, tries: 1 });
  });

  it("takes nothing that waits for KICC's word", async () => {
    expect(await claimedBy("one", [await given.asking()])).toEqual([]);
  });

  it(
    "of one reads a few rows in a backlog, though SQLite's statistics are of a quiet day",
    { timeout: 60_000 },
    async () => {
      const { id } = await stored();
      await copied(id, 5000);
      await given.delivered("all");
      await given.pending({}, id);
      await env.DB.exec("ANALYZE");
      await given.pending({}, "all");
      const { db, take } = meteredD1(env.DB);
      await claim(db, [id], leaseOf("one"));
      expect(take().read).toBeLessThan(10);
    },
  );
});

describe("a claim that is given back", () => {
  it("leaves an attempt counted that was made and failed", async () => {
    const { id } = await stored();
    await claimedBy("one", [id]);
    await given.pending({ lease_until: null }, id);
    await unclaim(env.DB, [id], "one");
    await unclaimHeld(env.DB, [id], "one");
    await uncountAttempts(env.DB, [{ id, attempts: 1 }]);
    expect(await rowOf(id)).toMatchObject({ attempts: 1, tries: 1 });
  });

  it("for what is held since keeps the attempts of the others", async () => {
    const [held, other] = [(await stored()).id, (await stored()).id];
    await claimedBy("one", [held, other]);
    await given.pending({ state: "held", reason: "superseded" }, held);
    await unclaimHeld(env.DB, [held, other], "one");
    expect(await rowOf(held)).toMatchObject({ attempts: 0, tries: 0, leaseUntil: null });
    expect(await rowOf(other)).toMatchObject({ attempts: 1, tries: 1, leaseUntil: expect.any(Number) });
  });

  it("for a message that the queue did not take leaves the attempt that another has opened since", async () => {
    const id = await given.pending({ attempts: 2, tries: 2, lease_until: Date.now() + LEASE_MS });
    await uncountAttempts(env.DB, [{ id, attempts: 1 }]);
    expect(await rowOf(id)).toMatchObject({ attempts: 2, tries: 2, leaseUntil: expect.any(Number) });
  });
});
