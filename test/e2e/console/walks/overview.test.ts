// An operator asks "Is all well?" in a real browser: one sentence, each problem with its link and its guide, the plots,
// and alerts.
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type ConsoleStage, startConsoleStage } from "../stage.ts";
import { LOOKS, expectWell, tabTo, wordsOf } from "../looks.ts";

let stage: ConsoleStage;

beforeAll(async () => {
  stage = await startConsoleStage({ RETRY_DELAYS_SECONDS: "1" });
});
afterAll(() => stage.close());
beforeEach(async () => {
  stage.well = true;
  await stage.fill(0);
});

it.each(LOOKS)(
  "all is well, then one is dead: the sentence says so, and leads to it and to its guide ($language, $colours, $width, scripts $scripts)",
  async (look) => {
    const w = wordsOf(look);
    await stage.told({ shopOrderNo: "ORD-1001" }, "delivered");
    const { page, close, complaints } = await stage.comeIn(look);
    const verdict = page.locator(".verdict");
    expect(await verdict.innerText()).toContain(w.verdict.well("@", "1").split("@").at(-1));
    await expectWell(page, look);
    stage.well = false;
    await stage.told({ shopOrderNo: "ORD-1002" }, "dead");
    await page.getByRole("link", { name: w.frame.renewNow }).click();
    await page.locator(".verdict.urgent").waitFor();
    const told = await verdict.innerText();
    expect(told).toContain(w.verdict.urgent);
    expect(told).toContain("ORD-1002");
    await expectWell(page, look);
    // Of the last attempts the failed ones are shown first.
    expect(await page.locator("#origin + p + h3 + ol > li").first().innerText()).toContain("ORD-1002");
    const guide = verdict.getByRole("link", { name: w.verdict.whatToDo });
    await tabTo(page, guide);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: w.guide.down.title }).waitFor();
    await page.goBack();
    const dead = verdict.getByRole("link", { name: w.verdict.conditions.dead("1") });
    await tabTo(page, dead);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "ORD-1002" }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  },
);

it.each(LOOKS)(
  "24 hours, 7 and 30 days are plotted, and a value shows by key ($language, $colours, $width, scripts $scripts)",
  async (look) => {
    const w = wordsOf(look);
    await stage.fill(120);
    const { page, close } = await stage.comeIn(look);
    for (const range of ["week", "month", "day"] as const) {
      const link = page.getByRole("link", { name: w.overview.ranges[range], exact: true });
      await tabTo(page, link);
      await page.keyboard.press("Enter");
      await page
        .getByRole("heading", { name: w.overview.countTitles[range] })
        .or(page.getByText(w.overview.countTitles[range]))
        .first()
        .waitFor();
      await expectWell(page, look);
    }
    const value = page.locator(".spans a").last();
    await tabTo(page, value);
    const tip = value.locator(".tip");
    expect(await page.evaluate("getComputedStyle(document.activeElement.querySelector('.tip')).opacity")).toBe("1");
    expect(await tip.innerText()).toMatch(/\d/);
    expect(await page.getByRole("table", { name: w.overview.days }).innerText()).toContain("₩");
    await close();
  },
);

it.each(LOOKS)(
  "a test alert is sent, and one that no channel took is shown ($language, $colours, $width, scripts $scripts)",
  async (look) => {
    const w = wordsOf(look);
    const { page, close } = await stage.comeIn(look);
    const before = stage.alerts().length;
    const send = page.getByRole("button", { name: w.overview.testAlert });
    await tabTo(page, send);
    await page.keyboard.press("Enter");
    expect(await page.getByRole("status").innerText()).toBe(w.said.done_alert);
    expect(stage.alerts()).toHaveLength(before + 1);
    await stage.receiver.db
      .prepare(
        "INSERT INTO alert_outbox (channel, host, subject, text, raised_at, tries, error) VALUES ('c', 'chat.shop.example', 's', 'KICC receiver\nDead: 1', ?, 3, 'answered 500')",
      )
      .bind(Date.now())
      .run();
    await page.reload();
    const unsent = await page.getByText(w.overview.unsent).locator("..").innerText();
    expect(unsent).toContain("chat.shop.example");
    expect(unsent).toContain("answered 500");
    await expectWell(page, look);
    await close();
  },
);
