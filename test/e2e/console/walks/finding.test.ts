// An operator finds an order in a real browser: by its number or the beginning of it, by filters, and by a link for a
// colleague.
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type ConsoleStage, startConsoleStage } from "../stage.ts";
import { LOOKS, expectWell, optionsOf, tabTo, wordsOf } from "../looks.ts";
import { CONSOLE_TOKEN } from "../../receiver.ts";

let stage: ConsoleStage;

beforeAll(async () => {
  stage = await startConsoleStage();
});
afterAll(() => stage.close());
beforeEach(() => stage.fill(0));

it.each(LOOKS)(
  "an order is found by its number at once, and several by their beginning, with keys alone ($language, $colours, $width, scripts $scripts)",
  async (look) => {
    const w = wordsOf(look);
    await stage.fill(120);
    const { page, close, complaints } = await stage.comeIn(look);
    const search = page.getByRole("searchbox");
    await tabTo(page, search);
    await page.keyboard.type("ORD-20260113-00007");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "ORD-20260113-00007" }).waitFor();
    await page.goto(`${stage.url}/console/notifications`);
    await tabTo(page, search);
    await page.keyboard.type("ORD-20260113-0001");
    await page.keyboard.press("Enter");
    await page.waitForURL(/q=ORD-20260113-0001/);
    expect(await page.locator(".list tbody tr").count()).toBe(10);
    await expectWell(page, look);
    const row = page.locator(".list tbody tr a").nth(2);
    const href = await row.getAttribute("href");
    await tabTo(page, row);
    await page.keyboard.press("Enter");
    await page.waitForURL(`${stage.url}${href}`);
    await page.goto(`${stage.url}/console/notifications?q=ORD-NEVER`);
    await page.getByText(w.notifications.noneFound("ORD-NEVER")).waitFor();
    await expectWell(page, look);
    expect(complaints.filter((complaint) => !complaint.includes("404"))).toEqual([]);
    await close();
  },
);

it.each(LOOKS)(
  "the list is filtered by state, kind, result and day, and a colleague sees the same by its address ($language, $colours, $width, scripts $scripts)",
  async (look) => {
    const w = wordsOf(look);
    await stage.fill(120);
    const { page, close } = await stage.comeIn(look);
    await page.goto(`${stage.url}/console/notifications`);
    await page.getByRole("link", { name: w.states.dead, exact: true }).click();
    const filter = page.getByText(w.notifications.filter);
    await tabTo(page, filter);
    await page.keyboard.press("Enter");
    await page.getByLabel(w.fields.result, { exact: true }).selectOption("success");
    await page.getByLabel(w.fields.kind, { exact: true }).selectOption("wechat");
    const apply = page.getByRole("button", { name: w.notifications.apply });
    await tabTo(page, apply);
    await page.keyboard.press("Enter");
    await page.waitForURL(/result=success/);
    await page.getByRole("link", { name: w.notifications.times.week, exact: true }).click();
    await page.waitForURL(/from=/);
    const rows = page.locator(".list tbody tr");
    expect(await rows.count()).toBe(4);
    // The row says why it is dead.
    expect(await rows.first().innerText()).toContain(w.reasons.exhausted);
    await expectWell(page, look);
    const colleague = await stage.browser.newContext(optionsOf(look));
    const theirs = await colleague.newPage();
    await theirs.goto(page.url());
    await theirs.locator("#token").fill(CONSOLE_TOKEN);
    await theirs.keyboard.press("Enter");
    await theirs.locator(".list").waitFor();
    expect(theirs.url()).toBe(page.url());
    expect(await theirs.locator(".list tbody tr").count()).toBe(4);
    await colleague.close();
    await close();
  },
);

it.each(LOOKS)(
  "a row is clicked as a whole, is two lines on a phone, and older ones follow ($language, $colours, $width, scripts $scripts)",
  async (look) => {
    const w = wordsOf(look);
    await stage.fill(120);
    const { page, close } = await stage.comeIn(look);
    await page.goto(`${stage.url}/console/notifications?state=delivered`);
    const rows = page.locator(".list tbody tr");
    expect(await rows.count()).toBe(25);
    const box = await page.locator(".list").boundingBox();
    expect(box?.height).toBeLessThan(25 * (look.width === 375 ? 75 : 90));
    const href = await rows.nth(3).getByRole("link").getAttribute("href");
    await rows.nth(3).locator(".number").first().click({ force: true });
    await page.waitForURL(`${stage.url}${href}`);
    await page.goBack();
    await page.getByRole("link", { name: w.frame.older }).click();
    await page.waitForURL(/cursor=/);
    expect(await rows.count()).toBe(25);
    expect(await rows.first().getByRole("link").getAttribute("href")).not.toBe(href);
    await expectWell(page, look);
    await close();
  },
);
