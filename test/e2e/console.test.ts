// The console in a real browser, against the real Worker: what an operator comes for, without scripts and with a keyboard.
import { mkdirSync } from "node:fs";
import path from "node:path";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { filling } from "../console/rows.ts";
import { type MerchantOrigin, startOrigin } from "../demo/origin.ts";
import { send } from "../simulator/send.ts";
import { comeIn, startBrowser } from "./browser.ts";
import { type Receiver, SIGNING_SECRET, eventually, startReceiver } from "./receiver.ts";

const SCREENSHOTS = process.env["SCREENSHOTS"];

let origin: MerchantOrigin;
let receiver: Receiver;
let browser: Browser;
let url: string;
let originIsWell = true;

beforeAll(async () => {
  origin = await startOrigin(SIGNING_SECRET, async () =>
    originIsWell
      ? { status: 200, body: '{"resCd":"0000","resMsg":"OK"}' }
      : { status: 500, body: '{"resCd":"5001","resMsg":"Internal DB Error"}' },
  );
  receiver = await startReceiver({ ORIGIN_URL: origin.url, RETRY_DELAYS_SECONDS: "1" });
  url = `http://localhost:${new URL(receiver.url).port}`;
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
  await receiver.close();
  await origin.close();
});
beforeEach(async () => {
  originIsWell = true;
  await fill(0);
});

async function fill(count: number): Promise<void> {
  for (const sql of filling({ count, now: Date.now() })) await receiver.db.prepare(sql).run();
}

let serial = 0;

function body(shopOrderNo: string): Uint8Array {
  serial += 1;
  const cancelPgCno = `26011409120310${String(serial).padStart(6, "0")}`;
  const amountInfo = { currency: "KRW", amount: 51_000 };
  const ids = { mallId: "T0099001", shopOrderNo, pgCno: "26011314205510990001", cancelPgCno };
  const message = { resCd: "0000", resMsg: "정상취소", ...ids, cancelDate: "20260114091210", amountInfo };
  return new TextEncoder().encode(JSON.stringify(message));
}

async function inState(shopOrderNo: string, state: string): Promise<string> {
  const query = receiver.db.prepare("SELECT id FROM notifications WHERE shop_order_no = ? AND state = ?");
  return (await eventually(() => query.bind(shopOrderNo, state).first<{ id: string }>(), 40_000)).id;
}

/** One that our system refused until the receiver gave up. */
async function dead(shopOrderNo: string): Promise<string> {
  originIsWell = false;
  expect(await send(receiver.hookUrl, body(shopOrderNo))).toMatchObject({ kind: "acked" });
  const id = await inState(shopOrderNo, "dead");
  originIsWell = true;
  return id;
}

describe("an operator", () => {
  it.each([{ javaScriptEnabled: false }, { javaScriptEnabled: true, viewport: { width: 375, height: 700 } }])(
    "asks of an order whether KICC told, whether we took it and why not, and sends it again: one search, one click (%o)",
    async (options) => {
      const order = `ORD-20260113-0008-${String(options.javaScriptEnabled)}`;
      await dead(order);
      const { page, close, complaints } = await comeIn(browser, url, options);
      await page.getByRole("searchbox").fill(order);
      await page.keyboard.press("Enter");
      const answer = page.locator(".answer");
      await answer.getByText("KICC told us on").waitFor();
      const told = await answer.innerText();
      expect(told).toContain("Our system never took it");
      expect(told).toContain("500");
      expect(await page.locator(".timeline li").count()).toBe(2);
      expect(await page.locator(".timeline").innerText()).toContain("Internal DB Error");
      expect(await page.getByText("₩51,000").count()).toBe(1);
      await page.getByRole("button", { name: "Send it again" }).click();
      expect(await page.getByRole("status").innerText()).toBe("It is on its way again.");
      await inState(order, "delivered");
      await page.reload();
      expect(await answer.innerText()).toContain("Our system took it on");
      expect(complaints).toEqual([]);
      await close();
    },
  );

  it("hears plainly that KICC told nothing", async () => {
    const { page, close } = await comeIn(browser, url, { javaScriptEnabled: false });
    await page.getByRole("searchbox").fill("ORD-NEVER");
    await page.keyboard.press("Enter");
    expect(await page.locator("#nothing").innerText()).toBe("KICC has told us nothing about “ORD-NEVER”");
    await close();
  });

  it("keeps what is typed on the overview when that renews itself, and sees it renewed else", async () => {
    const { page, close } = await comeIn(browser, url);
    const renewal = "location.href = '/console?renewed=1'";
    await page.evaluate(renewal);
    await page.waitForURL(`${url}/console?renewed=1`);
    await page.locator("#needs").waitFor();
    const left = page.waitForResponse((response) => response.url().endsWith("/console/busy.svg"));
    await page.getByRole("searchbox").pressSequentially("ORD-2026");
    await left;
    const answered = page.waitForResponse((response) => response.url().endsWith("renewed=1&again"));
    await page.evaluate(renewal.replace("=1", "=1&again"));
    expect((await answered).status()).toBe(204);
    expect(await page.getByRole("searchbox").inputValue()).toBe("ORD-2026");
    await close();
  });

  it("finds what needs a person on the overview, and closes it with a note", async () => {
    const id = await dead("ORD-CLOSE");
    const { page, close } = await comeIn(browser, url, { javaScriptEnabled: false });
    await page
      .getByRole("link", { name: /^1 Dead/ })
      .first()
      .click();
    await page.getByRole("table").getByRole("link").click();
    await page.getByText("Close by hand…").click();
    await page.getByLabel("What was done").fill("called the customer <b>&</b> refunded");
    await page.getByRole("button", { name: "Close", exact: true }).click();
    expect(await page.getByRole("status").innerText()).toBe("It is closed.");
    expect(await page.locator(".answer").innerText()).toContain("called the customer <b>&</b> refunded");
    await page.getByRole("link", { name: "Audit" }).click();
    expect(await page.getByRole("table").innerText()).toContain("closed");
    expect(await page.getByRole("table").getByRole("link").getAttribute("href")).toBe(`/console/notifications/${id}`);
    await close();
  });

  it("sees a new address of KICC's, the setting to change, and takes in what waited", async () => {
    const answer = await send(receiver.hookUrl, body("ORD-QUARANTINED"), { from: "198.51.100.9" });
    expect(answer).toMatchObject({ status: 403 });
    await eventually(() => receiver.db.prepare("SELECT 1 FROM quarantine").first());
    const { page, close } = await comeIn(browser, url, { javaScriptEnabled: false });
    await page.getByRole("link", { name: /^1 Quarantined/ }).click();
    await page.getByRole("table").getByRole("link").click();
    expect(await page.locator(".advice pre").innerText()).toBe('KICC_SOURCES = "61.33.205.151,198.51.100.9"');
    await page.getByRole("button", { name: "Release" }).click();
    expect(await page.getByRole("status").innerText()).toContain("It was taken in");
    await inState("ORD-QUARANTINED", "delivered");
    await close();
  });

  it("sends a test and watches it arrive, without a script", async () => {
    const { page, close } = await comeIn(browser, url, { javaScriptEnabled: false });
    await page.getByRole("link", { name: "Test", exact: true }).click();
    await page.getByRole("button", { name: "Send a test" }).click();
    await page.getByText("Our system took it on").waitFor();
    const delivery = origin.deliveries.at(-1);
    expect(delivery?.headers).toMatchObject({ "kicc-source": "test" });
    await close();
  });

  it("reads it in Korean where the browser says so, switches, and stays switched", async () => {
    const { page, close } = await comeIn(browser, url, { javaScriptEnabled: false, locale: "ko-KR" });
    expect(await page.locator("h1").innerText()).toBe("개요");
    await page.getByRole("link", { name: "작업 기록" }).click();
    await page.getByRole("link", { name: "English" }).click();
    expect(await page.locator("h1").innerText()).toBe("Audit");
    await page.getByRole("link", { name: "Notifications" }).click();
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
    await close();
  });

  it("gets past the menu by keyboard, and signs out", async () => {
    const { page, close } = await comeIn(browser, url, { javaScriptEnabled: false });
    await page.keyboard.press("Tab");
    expect(await page.locator(":focus").innerText()).toBe("Skip to content");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await page.locator(":focus").getAttribute("id")).toBe("q");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.locator("#token").waitFor();
    await page.goto(`${url}/console/audit`);
    expect(await page.locator("#token").count()).toBe(1);
    await close();
  });
});

const ntf = (index: number) => `ntf_${index.toString(16).padStart(32, "0")}`;
const PAGES = {
  overview: "",
  notifications: "/notifications",
  nothing: "/notifications?q=ORD-NEVER",
  dead: "/notifications?state=dead",
  guide_down: "/guide/down",
  guide_address: "/guide/address",
  guide_refund: "/guide/refund?number=26011409120300000004",
  compare: "/compare",
  replay: "/replay-many?state=dead",
  delivered: `/notifications/${ntf(1)}`,
  given_up: `/notifications/${ntf(90)}`,
  held: `/notifications/${ntf(94)}`,
  pending: `/notifications/${ntf(97)}?said=done_replay`,
  quarantine: "/quarantine",
  stranger: `/quarantine/qrt_${ntf(6).slice(4)}`,
  cancellations: "/cancellations",
  cancellation: "/cancellations/26011409120300000004",
  test: "/test",
  audit: "/audit?said=refused_conflict",
  missing: "/nowhere",
};

async function violations(page: Page): Promise<unknown[]> {
  await page.addScriptTag({ content: axe.source });
  return page.evaluate(async () => {
    const opened = globalThis as unknown as {
      axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> };
    };
    const found = (await opened.axe.run()).violations;
    return found.map(({ id, nodes }) => [id, nodes.slice(0, 3).map((node) => [node.html, node.failureSummary])]);
  });
}

/** Every look with every count takes two minutes: .ci/run asks for that, the gate for one look with one. */
const WHOLE = process.env["EVERY_LOOK"] !== undefined;
const ALL_LOOKS = [
  ["en-US", "dark", 375],
  ["en-US", "light", 1280],
  ["ko-KR", "light", 375],
  ["ko-KR", "dark", 1280],
] as const;
const LOOKS = WHOLE ? ALL_LOOKS : ALL_LOOKS.slice(0, 1);
const COUNTS = WHOLE ? [0, 1, 10_000] : [1];

describe("every page", () => {
  it("is held to rules that axe does apply", async () => {
    const { page, close } = await comeIn(browser, url, { bypassCSP: true });
    await page.evaluate("document.documentElement.removeAttribute('lang')");
    expect(await violations(page)).toMatchObject([["html-has-lang", expect.anything()]]);
    await close();
  });

  it("has no script but its own file, no inline style and nothing that the browser complains of", async () => {
    await fill(120);
    const { page, close, complaints } = await comeIn(browser, url);
    for (const at of Object.values(PAGES)) {
      await page.goto(`${url}/console${at}`);
      const inline =
        "script:not([src^='/console/script-']), style, [style], [onclick], [onload], [onerror], a[href^='javascript:']";
      expect(await page.locator(inline).count()).toBe(0);
    }
    expect(complaints.filter((complaint) => !complaint.includes("404"))).toEqual([]);
    await close();
  });

  it.each(LOOKS)(
    "passes axe and fits its width, in %s, %s, at %i px, empty, with one and with many",
    async (locale, colorScheme, width) => {
      const options = { locale, colorScheme, bypassCSP: true, viewport: { width, height: 800 } };
      const { page, close } = await comeIn(browser, url, options);
      for (const count of COUNTS) {
        await fill(count);
        for (const [name, at] of Object.entries(PAGES)) {
          await page.goto(`${url}/console${at}`);
          await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
          if (SCREENSHOTS) {
            mkdirSync(SCREENSHOTS, { recursive: true });
            const file = path.join(SCREENSHOTS, `${name}-${count}-${locale}-${colorScheme}-${width}.png`);
            await page.screenshot({ path: file, fullPage: true });
          }
          expect([name, count, ...(await violations(page))]).toEqual([name, count]);
          const overflow = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
          expect([name, count, overflow <= 0]).toEqual([name, count, true]);
        }
      }
      await page.getByRole("button", { name: /Sign out|로그아웃/ }).click();
      expect(await violations(page)).toEqual([]);
      await close();
    },
    180_000,
  );
});
