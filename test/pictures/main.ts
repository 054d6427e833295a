// npm run pictures: takes the pictures in README with Chromium, from the real Worker with a day of notifications. It
// writes the PNGs beside this file; they show no real merchant.
// A machine without a Korean font draws boxes: Debian's package fonts-nanum has one.
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { startOrigin } from "../demo/origin.ts";
import { comeIn, startBrowser } from "../e2e/browser.ts";
import { type Receiver, SIGNING_SECRET, eventually, startReceiver } from "../e2e/receiver.ts";
import { send } from "../simulator/send.ts";
import { type Sent, cancelled, messagesOf, refused } from "./bodies.ts";

const LANGUAGES = ["en", "ko"] as const;
const ROUNDS = 12;
const HOUR_MS = 3_600_000;
const SHOP = { mallId: "T0099001", shopOrderNo: "ORD-20260113-0007" };
const REFUSED_ORDER = "ORD-20260113-0013";

/** @returns the doors that did not ack */
async function fill(receiver: Receiver): Promise<string[]> {
  const away = new Set<string>();
  const post = async ({ door, from, body }: Sent) => {
    const answer = await send(`${receiver.url}${door}`, body, { from });
    if (answer.kind !== "acked") away.add(door);
  };
  for (let serial = 20; serial < 20 + ROUNDS; serial += 1) for (const sent of messagesOf(serial)) await post(sent);
  await settled(receiver, "state = 'delivered'");
  await spreadOverDay(receiver.db);
  await receiver.cron(); // counts the hours, for the plot
  const success = cancelled(SHOP, "26011314205591000001", "26011409121030000042", 51_000);
  await post(success);
  await settled(receiver, "state = 'delivered'");
  await post(refused(SHOP, "26011409121030000042"));
  await post(
    cancelled({ ...SHOP, shopOrderNo: REFUSED_ORDER }, "26011316100191000013", "26011410003030000045", 33_000),
  );
  await settled(receiver, "state <> 'pending'");
  return [...away];
}

async function settled({ db }: Receiver, condition: string): Promise<void> {
  const query = db.prepare(`SELECT count(*) AS others FROM notifications WHERE NOT (${condition})`);
  await eventually(async () => (await query.first<{ others: number }>())?.others === 0, 60_000);
}

/** So that the plot has a day to show: each of what is delivered moves back, the older the further, a day at most. */
async function spreadOverDay(db: D1Database): Promise<void> {
  const back = `(SELECT count(*) FROM notifications AS newer WHERE newer.seq >= notifications.seq) * ${HOUR_MS / 3}`;
  await db
    .prepare(
      `WITH moved AS (SELECT seq AS was, ${back} AS by_ms FROM notifications)
       UPDATE notifications SET seq = seq - by_ms * 1000, received_at = received_at - by_ms,
         delivered_at = delivered_at - by_ms, settled_at = settled_at - by_ms FROM moved WHERE seq = was`,
    )
    .run();
}

async function takeAll(browser: Browser, receiver: Receiver): Promise<void> {
  const url = `http://localhost:${new URL(receiver.url).port}`;
  const dead = await receiver.db
    .prepare("SELECT id FROM notifications WHERE shop_order_no = ?")
    .bind(REFUSED_ORDER)
    .first<{ id: string }>();
  const pages = { overview: "", list: "/notifications", notification: `/notifications/${dead?.id}` } as const;
  for (const language of LANGUAGES) {
    const { page, close } = await comeIn(browser, url, { viewport: { width: 1200, height: 760 } });
    for (const [name, place] of Object.entries(pages)) {
      await page.goto(`${url}/console${place}?lang=${language}`);
      await take(page, `${name}.${language}.png`);
    }
    await close();
  }
}

async function take(page: Page, name: string): Promise<void> {
  await page.locator("main").waitFor();
  await page.screenshot({ path: path.join(import.meta.dirname, name), animations: "disabled" });
  console.log(`test/pictures/${name}`);
}

async function run(): Promise<boolean> {
  const origin = await startOrigin(SIGNING_SECRET, ({ text }) =>
    text.includes(REFUSED_ORDER)
      ? { status: 500, body: '{"resCd":"5001","resMsg":"Internal DB Error"}' }
      : { status: 200, body: '{"resCd":"0000","resMsg":"OK"}' },
  );
  const receiver = await startReceiver({ ORIGIN_URL: origin.url, RETRY_DELAYS_SECONDS: "1,1" });
  const browser = await startBrowser();
  try {
    const away = await fill(receiver);
    await takeAll(browser, receiver);
    for (const door of away) console.log(`${door} did not ack: its kinds are missing in the pictures`);
    return away.length === 0;
  } finally {
    await browser.close();
    await receiver.close();
    await origin.close();
  }
}

process.exit((await run()) ? 0 : 1);
