// Whole lives of the archive under faults. `npm run chaos -- --mode archive` runs the same with 10,000 over 30 days.
import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { clear } from "../fixtures.ts";
import { emptyBucket } from "./filling.ts";
import { live } from "./life.ts";

const { notifications, days, seeds } = env.ARCHIVE_CHAOS;

beforeEach(async () => {
  await clear();
  await emptyBucket();
});

test.each(seeds)("with seed %i each is in exactly one of D1 and the archive", { timeout: 600_000 }, async (seed) => {
  const ledger = await live(notifications, days, seed);
  console.log(JSON.stringify({ ledger: { seed, ...ledger } }));
  expect(ledger).toMatchObject({
    stored: notifications,
    lost: [],
    both: [],
    twice: [],
    inD1: 0,
    archived: notifications,
  });
  expect(ledger.faults).toBeGreaterThan(0);
});
