// The archive over many days under faults. `npm run chaos -- --mode archive` runs the same with 10,000 notifications
// over 30 days.
import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { clear } from "../fixtures.ts";
import { bytesOf, copyBucket } from "./copy.ts";
import { emptyBucket, namesIn } from "./filling.ts";
import { live, mulberry } from "./life.ts";

const { notifications, days, seeds } = env.ARCHIVE_CHAOS;

beforeEach(async () => {
  await clear();
  await emptyBucket();
});

test.each(seeds)("with seed %i each is in exactly one of D1 and the archive", { timeout: 1_200_000 }, async (seed) => {
  const ledger = await live(notifications, days, seed);
  const copy = await copyBucket(`seed-${seed}`);
  const whole = await copy.verify();
  const { faults, runs, stored, archived, lost, both, twice, unfindable } = ledger;
  const counts = [lost, both, twice, unfindable].map(({ length }) => length);
  const { failed, lost: replies, hung, killed } = faults;
  const row = [seed, stored, runs, failed, replies, hung, killed, archived, ...counts, lastLine(whole.text)];
  console.log(`| ${row.join(" | ")} |`);
  expect(ledger).toMatchObject({ lost: [], both: [], twice: [], unfindable: [], inD1: 0, archived: notifications });
  expect(stored).toBe(notifications);
  for (const [kind, count] of Object.entries(faults)) expect(`${kind} ${Math.sign(count)}`).toBe(`${kind} 1`);
  expect(whole).toMatchObject({ code: 0 });
  expect(lastLine(whole.text)).toMatch(new RegExp(`^whole: \\d+ manifests, \\d+ parts, ${notifications} lines `));

  // One damaged byte or one missing object must be noticed.
  const random = mulberry(seed);
  const vouched = (await namesIn("notifications/")).filter((name) => !isLeftover(name, whole.text));
  const manifests = vouched.filter((name) => name.includes("manifest"));
  const [last] = await lastManifest(manifests);
  for (const name of [
    any(
      vouched.filter((each) => each.endsWith(".gz")),
      random,
    ),
    any(
      manifests.filter((each) => each !== last),
      random,
    ),
  ]) {
    const bytes = await bytesOf(name);
    const changed = bytes.slice();
    const at = Math.floor(bytes.length / 2 + (random() * bytes.length) / 4);
    changed[at] = (changed[at] ?? 0) ^ 1;
    await copy.put(name, changed);
    expect(await copy.verify()).toMatchObject({ code: 1, text: expect.stringContaining(`BAD  ${name} `) as string });
    await copy.remove(name);
    expect(await copy.verify()).toMatchObject({
      code: 1,
      text: expect.stringContaining(`BAD  ${name} is missing`) as string,
    });
    await copy.put(name, bytes);
  }
  expect(await copy.verify()).toEqual(whole);
  await copy.end();
});

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}

function isLeftover(name: string, said: string): boolean {
  return said.includes(`note ${name} `);
}

function any(names: readonly string[], random: () => number): string {
  return names[Math.floor(random() * names.length)] ?? "";
}

/** No manifest follows the last one, so only D1 has its hash. */
async function lastManifest(names: readonly string[]): Promise<string[]> {
  const followed = new Set<string>();
  for (const name of names) {
    const { previous } = JSON.parse(new TextDecoder().decode(await bytesOf(name))) as {
      previous: { name: string } | null;
    };
    if (previous !== null) followed.add(previous.name);
  }
  return names.filter((name) => !followed.has(name));
}
