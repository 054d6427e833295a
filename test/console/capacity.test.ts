// What the overview says of D1's size, of when it is full, and of what a month costs.
import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { clear } from "../fixtures.ts";
import { signedIn, visit } from "./browse.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;

beforeEach(async () => {
  await clear();
  await env.DB.exec("DELETE FROM sizes");
});

/** Counted by the cron: `perHour` in each of the last `hours`. */
async function received(perHour: number, hours: number): Promise<void> {
  const first = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - (hours - 1) * HOUR_MS;
  for (let hour = 0; hour < hours; hour++) {
    await env.DB.prepare("INSERT INTO rollups (hour, name, count) VALUES (?, 'received', ?)")
      .bind(first + hour * HOUR_MS, perHour)
      .run();
  }
}

async function overview(settings: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const page = await visit("/console", { cookie: await signedIn(), env: settings });
  return (await page.text()).replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ");
}

it("shows the bytes, the days until D1 is full, and the month's cost at the rate of the week", async () => {
  await env.DB.prepare("INSERT INTO sizes (day, bytes) VALUES (?, ?)")
    .bind(new Date(Date.now() + 9 * HOUR_MS - 5 * DAY_MS).toISOString().slice(0, 10), -10_000_000_000)
    .run();
  // A million a month, nearly: 33,000 a day.
  await received(1375, 24 * 7);
  const text = await overview();
  expect(text).toMatch(/D1 in use \d\.\d MB of 10 GB \(0\.0 %\), full in [45] days/);
  expect(text).toMatch(
    /Cost a month about \$0\.8\d beyond the plan(?:'|&#39;)s own \$5, at 3[23],\d\d\d notifications a day/,
  );
});

it("costs nothing beyond the plan while nothing comes, and counts a young receiver by the days it has run", async () => {
  expect(await overview()).toMatch(/about \$0\.00 beyond .* at 0 notifications a day/);
  await received(1000, 3);
  expect(await overview()).toMatch(/at 3,000 notifications a day/);
});

it("counts what lies in the archive, where there is one", async () => {
  await env.DB.exec(
    "INSERT INTO archive_days (stream, day, parts, manifests, bytes) VALUES ('notifications', '2026-01-14', 1, 1, 110000000000)",
  );
  expect(await overview({ ARCHIVE: env.BUCKET })).toContain("about $1.50 beyond");
  expect(await overview()).toContain("about $0.00 beyond");
});
