// The test page in a real browser: a test of any kind and result reaches the origin, and a failure is explained in
// words.
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { KINDS } from "../../../../src/kinds/registry.ts";
import { type ConsoleStage, startConsoleStage } from "../stage.ts";
import { LOOKS, expectWell, wordsOf } from "../looks.ts";

let stage: ConsoleStage;

beforeAll(async () => {
  stage = await startConsoleStage({ RETRY_DELAYS_SECONDS: "600" });
});
afterAll(() => stage.close());
beforeEach(async () => {
  stage.well = true;
  await stage.fill(0);
});

it.each(LOOKS)(
  "a deposit is sent as a test, and each step is seen, by keyboard alone ($language, $colours, $width, scripts $scripts)",
  async (look) => {
    const w = wordsOf(look);
    const { page, close, complaints } = await stage.comeIn(look);
    await page.goto(`${stage.url}/console/test`);
    await expectWell(page, look);
    const kind = page.getByLabel(w.test.kind);
    await kind.focus();
    await page.keyboard.press("Home");
    for (let press = 0; press < KINDS.length && (await kind.inputValue()) !== "online.deposit"; press++) {
      await page.keyboard.press("ArrowDown");
    }
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowDown");
    expect(await page.getByLabel(w.test.success).isChecked()).toBe(true);
    await page.keyboard.press("Enter");
    const steps = page.locator(".steps > li");
    await page.locator(".steps > li.done").nth(4).waitFor();
    expect(await steps.locator("h3").allInnerTexts()).toEqual(
      Object.values(w.test.steps).map((step) => `✓ ${step} ${w.test.progress.done}`),
    );
    expect(await steps.nth(3).innerText()).toContain(`POST ${stage.origin.url}`);
    expect(await steps.nth(4).innerText()).toContain('{"resCd":"0000","resMsg":"OK"}');
    const headers = { "kicc-source": "test", "kicc-notification": "online.deposit" };
    expect(stage.origin.deliveries.at(-1)).toMatchObject({ verified: true, headers });
    await expectWell(page, look);
    expect(complaints).toEqual([]);
    await close();
  },
);

it.each(LOOKS)(
  "a refusal is told in words, with the answer, and the page stays for reading ($language, $colours, $width, scripts $scripts)",
  async (look) => {
    const w = wordsOf(look);
    stage.well = false;
    const { page, close } = await stage.comeIn(look);
    await page.goto(`${stage.url}/console/test`);
    await page.getByLabel(w.test.otherResult).check();
    await page.getByLabel(w.test.otherCode, { exact: true }).fill("W901");
    await page.getByRole("button", { name: w.test.send }).click();
    const answered = page.locator(".steps > li.failed");
    await answered.waitFor();
    const told = await answered.innerText();
    expect(told).toContain(w.problems.server("500"));
    expect(told).toContain("Internal DB Error");
    expect(await page.getByText(w.test.watching).count()).toBe(0);
    await expectWell(page, look);
    // The form keeps what was sent, so that the same can be sent again now that the origin is well.
    stage.well = true;
    expect(await page.getByLabel(w.test.otherCode, { exact: true }).inputValue()).toBe("W901");
    await page.getByRole("button", { name: w.test.send }).click();
    await page.locator(".steps > li.done").nth(4).waitFor();
    await close();
  },
);
