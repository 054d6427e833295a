// What the archive's tests start with: delivered notifications of past days, and an R2 that fails on purpose.
import { env } from "cloudflare:workers";
import { stored } from "../fixtures.ts";

export const DAY_MS = 24 * 60 * 60 * 1000;

/** Stores and settles `count` of them, `perDay` on each day from `from` on. @returns their ids */
export async function fill(count: number, from: number, perDay: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const receivedAt = from + Math.floor(index / perDay) * DAY_MS + (index % perDay) * 1000;
    const { notification } = await stored(undefined, { receivedAt });
    ids.push(notification.id);
  }
  await settle();
  return ids;
}

export interface Inserted {
  readonly at: number;
  readonly isPending?: boolean;
}

/** By the hundred and without the receiver's code: delivered unless they are pending, and counted. One at each instant. @returns their ids */
export async function insertRows(rows: readonly Inserted[]): Promise<string[]> {
  const whole = rows.map(({ at, isPending = false }) => ({
    id: `ntf_${String(at).padStart(32, "0")}`,
    seq: at * 1000,
    at,
    state: isPending ? "pending" : "delivered",
  }));
  for (let start = 0; start < whole.length; start += 500) {
    await env.DB.prepare(
      `INSERT INTO notifications (seq, id, state, source, mall_id, pg_cno, cancel_pg_cno, res_cd, res_msg, currency, amount,
         received_at, receipt, attempts, tries, settled_at, delivered_at, counted, body)
       SELECT value ->> 'seq', value ->> 'id', value ->> 'state', 'notification', 'T0099001',
         'p' || (value ->> 'at'), 'c' || (value ->> 'at'), '0000', 'OK', 'KRW', '1000', value ->> 'at', 'r', 1, 1,
         value ->> 'at', value ->> 'at', 1, 'e30=' FROM json_each(?)`,
    )
      .bind(JSON.stringify(whole.slice(start, start + 500)))
      .run();
  }
  await env.DB.exec("UPDATE rollup_cursor SET seq = (SELECT max(seq) FROM notifications)");
  return whole.map(({ id }) => id);
}

/** All that is pending and was received before `until` is delivered at the first attempt, and counted. */
export async function settle(until = Number.MAX_SAFE_INTEGER): Promise<void> {
  await env.DB.exec(
    `UPDATE notifications SET state = 'delivered', attempts = 1, tries = 1, next_attempt_at = NULL, settled_at = received_at + 10,
     delivered_at = received_at + 10, counted = 1,
     history = json_array(json_object('number', 1, 'startedAt', received_at, 'durationMs', 10, 'outcome', 'accepted', 'status', 200, 'error', NULL, 'answer', 'OK'))
     WHERE state = 'pending' AND received_at < ${until}`.replaceAll("\n", " "),
  );
  await env.DB.exec("UPDATE rollup_cursor SET seq = (SELECT coalesce(max(seq), 0) FROM notifications)");
}

export async function emptyBucket(): Promise<void> {
  const { objects } = await env.BUCKET.list();
  if (objects.length > 0) await env.BUCKET.delete(objects.map(({ key }) => key));
  if (objects.length === 1000) await emptyBucket();
}

export async function namesIn(prefix: string): Promise<string[]> {
  const names: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await env.BUCKET.list({ prefix, ...(cursor === undefined ? {} : { cursor }) });
    names.push(...page.objects.map(({ key }) => key));
    if (!page.truncated) return names;
    cursor = page.cursor;
  }
}

/** The ids that the manifests vouch for, as often as they do; each part is checked against its manifest. */
export async function vouchedFor(stream = "notifications"): Promise<string[]> {
  const ids: string[] = [];
  for (const name of await namesIn(`${stream}/`)) {
    if (!name.includes("manifest")) continue;
    const manifest = await (await env.BUCKET.get(name))?.json<{ parts: { name: string; sha256: string }[] }>();
    for (const part of manifest?.parts ?? []) {
      const object = await env.BUCKET.get(part.name);
      if (object === null) throw new Error(`${part.name} is missing`);
      const bytes = await new Response(object.body.pipeThrough(new DecompressionStream("gzip"))).bytes();
      const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
      if (sha256 !== part.sha256) throw new Error(`${part.name} is not what its manifest says`);
      const lines = new TextDecoder().decode(bytes).trimEnd().split("\n");
      ids.push(...lines.map((line) => String((JSON.parse(line) as { id: unknown }).id)));
    }
  }
  return ids;
}

/** Makes an object of the bucket count as an index object. */
export async function nameIndex(name: string, level: number): Promise<void> {
  await env.DB.prepare("INSERT INTO archive_index (name, level) VALUES (?, ?)").bind(name, level).run();
}

export async function idsInD1(): Promise<string[]> {
  const { results } = await env.DB.prepare("SELECT id FROM notifications").run<{ id: string }>();
  return results.map(({ id }) => id);
}
