// What was announced and is asked about: whoever asks late settles nothing of whoever asked since.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type AnnouncedRow, announce, readAnnounced } from "../../src/store/announced.ts";
import {
  keepUnprovenAnswer,
  settleAnnouncedBy,
  takeAnnounced,
  takeDueAnnounced,
  untakeAnnounced,
} from "../../src/store/inquiry.ts";
import { CANCELLATIONS } from "../../src/store/register.ts";
import { clear, kiccBody, stored } from "../fixtures.ts";

const NOW = Date.UTC(2026, 0, 14);
const MINUTE_MS = 60_000;
const FIRST = { now: NOW, until: NOW + 2 * MINUTE_MS };
const SECOND = { now: NOW + 3 * MINUTE_MS, until: NOW + 5 * MINUTE_MS };
const IDS = { mallId: "T0099001", pgCno: "P-1", cancelPgCno: "C-1", shopOrderNo: null };
const ENTRY = { at: NOW, status: "TS01", text: "not yet" };

beforeEach(async () => {
  await clear();
  await announce(env.DB, CANCELLATIONS, { ...IDS, id: "C-1", kind: "wechat.cancel", reference: null }, 0, NOW);
});

async function one(): Promise<AnnouncedRow | null> {
  return readAnnounced(env.DB, CANCELLATIONS, "C-1");
}

const taken = async (lease: typeof FIRST) => (await takeDueAnnounced(env.DB, CANCELLATIONS, lease, 9)).length;

describe("whoever asks", () => {
  it("has it alone until the time is over, the cron and a person alike", async () => {
    expect(await taken(FIRST)).toBe(1);
    const meanwhile = { ...FIRST, now: NOW + 1 };
    expect(await taken(meanwhile)).toBe(0);
    expect(await takeAnnounced(env.DB, CANCELLATIONS, "C-1", meanwhile)).toBeNull();
    expect(await takeAnnounced(env.DB, CANCELLATIONS, "C-1", SECOND)).toMatchObject({ asks: 2 });
  });

  it("asks about nothing before it is due", async () => {
    expect(await taken({ ...FIRST, now: NOW - 1 })).toBe(0);
  });

  it("and answers late settles nothing that another has taken since", async () => {
    await taken(FIRST);
    await taken(SECOND);
    expect(await keepUnprovenAnswer(env.DB, CANCELLATIONS, "C-1", ENTRY, FIRST, null)).toBeNull();
    expect(await one()).toMatchObject({ state: "expected", dueAt: NOW, history: "[]" });
    expect(await taken({ ...SECOND, now: SECOND.now + 1 })).toBe(0);
  });

  it("and had no time gives back its own taking alone, which counts as no question", async () => {
    await taken(FIRST);
    await taken(SECOND);
    await untakeAnnounced(env.DB, CANCELLATIONS, ["C-1"], FIRST.until);
    expect(await taken({ ...SECOND, now: SECOND.now + 1 })).toBe(0);
    await untakeAnnounced(env.DB, CANCELLATIONS, ["C-1"], SECOND.until);
    expect(await one()).toMatchObject({ asks: 1 });
    expect(await taken({ ...SECOND, now: SECOND.now + 1 })).toBe(1);
  });
});

describe("KICC's word", () => {
  it("settles nothing by a success that waits for a person itself", async () => {
    const settings = { MALL_IDS: "T0000000" };
    const { id } = await stored(kiccBody({ ...IDS, cancelPgCno: null }), {}, settings);
    await taken(FIRST);
    expect(await settleAnnouncedBy(env.DB, CANCELLATIONS, "C-1", ENTRY, id)).toBeNull();
    expect(await one()).toMatchObject({ state: "expected" });
  });

  it("changes nothing of one that a notification settled meanwhile but its history", async () => {
    await taken(FIRST);
    const { id } = await stored(kiccBody(IDS));
    const asked = await stored(kiccBody({ ...IDS, cancelPgCno: "C-2" }), { source: "status-api" });
    await settleAnnouncedBy(env.DB, CANCELLATIONS, "C-1", ENTRY, asked.id);
    expect(await one()).toMatchObject({ state: "notified", notificationId: id, history: JSON.stringify([ENTRY]) });
  });

  it("after the last question is looked for again in an hour", async () => {
    await taken(FIRST);
    const settled = await keepUnprovenAnswer(env.DB, CANCELLATIONS, "C-1", ENTRY, FIRST, null);
    expect(settled).toMatchObject({ state: "unresolved", dueAt: NOW + 60 * MINUTE_MS });
  });
});
