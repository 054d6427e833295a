// Old notifications by the hundred thousand: some that the receiver's own statements stored and delivered, and copies
// of them by SQL with their own ids and numbers. Their bodies are right, because a delivered row's body takes its
// numbers from columns.
import { attemptOf, settle } from "../../src/store/settle.ts";
import { claim } from "../../src/store/claim.ts";
import { storeNotification } from "../../src/intake.ts";
import { TRAFFICS } from "./traffic.ts";

const TEMPLATES = 40;
const PAGE = 10_000;
const ACCEPTED = { kind: "accepted", status: 200, answer: '{"resCd":"0000","resMsg":"OK"}' } as const;
/**
 * Columns whose values differ in each copy. An order has two notifications: the payment, and much later what follows
 * it.
 */
const OWN: Readonly<Record<string, string>> = {
  seq: "at * 1000",
  id: "'ntf_' || lower(hex(randomblob(16)))",
  received_at: "at",
  settled_at: "at + 353",
  delivered_at: "at + 353",
  next_attempt_at: "NULL",
  counted: "NULL",
  pg_cno: "iif(n.pg_cno IS NULL, NULL, printf('26%018d', serial))",
  cancel_pg_cno: "iif(n.cancel_pg_cno IS NULL, NULL, printf('27%018d', serial))",
  shop_order_no: "iif(n.shop_order_no IS NULL, NULL, printf('ORD-%012d', serial % ?5))",
};

/**
 * Stores the templates: all kinds of the mix, and as many cancellations. They were received in 2020, so that they are
 * not among the measured ones.
 */
export async function storeTemplates(db: D1Database): Promise<void> {
  const from = Date.parse("2020-01-14T00:00:00Z");
  for (let serial = 0; serial < TEMPLATES; serial++) {
    const traffic = TRAFFICS[serial % 2];
    if (traffic === undefined) throw new Error("Cannot make a template: no traffic");
    const notification = traffic.make(serial, from + serial * 1000);
    const storing = { foreign: false, oursAmong: null, confirm: null, attemptOpenUntil: null };
    await storeNotification(db, notification, { ...storing, receipt: crypto.randomUUID() });
    const { id, receivedAt, body } = notification;
    const now = receivedAt + 210;
    const lease = { claimant: crypto.randomUUID().slice(-11), now, until: now + 20_000, maxTries: 16 };
    const [mine] = (await claim(db, [id], lease)).claimed;
    const attempt = attemptOf(mine?.attempts ?? 1, now, now + 143, ACCEPTED);
    await settle(db, [{ id, attempt, decision: { state: "delivered" }, body }], now + 150);
  }
  // The templates are held, so they never move into the archive.
  await db
    .prepare("UPDATE notifications SET state = 'held', reason = 'conflict' WHERE seq < ?")
    .bind((from + 1e9) * 1000)
    .run();
}

/**
 * Inserts `count` copies, `everyMs` apart, beginning at `from`.
 * @param first the serial of the first copy
 * @param all how many there will be in the end: each order has two of them
 */
export async function insertOld(
  db: D1Database,
  { first, count, from, everyMs, all }: Readonly<Record<"first" | "count" | "from" | "everyMs" | "all", number>>,
): Promise<void> {
  const { results } = await db.prepare("PRAGMA table_info(notifications)").run<{ readonly name: string }>();
  const names = results.map(({ name }) => name);
  const values = names.map(
    (name) => OWN[name] ?? (name === "state" ? "'delivered'" : name === "reason" ? "NULL" : `n.${name}`),
  );
  const page = db.prepare(
    `WITH RECURSIVE t(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM t WHERE i < ?2 - 1),
       made AS (SELECT ?1 + i AS serial, ?3 + i * ?4 AS at FROM t),
       templates AS MATERIALIZED (
         SELECT seq AS template, row_number() OVER (ORDER BY seq) - 1 AS place FROM notifications WHERE seq < ?6)
     INSERT INTO notifications (${names.join(", ")})
     SELECT ${values.join(", ")} FROM made JOIN templates ON place = serial * 7 % ${TEMPLATES} JOIN notifications AS n ON n.seq = template`,
  );
  const templatesEnd = Date.parse("2020-02-14T00:00:00Z") * 1000;
  for (let done = 0; done < count; done += PAGE) {
    const many = Math.min(PAGE, count - done);
    await page
      .bind(first + done, many, Math.round(from + done * everyMs), everyMs, Math.ceil(all / 2), templatesEnd)
      .run();
  }
  // The rollups count them as if the cron had done it.
  await db.prepare("UPDATE rollup_cursor SET seq = (SELECT max(seq) FROM notifications)").run();
}
