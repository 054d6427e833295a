// A database that 1.0.0 made and filled: upgraded, it takes KICC's resends as receipts, shows every row, and moves the old
// ones to the archive. rows-1.0.0.json are rows as the Worker of commit 606606b wrote them, with what it was sent.
// RELEASED_ROWS=100000 npx vitest run --project workerd test/deploy/released.test.ts
import { env } from "cloudflare:workers";
import { applyD1Migrations } from "cloudflare:test";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { readArchived } from "../../src/archive/find.ts";
import { lookUp } from "../../src/archive/index-lookup.ts";
import { archiveOld } from "../../src/archive/move.ts";
import { receive } from "../../src/receive/hook.ts";
import { rollUp } from "../../src/upkeep/roll-up.ts";
import { DAY_MS, emptyBucket, vouchedFor } from "../archive/filling.ts";
import { call } from "../calls.ts";
import { configWith, kiccRequest, queueInto } from "../fixtures.ts";
import { meteredD1 } from "../metered.ts";
import released from "./rows-1.0.0.json";

const db = env.RELEASED;
const COUNT = env.RELEASED_ROWS;
const SAMPLES = released.notifications;
const RECEIVED_AT = SAMPLES[0]?.row.received_at ?? 0;
const NOW = RECEIVED_AT + 70 * DAY_MS;
const TIMEOUT_MS = 1_200_000;
/** The most that one round trip of a run may read and write: a part's 5,000 rows, looked at four times and deleted once. */
const BOUNDS = { read: 40_000, written: 6000 };

let upgrade: { read: number; written: number; longestMs: number };

beforeAll(async () => {
  await emptyBucket();
  await applyD1Migrations(db, env.RELEASED_MIGRATIONS);
  for (const { row } of SAMPLES) {
    const names = Object.keys(row);
    await db
      .prepare(`INSERT INTO notifications (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`)
      .bind(...Object.values(row))
      .run();
  }
  await copy(COUNT - SAMPLES.length);
  for (const { at, who, what, subject, note } of released.audit) {
    const entry = db.prepare("INSERT INTO audit (at, who, what, subject, note) VALUES (?, ?, ?, ?, ?)");
    await entry.bind(at, who, what, subject, note).run();
  }
  upgrade = await migrate();
}, TIMEOUT_MS);

afterAll(() => vi.useRealTimers());

/** In 1.0.0's columns, with ids and numbers of their own. Each hundredth waits for a person or for the origin. */
async function copy(count: number): Promise<void> {
  const own: Readonly<Record<string, string>> = {
    seq: "at * 1000",
    id: "'ntf_' || lower(hex(randomblob(16)))",
    received_at: "at",
    pg_cno: "printf('24%018d', i)",
    cancel_pg_cno: "printf('25%018d', i)",
    shop_order_no: "printf('OLD-%012d', i)",
  };
  const names = Object.keys(SAMPLES[0]?.row ?? {});
  const everyMs = Math.floor((20 * DAY_MS) / count);
  for (let first = 0; first < count; first += 5000) {
    await db
      .prepare(
        `WITH RECURSIVE t(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM t WHERE i < ?2 - 1),
           made AS (SELECT i, ?3 - (?4 - i) * ?5 AS at FROM t),
           samples AS MATERIALIZED (
             SELECT seq AS sample, state = 'delivered' AS done,
               row_number() OVER (PARTITION BY state = 'delivered' ORDER BY seq) - 1 AS place FROM notifications WHERE seq >= ?3 * 1000)
         INSERT INTO notifications (${names.join(", ")})
         SELECT ${names.map((name) => own[name] ?? `n.${name}`).join(", ")} FROM made
           JOIN samples ON done = (i % 100 <> 0) AND place = iif(i % 100 = 0, i / 100 % 6, i % 10)
           JOIN notifications AS n ON n.seq = sample`,
      )
      .bind(first, Math.min(count, first + 5000), RECEIVED_AT, count, everyMs)
      .run();
  }
}

/** What 1.0.0 had not, statement by statement, as `npm run deploy` has it done. */
async function migrate() {
  const known = new Set(env.RELEASED_MIGRATIONS.map(({ name }) => name));
  const work = { read: 0, written: 0, longestMs: 0 };
  for (const { name, queries } of env.TEST_MIGRATIONS) {
    if (known.has(name)) continue;
    for (const query of queries) {
      const { meta } = await db.prepare(query).run();
      work.read += meta.rows_read;
      work.written += meta.rows_written;
      work.longestMs = Math.max(work.longestMs, meta.duration);
    }
  }
  return work;
}

async function count(where = "true"): Promise<number> {
  return (await db.prepare(`SELECT count(*) AS n FROM notifications WHERE ${where}`).first<number>("n")) ?? 0;
}

function isForeign({ reason }: { readonly reason: string | null }): boolean {
  return reason === "foreign";
}

const settings = { MALL_IDS: "T0099001,T0099002", NOTIFY_TOKEN: "tok", ARCHIVE: env.BUCKET };

test(
  "the migrations rewrite no row: they write what is unfinished into an index anew",
  { timeout: TIMEOUT_MS },
  async () => {
    const unfinished = await count("state IN ('closed', 'dead', 'held')");
    expect(await count()).toBe(COUNT);
    expect(upgrade.written).toBeLessThan(3 * unfinished + 200);
    expect(upgrade.read).toBeLessThan(4 * COUNT + 1000);
    console.log(JSON.stringify({ upgrade, rows: COUNT, unfinished }));
  },
);

test("every notification that 1.0.0 stored is shown, with the bytes that came", { timeout: TIMEOUT_MS }, async () => {
  for (const { what, row, body } of SAMPLES) {
    const { answer } = await call(`GET /api/notifications/${row.id}?body=whole`, { db, settings });
    expect({ what, ...answer }).toMatchObject({
      what,
      id: row.id,
      kind: "wechat.cancel",
      state: row.state,
      bodyBase64: body,
    });
  }
});

test(
  "sent again by KICC, each is a receipt of what 1.0.0 stored: ids are what they were",
  { timeout: TIMEOUT_MS },
  async () => {
    // One without any id is the same on its KST day alone.
    vi.useFakeTimers({ toFake: ["Date"], now: RECEIVED_AT + 60_000 });
    const before = await count();
    for (const { what, row, body, contentType, reference } of SAMPLES) {
      const path = `/kicc/wechat/cancel/tok${reference === null ? "" : `/${reference}`}`;
      const after: Promise<unknown>[] = [];
      const sent = kiccRequest(Uint8Array.fromBase64(body), { path, headers: { "content-type": contentType } });
      // 2.0.0 holds what names no mallId where MALL_IDS says whose are ours, as CHANGELOG.md tells.
      const config = configWith({ ...settings, ...(row.mall_id === null ? { MALL_IDS: undefined } : {}) });
      const response = await receive(sent, config, {
        db,
        deliveries: queueInto([]),
        noteWrongDoor: async () => {},
        askNow: async () => {},
        waitUntil: (work) => after.push(work),
      });
      await Promise.all(after);
      expect(await response.json()).toMatchObject({ resCd: "0000" });
      const counted = await count(`id = '${row.id}' AND receipts = 2 AND state = '${row.state}'`);
      expect({ what, counted }).toEqual({ what, counted: isForeign(row) ? 0 : 1 });
    }
    // 1.0.0 held a stranger's under the id of what goes its way; 2.0.0 holds it under an id of its own, once more.
    expect(await count()).toBe(before + SAMPLES.filter(({ row }) => isForeign(row)).length);
    vi.useRealTimers();
  },
);

test(
  "what is finished moves to the archive, run by run in bounded statements, and is found there",
  { timeout: TIMEOUT_MS },
  async () => {
    const finished = await count("state IN ('delivered', 'closed')");
    const { db: metered, largest } = meteredD1(db);
    let runs = 0;
    for (let left = finished; left > 0; left = await count("state IN ('delivered', 'closed')")) {
      await rollUp(metered, NOW);
      await archiveOld({ bucket: env.BUCKET, hotDays: 60 }, metered, NOW);
      runs += 1;
      expect(runs).toBeLessThan(10 + COUNT / 1000);
    }
    console.log(JSON.stringify({ runs, finished, largest: largest() }));
    expect(largest().read).toBeLessThan(BOUNDS.read);
    expect(largest().written).toBeLessThan(BOUNDS.written);
    const vouched = await vouchedFor();
    expect(new Set(vouched).size).toBe(finished);
    expect(vouched).toHaveLength(finished);
    expect(await count("state IN ('delivered', 'closed')")).toBe(0);
    for (const { what, row, body, contentType } of SAMPLES) {
      if (row.state !== "delivered" && row.state !== "closed") continue;
      const line = await readArchived(env.BUCKET, db, row.id);
      const { state, note, res_msg: resMsg } = row;
      expect({ what, ...line }).toMatchObject({
        what,
        id: row.id,
        state,
        note,
        resMsg,
        bodyBase64: body,
        contentType,
        receipts: 2,
      });
    }
    const found = await lookUp(env.BUCKET, db, ["24000000000000000001", "OLD-000000000001"]);
    expect(found.kind === "found" ? [...found.entries.keys()].toSorted() : []).toEqual([
      "24000000000000000001",
      "OLD-000000000001",
    ]);
  },
);
