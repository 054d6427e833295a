// Many stored notifications that look like delivered ones of the past: ids in no order, every searchable field filled.

const PAGE = 20_000;
const BODY = Buffer.from("x".repeat(236)).toString("base64");
const HISTORY = JSON.stringify([
  {
    number: 1,
    startedAt: 1768349530301,
    durationMs: 143,
    outcome: "accepted",
    status: 200,
    error: null,
    answer: '{"resCd":"0000","resMsg":"OK"}',
  },
]);

const SEED = `
  WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 + ?2 - 1)
  INSERT INTO notifications (seq, id, state, source, source_address, mall_id, shop_order_no, pg_cno, cancel_pg_cno, res_cd,
    res_msg, cancel_date, currency, amount, received_at, receipt, attempts, tries, next_attempt_at, claim, claimed_at,
    settled_at, delivered_at, history, content_type, body)
  SELECT (1735700000000 + i * 1000) * 1000, 'ntf_' || lower(hex(randomblob(16))), 'delivered', 'notification', '203.233.72.66', 'T0099001',
    printf('ORD-20250101-%010d', i), printf('2501011420%010d', i), printf('2501010912%010d', i), '0000',
    '정상취소', '20250101091210', 'KRW', '51000', 1735700000000 + i * 1000, lower(hex(randomblob(18))), 1, 1,
    1735700000000 + i * 1000, lower(hex(randomblob(18))), 1735700000200 + i * 1000, 1735700000400 + i * 1000,
    1735700000400 + i * 1000, ?3, 'application/json; charset=utf-8', ?4
  FROM n`;

/** @returns the database's size in bytes before and after */
export async function seed(
  db: D1Database,
  count: number,
): Promise<{ readonly before: number; readonly after: number }> {
  const { meta } = await db.prepare("SELECT 1").run();
  let after = meta.size_after;
  for (let from = 0; from < count; from += PAGE) {
    const page = db.prepare(SEED).bind(from, Math.min(PAGE, count - from), HISTORY, BODY);
    after = (await page.run()).meta.size_after;
  }
  return { before: meta.size_after, after };
}
