// The cron's archiving: an R2 that fails or hangs delays it for a bounded time, and a person is told that it is behind.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { archiveAndWatchSize } from "../../src/upkeep/archive-old.ts";
import { watch } from "../../src/upkeep/watch.ts";
import { beat } from "../../src/store/heartbeat.ts";
import { type FaultyR2, faultyR2, hang } from "../archive/faulty-r2.ts";
import { DAY_MS, emptyBucket, idsInD1, insertRows } from "../archive/filling.ts";
import { clear, configWith } from "../fixtures.ts";
import { seed } from "../calls.ts";

const FIRST = Date.parse("2026-01-14T00:30:00+09:00");
const BEHIND = FIRST + 70 * DAY_MS;
const ALERT_URL = "https://alerts.example/hook/secret";
const MINUTE_MS = 60_000;
const R2_WAIT_MS = 15_000;
const hanging = { before: () => hang(R2_WAIT_MS) };

let told: string[];

beforeEach(async () => {
  await clear();
  await emptyBucket();
  told = [];
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  vi.spyOn(globalThis, "fetch").mockImplementation(async (_url, init) => {
    told.push((JSON.parse(init?.body as string) as { text: string }).text);
    return new Response("OK");
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Runs the cron's steps that concern the archive. @returns the alert's text, and how long R2 held up the run */
async function run(now: number, faults: FaultyR2 = {}): Promise<{ text: string; heldUpMs: number }> {
  const config = configWith({ ARCHIVE: faultyR2(faults), HOT_DAYS: "60", ALERT_URL });
  const [before, startedAt] = [told.length, Date.now()];
  await archiveAndWatchSize(config, env.DB, now);
  const heldUpMs = Date.now() - startedAt;
  await beat(env.DB, now, true);
  await watch(config, env.DB, now);
  return { text: told.slice(before).join("\n"), heldUpMs };
}

it("gives R2 up that never answers, tells that the archive is behind, and that it is over", async () => {
  await insertRows([{ at: FIRST }, { at: FIRST + 1 }]);
  await env.DB.prepare("INSERT INTO audit (at, who, what) VALUES (?, 'token', 'replay')").bind(FIRST).run();
  expect((await run(FIRST + 61 * DAY_MS, hanging)).text).toBe("");
  const { text, heldUpMs } = await run(BEHIND, hanging);
  expect(text).toContain("The archive is behind");
  // One wait for the notifications and one for the audit.
  expect(heldUpMs).toBe(2 * R2_WAIT_MS);
  expect(await idsInD1()).toHaveLength(2);
  await run(BEHIND + MINUTE_MS);
  expect(await idsInD1()).toHaveLength(0);
  expect((await run(BEHIND + 15 * MINUTE_MS)).text).toContain("the archive is behind");
  expect((await run(BEHIND + 16 * MINUTE_MS)).text).toBe("");
});

it("tells it as well where thousands that are older wait for a person, and where only the audit stays", async () => {
  await seed(1200, { state: "'dead'", receivedAt: `${FIRST - DAY_MS}` });
  await insertRows([{ at: FIRST }]);
  const away = {
    before: () => {
      throw new Error("R2 is away");
    },
  };
  expect((await run(BEHIND, away)).text).toContain("The archive is behind");
  await run(BEHIND + MINUTE_MS);
  await run(BEHIND + 15 * MINUTE_MS);
  await env.DB.prepare("INSERT INTO audit (at, who, what) VALUES (?, 'token', 'replay')").bind(FIRST).run();
  await run(BEHIND + 20 * MINUTE_MS, away);
  expect(told.filter((text) => text.includes("The archive is behind"))).toHaveLength(2);
});

it("tells nothing of what waits for a person, however old it is", async () => {
  await seed(3, { state: "'dead'", receivedAt: `${FIRST - DAY_MS}` });
  expect((await run(BEHIND)).text).not.toContain("archive");
  expect((await run(BEHIND + MINUTE_MS)).text).not.toContain("archive");
});
