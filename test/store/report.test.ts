// Reports of one attempt: an earlier one keeps its own beginning, and answers of earlier ones are cut short.
import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { failed } from "../../src/rules/outcome.ts";
import { readReported } from "../../src/store/report.ts";
import { attemptOf, settle } from "../../src/store/settle.ts";
import { clear, rowOf, stored } from "../fixtures.ts";
import { given } from "../given.ts";

const NOW = Date.UTC(2026, 0, 14);

beforeEach(clear);

/** Its open attempt fails, with this answer. */
async function fails(id: string, number: number, startedAt: number, answer: string | null = null): Promise<void> {
  await given.pending({ attempts: number, tries: number, claimed_at: startedAt, lease_until: startedAt + 9 }, id);
  const attempt = attemptOf(number, startedAt, startedAt + 5, failed("origin answered 500", { status: 500, answer }));
  await settle(env.DB, [{ id, attempt, decision: { state: "pending", nextAttemptAt: NOW } }], startedAt + 5);
}

it("a report of an earlier attempt is of the time when that one began", async () => {
  const { id } = await stored();
  await fails(id, 1, NOW);
  await given.pending({ attempts: 2, tries: 2, claimed_at: NOW + 1000, lease_until: NOW + 2000 }, id);
  expect(await readReported(env.DB, id, 1)).toMatchObject({ startedAt: NOW, open: 1 });
  expect(await readReported(env.DB, id, 2)).toMatchObject({ startedAt: NOW + 1000 });
  expect(await readReported(env.DB, id, null)).toMatchObject({ startedAt: NOW + 1000 });
});

it("the answer of the last failure is kept long, and of those before it the beginning", async () => {
  const { id } = await stored();
  for (const number of [1, 2, 3]) await fails(id, number, NOW + number, "x".repeat(4096));
  const history = (await rowOf(id))?.history as readonly { readonly answer: string }[] | undefined;
  expect(history?.map(({ answer }) => answer.length)).toEqual([500, 500, 4096]);
});
