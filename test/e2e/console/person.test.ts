// An operator uses the console in a real browser, against the real Worker, without scripts and with the keyboard only.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { send } from "../../simulator/send.ts";
import { comeIn } from "../browser.ts";
import { eventually } from "../receiver.ts";
import { type ConsoleStage, inState, startConsoleStage } from "./stage.ts";

let stage: ConsoleStage;

beforeAll(async () => {
  stage = await startConsoleStage();
});
afterAll(() => stage.close());
beforeEach(async () => {
  stage.well = true;
  await stage.fill(0);
});

/** A notification that the origin refused until the receiver gave up. */
async function dead(shopOrderNo: string): Promise<string> {
  stage.well = false;
  const id = await stage.told({ shopOrderNo }, "dead");
  stage.well = true;
  return id;
}

describe("an operator", () => {
  it.each([{ javaScriptEnabled: false }, { javaScriptEnabled: true, viewport: { width: 375, height: 700 } }])(
    "asks of an order whether KICC told, whether we took it and why not, and sends it again: one search, one click (%o)",
    async (options) => {
      const order = `ORD-20260113-0008-${String(options.javaScriptEnabled)}`;
      await dead(order);
      const { page, close, complaints } = await comeIn(stage.browser, stage.url, options);
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
      await inState(stage.receiver, order, "delivered");
      await page.reload();
      expect(await answer.innerText()).toContain("Our system took it on");
      expect(complaints).toEqual([]);
      await close();
    },
  );

  it("hears plainly that KICC told nothing", async () => {
    const { page, close } = await comeIn(stage.browser, stage.url, { javaScriptEnabled: false });
    await page.getByRole("searchbox").fill("ORD-NEVER");
    await page.keyboard.press("Enter");
    expect(await page.locator("#nothing").innerText()).toBe("KICC has told us nothing about “ORD-NEVER”");
    await close();
  });

  it("keeps what is typed on the overview when that renews itself, and sees it renewed else", async () => {
    const { page, close } = await comeIn(stage.browser, stage.url);
    const renewal = "location.href = '/console?renewed=1'";
    await page.evaluate(renewal);
    await page.waitForURL(`${stage.url}/console?renewed=1`);
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
    const { page, close } = await comeIn(stage.browser, stage.url, { javaScriptEnabled: false });
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
    const answer = await send(stage.receiver.hookUrl, stage.body({ shopOrderNo: "ORD-QUARANTINED" }), {
      from: "198.51.100.9",
    });
    expect(answer).toMatchObject({ status: 403 });
    await eventually(() => stage.receiver.db.prepare("SELECT 1 FROM quarantine").first());
    const { page, close } = await comeIn(stage.browser, stage.url, { javaScriptEnabled: false });
    await page.getByRole("link", { name: /^1 Quarantined/ }).click();
    await page.getByRole("table").getByRole("link").click();
    expect(await page.locator(".advice pre").innerText()).toBe('KICC_SOURCES = "61.33.205.151,198.51.100.9"');
    await page.getByRole("button", { name: "Release" }).click();
    expect(await page.getByRole("status").innerText()).toContain("It was taken in");
    await inState(stage.receiver, "ORD-QUARANTINED", "delivered");
    await close();
  });

  it("reads it in Korean where the browser says so, switches, and stays switched", async () => {
    const { page, close } = await comeIn(stage.browser, stage.url, { javaScriptEnabled: false, locale: "ko-KR" });
    expect(await page.locator("h1").innerText()).toBe("개요");
    await page.getByRole("link", { name: "작업 기록" }).click();
    await page.getByRole("link", { name: "English" }).click();
    expect(await page.locator("h1").innerText()).toBe("Audit");
    await page.getByRole("link", { name: "Notifications" }).click();
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
    await close();
  });

  it("gets past the menu by keyboard, and signs out", async () => {
    const { page, close } = await comeIn(stage.browser, stage.url, { javaScriptEnabled: false });
    await page.keyboard.press("Tab");
    expect(await page.locator(":focus").innerText()).toBe("Skip to content");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await page.locator(":focus").getAttribute("id")).toBe("q");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.locator("#token").waitFor();
    await page.goto(`${stage.url}/console/audit`);
    expect(await page.locator("#token").count()).toBe(1);
    await close();
  });
});
