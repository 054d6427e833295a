import { env, exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { metricsOperation } from "../../src/api/calls/metrics.ts";
import { rollUp } from "../../src/upkeep/roll-up.ts";
import { clear, configWith, faultyD1, kiccBody, stored } from "../fixtures.ts";

const NOW = Date.UTC(2026, 0, 14, 9);

async function scrape(db: D1Database = env.DB, deliveries: Queue = env.DELIVERIES): Promise<string> {
  const context = {
    config: configWith(),
    db,
    deliveries,
    operator: "token",
    now: NOW,
    origin: "https://kicc.example",
    waitUntil: () => {},
  };
  const answer = await metricsOperation.run({}, context);
  if (typeof answer !== "string") throw new Error("Cannot read the metrics: refused");
  return answer;
}

/** D1 that notes how many rows each of its batches read. */
function measured(): { db: D1Database; rows: number[]; statements: number } {
  const seen = { db: env.DB, rows: [] as number[], statements: 0 };
  seen.db = {
    prepare: (sql: string) => env.DB.prepare(sql),
    batch: async (statements: D1PreparedStatement[]) => {
      const results = await env.DB.batch(statements);
      seen.statements += statements.length;
      seen.rows.push(results.reduce((sum, { meta }) => sum + meta.rows_read, 0));
      return results;
    },
  } as unknown as D1Database;
  return seen;
}

beforeEach(clear);

describe("GET /metrics", () => {
  it("needs the token, and answers with Prometheus text", async () => {
    const request = (headers: HeadersInit) =>
      exports.default.fetch(new Request("https://kicc.example/metrics", { headers }));
    expect((await request({})).status).toBe(401);
    const response = await request({ authorization: "Bearer console-token" });
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const lines = (await response.text()).trim().split("\n");
    for (const line of lines) expect(line).toMatch(/^(# (HELP|TYPE) kicc_\w+ .+|kicc_\w+(\{[^{}]*\})? -?\d+(\.\d+)?)$/);
  });

  it("tells receipts, attempts, delays, ages and what needs a person", async () => {
    const prompt = await stored(kiccBody(), { receivedAt: NOW - 600_000 });
    await env.DB.prepare(
      "UPDATE notifications SET state = 'delivered', attempts = 1, settled_at = received_at + 800 WHERE id = ?",
    )
      .bind(prompt.id)
      .run();
    await stored(kiccBody(), { receivedAt: NOW - 7_200_000 });
    await stored(kiccBody({ mallId: "T1" }), {}, { MALL_IDS: "T2" });
    await rollUp(env.DB, NOW);
    const text = await scrape();
    for (const line of [
      "kicc_notifications_received_total 2",
      'kicc_delivery_attempts_total{outcome="accepted"} 1',
      'kicc_delivery_attempts_total{outcome="failed"} 0',
      'kicc_delivery_delay_seconds_bucket{le="0.5"} 0',
      'kicc_delivery_delay_seconds_bucket{le="1"} 1',
      'kicc_delivery_delay_seconds_bucket{le="+Inf"} 1',
      "kicc_delivery_delay_seconds_sum 0.8",
      'kicc_notifications_pending{age="1 h to 6 h"} 1',
      "kicc_notifications_oldest_pending_seconds 7200",
      "kicc_notifications_held 1",
      "kicc_notifications_dead 0",
      'kicc_count_capped{what="held"} 0',
      "kicc_queue_messages ",
    ]) {
      expect(text).toContain(`\n${line}`);
    }
  });

  it("answers without the queue's numbers where the queue does not say", async () => {
    const silent = { metrics: () => Promise.reject(new Error("no")) } as unknown as Queue;
    const text = await scrape(faultyD1(env.DB), silent);
    expect(text).toContain("kicc_notifications_dead 0");
    expect(text).not.toContain("kicc_queue_messages");
  });

  it("reads at most 2,000 rows in at most 5 queries, with 100,000 notifications", async () => {
    const { id } = await stored(kiccBody());
    await env.DB.prepare(
      `INSERT INTO notifications (seq, id, state, source, res_cd, res_msg, received_at, receipt, attempts, tries, body)
       SELECT (received_at - n) * 1000, 'ntf_' || n, CASE n % 10 WHEN 0 THEN 'dead' WHEN 1 THEN 'held' WHEN 2 THEN 'pending' ELSE 'delivered' END,
         source, res_cd, res_msg, received_at - n, receipt, 1, 1, ''
       FROM notifications, (WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 100000) SELECT n FROM s)
       WHERE id = ?`,
    )
      .bind(id)
      .run();
    await env.DB.prepare(
      `INSERT INTO quarantine (id, trusted, reason, knew_token, received_at, bytes, whole, body)
       WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 1000)
       SELECT 'qrt_' || n, 0, 'address', 0, n, 1, 1, '' FROM s`,
    ).run();
    const seen = measured();
    const text = await scrape(seen.db);
    expect(text).toContain('kicc_count_capped{what="dead"} 1');
    expect(seen.statements).toBeLessThanOrEqual(5);
    expect(seen.rows.reduce((sum, rows) => sum + rows, 0)).toBeLessThanOrEqual(2000);
    expect(Math.max(...seen.rows)).toBeGreaterThan(1000);
  });
});
