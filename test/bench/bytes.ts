// The bytes of a notification in D1, table and indexes together: stored, claimed and settled by the receiver's own
// statements.
import type { Notification } from "../../src/rules/notification.ts";
import { claim } from "../../src/store/claim.ts";
import { attemptOf, settle } from "../../src/store/settle.ts";
import { storeNotification } from "../../src/intake.ts";
import { type Traffic, TRAFFICS } from "./traffic.ts";
import { type LocalD1, localD1 } from "./local-d1.ts";
import { figure, markdown } from "./statistics.ts";

/** As long as those of src/short-id.ts, which wants a Uint8Array.toBase64 that Node 24 has not got. */
const shortId = () => crypto.randomUUID().slice(-11);
/** A day of a million a month: one each 2.6 s. */
const EVERY_MS = 2592;
const FROM = Date.parse("2026-01-14T00:00:00Z");
const ACCEPTED = { kind: "accepted", status: 200, answer: '{"resCd":"0000","resMsg":"OK"}' } as const;
/** How many are stored before the first of them is settled: one after the other, a busy minute, a burst. */
const IN_FLIGHT = [1, 4, 64] as const;

interface Weighed {
  readonly body: number;
  readonly bytes: number;
  readonly parts: ReadonlyMap<string, number>;
}

export async function benchBytes(count: number): Promise<string> {
  const rows = [];
  for (const traffic of TRAFFICS) {
    for (const inFlight of IN_FLIGHT) {
      const { body, bytes, parts } = await weigh(traffic, count, inFlight);
      const part = (name: string) => figure(parts.get(name) ?? 0);
      rows.push([
        traffic.name,
        inFlight,
        figure(body),
        figure(bytes),
        part("notifications"),
        part("sqlite_autoindex_notifications_1"),
        figure(
          ["by_pg_cno", "by_cancel_pg_cno", "by_shop_order_no"].reduce((sum, name) => sum + (parts.get(name) ?? 0), 0),
        ),
        figure(10e9 / bytes / 1e6),
      ]);
    }
  }
  const head = ["traffic", "in flight", "body", "bytes", "table", "index of ids", "search indexes", "M in 10 GB"];
  return `${markdown([head, ...rows])}

${count.toLocaleString("en-US")} notifications each, read from their bytes, stored, claimed and settled at the first attempt by the receiver's own statements, in
SQLite's own file format with D1's page of 4,096 bytes. In flight: how many are stored before the oldest of them is settled.`;
}

async function weigh(traffic: Traffic, count: number, inFlight: number): Promise<Weighed> {
  const local = localD1();
  try {
    return await fill(local, traffic, count, inFlight);
  } finally {
    local.file.close();
  }
}

/** @param inFlight how many are stored before the first of them is settled */
export async function fill({ db, file }: LocalD1, traffic: Traffic, count: number, inFlight: number): Promise<Weighed> {
  const before = size(file);
  const open: Notification[] = [];
  let body = 0;
  for (let serial = 0; serial < count; serial++) {
    const notification = traffic.make(serial, FROM + serial * EVERY_MS);
    body += notification.body.length;
    const storing = { foreign: false, oursAmong: null, confirm: null, attemptOpenUntil: null };
    await storeNotification(db, notification, { ...storing, receipt: shortId() });
    open.push(notification);
    if (open.length === inFlight) await deliver(db, open.splice(0, 1));
  }
  await deliver(db, open);
  const parts = file
    .prepare("SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name")
    .all()
    .map(({ name, bytes }) => [String(name), Number(bytes) / count] as const);
  return { body: body / count, bytes: (size(file) - before) / count, parts: new Map(parts) };
}

async function deliver(db: D1Database, stored: readonly Notification[]): Promise<void> {
  for (const { id, receivedAt, body } of stored) {
    const now = receivedAt + 210;
    const lease = { claimant: shortId(), now, until: now + 20_000, maxTries: 16 };
    const { claimed } = await claim(db, [id], lease);
    const [mine] = claimed;
    if (mine === undefined) throw new Error(`Cannot weigh: ${id} could not be claimed`);
    const attempt = attemptOf(mine.attempts, now + 4, now + 4 + 143, ACCEPTED);
    await settle(db, [{ id, attempt, decision: { state: "delivered" }, body }], now + 150);
  }
}

function size(file: LocalD1["file"]): number {
  const { bytes } = file
    .prepare(
      "SELECT (page_count - freelist_count) * page_size AS bytes FROM pragma_page_count, pragma_freelist_count, pragma_page_size",
    )
    .get() as { bytes: number };
  return bytes;
}
