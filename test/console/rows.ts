// Fills D1 by SQL with as many notifications and other rows as a test of a page needs. Runs in workerd and in Node.

const HOUR_MS = 60 * 60 * 1000;

/** As `{"resCd":…}` of the protocol page, in base64: what every such row has as its body. */
const BODY = btoa(JSON.stringify({ resCd: "0000", resMsg: "Success", mallId: "T0099001", pgCno: 1 }));

const counter = (last: number, first = 1) =>
  `WITH RECURSIVE n(i) AS (SELECT ${first} UNION ALL SELECT i + 1 FROM n WHERE i < ${last})`;

/** One statement makes so many: each is one transaction. */
const PAGE = 20_000;

/** Every attempt of these: the first one failed, and the delivered ones were taken then. */
const attempt = (number: string, outcome: string, status: string, error: string) =>
  `json_object('number', ${number}, 'startedAt', at + 200 * ${number}, 'durationMs', 120, 'outcome', '${outcome}',
   'status', ${status}, 'error', ${error}, 'answer', '{"resCd":"${outcome === "accepted" ? "0000" : "5001"}"}')`;

const FAILURE = attempt("1", "failed", "503", "'origin answered 503'");

/**
 * Of a hundred, 90 are delivered, 4 dead, 2 held, 3 pending and 1 closed; one every 20 s, the newest a minute ago.
 * @param sharing how many of them have the order number ORD-SHARED
 */
function notifications(first: number, last: number, now: number, sharing: number): string {
  return `${counter(last, first)}, row AS (
      SELECT i, ${now} - 60000 - (i - 1) * 20000 AS at,
        CASE WHEN i % 100 < 90 THEN 'delivered' WHEN i % 100 < 94 THEN 'dead' WHEN i % 100 < 96 THEN 'held'
          WHEN i % 100 < 99 THEN 'pending' ELSE 'closed' END AS state FROM n)
    INSERT INTO notifications (seq, id, state, reason, source, source_address, mall_id, shop_order_no, pg_cno, cancel_pg_cno,
      res_cd, res_msg, cancel_date, currency, amount, received_at, receipt, attempts, tries, next_attempt_at, settled_at,
      delivered_at, history, content_type, body)
    SELECT at * 1000, printf('ntf_%032x', i), state, CASE state WHEN 'dead' THEN 'exhausted' WHEN 'held' THEN 'foreign' END,
      'notification', '203.233.72.66', 'T0099001',
      iif(i <= ${sharing}, 'ORD-SHARED', printf('ORD-20260113-%05d', i)), printf('260113142055%08d', i),
      printf('260114091203%08d', i), iif(i % 25 = 0, 'W901', '0000'),
      iif(i % 25 = 0, '잔액 부족으로 취소할 수 없습니다', '정상취소'), '20260114091210', iif(i % 40 = 0, 'USD', 'KRW'),
      CAST(i * 37 % 90000 + 1000 AS TEXT), at, 'r', iif(i % 7 = 0, 2, 1), 1,
      iif(i % 2, at + 60000, ${now} + 600000), iif(state = 'held', NULL, at + 900), iif(state = 'delivered', at + 900, NULL),
      CASE WHEN state = 'held' THEN '[]' WHEN state IN ('dead', 'pending') THEN json_array(${FAILURE})
        WHEN i % 7 = 0 THEN json_array(${FAILURE}, ${attempt("2", "accepted", "200", "NULL")})
        ELSE json_array(${attempt("1", "accepted", "200", "NULL")}) END,
      'application/json; charset=utf-8', '${BODY}' FROM row`;
}

function quarantine(count: number, now: number): string {
  return `${counter(count)} INSERT INTO quarantine (id, trusted, reason, address, knew_token, received_at, receipts,
      bytes, whole, body)
    SELECT printf('qrt_%032x', i), i % 2, CASE i % 3 WHEN 0 THEN 'address' WHEN 1 THEN 'token' ELSE 'unreadable' END,
      '198.51.100.' || (i % 250), i % 6 = 0, ${now} - i * 60000, i % 5 + 1, 80, 1, '${BODY}' FROM n`;
}

function cancellations(count: number, now: number): string {
  return `${counter(count)} INSERT INTO cancellations (cancel_pg_cno, mall_id, pg_cno, shop_order_no, state, announced_at,
      due_after_ms, due_at, asks, history)
    SELECT printf('260114091203%08d', i), 'T0099001', printf('260113142055%08d', i), printf('ORD-20260113-%05d', i),
      CASE i % 5 WHEN 0 THEN 'expected' WHEN 1 THEN 'notified' WHEN 2 THEN 'reconciled' WHEN 3 THEN 'failed'
        ELSE 'unresolved' END, ${now} - i * 60000, 300000, iif(i % 5 = 0, ${now} + 300000, NULL), i % 7,
      json_array(json_object('at', ${now} - 30000, 'status', 'TS01', 'text', 'TS01 approved: not, or not yet, cancelled'))
    FROM n`;
}

/** The payments of those cancellations. */
function approvals(): string {
  return `INSERT INTO approvals (pg_cno, kind, mall_id, shop_order_no, state, announced_at, due_after_ms, due_at, asks, history)
    SELECT pg_cno, iif(asks % 2, 'wechat.approval', 'alipay.approval'), mall_id, shop_order_no, state,
      announced_at - ${HOUR_MS}, due_after_ms, due_at, asks, history FROM cancellations`;
}

function audit(count: number, now: number): string {
  return `${counter(count)} INSERT INTO audit (at, who, what, subject, note)
    SELECT ${now} - (${count} - i) * 60000, iif(i % 3, 'token', 'operator@shop.example'),
      CASE i % 4 WHEN 0 THEN 'replay' WHEN 1 THEN 'close' WHEN 2 THEN 'release' ELSE 'replay-many' END,
      iif(i % 4 = 3, NULL, printf('ntf_%032x', i)), iif(i % 4 = 1, '전화로 확인하고 수동 처리함', NULL) FROM n`;
}

/** A day of hours, as the cron writes them. */
function rollups(now: number): string {
  const first = Math.floor(now / HOUR_MS) * HOUR_MS - 23 * HOUR_MS;
  return `WITH RECURSIVE h(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM h WHERE i < 23),
      name(name, count) AS (VALUES ('received', 180), ('delivered', 172), ('failed', 9), ('gone', 1), ('delay_250', 120),
        ('delay_500', 30), ('delay_1000', 10), ('delay_2000', 5), ('delay_5000', 2), ('delay_10000', 1),
        ('delay_30000', 1), ('delay_60000', 1), ('delay_120000', 1), ('delay_300000', 1), ('delay_900000', 1),
        ('delay_1800000', 1), ('delay_3600000', 1), ('delay_10800000', 1), ('delay_21600000', 1), ('delay_43200000', 1),
        ('delay_86400000', 1), ('delay_more', 1), ('delay_ms', 90000),
        ('successes:wechat.cancel:KRW', 150), ('sum:wechat.cancel:KRW', 765000000), ('failures:wechat.cancel', 5),
        ('successes:wechat.cancel:USD', 4), ('sum:wechat.cancel:USD', 481200), ('failures:online.transfer-failed', 1))
    INSERT INTO rollups (hour, name, count)
    SELECT ${first} + i * ${HOUR_MS}, name, max(1, count * (2 + (i * 7) % 11) / 12) FROM h, name`;
}

export interface Filling {
  /** How many notifications, and of the other lists up to so many, 20,000 at most. */
  readonly count: number;
  readonly now: number;
  readonly sharing?: number;
}

/** The statements that empty all, and fill it anew. One at a time: so many rows are one transaction each. */
export function filling({ count, now, sharing = 0 }: Filling): string[] {
  const empty = ["notifications", "quarantine", "cancellations", "approvals", "audit", "rollups"].map(
    (table) => `DELETE FROM ${table}`,
  );
  if (count === 0) return empty;
  return [
    ...empty,
    ...Array.from({ length: Math.ceil(count / PAGE) }, (_none, page) =>
      notifications(page * PAGE + 1, Math.min((page + 1) * PAGE, count), now, sharing),
    ),
    quarantine(Math.min(count, 1000), now),
    cancellations(Math.min(count, PAGE), now),
    approvals(),
    audit(Math.min(count, PAGE), now),
    rollups(now),
  ];
}
