// Every page of the console in a real browser: axe's rules, widths, and no errors in the browser's log.
import { mkdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { comeIn } from "../browser.ts";
import { type ConsoleStage, startConsoleStage } from "./stage.ts";
import { MANY_LOOKS, LOOKS, expectWell, violations, wordsOf } from "./looks.ts";

const SCREENSHOTS = process.env["SCREENSHOTS"];

let stage: ConsoleStage;

beforeAll(async () => {
  stage = await startConsoleStage();
});
afterAll(() => stage.close());

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

/** A page of many rows takes a minute, so `npm run check` tests one row only. */
const COUNTS = MANY_LOOKS ? [0, 1, 10_000] : [1];

describe("every page", () => {
  it("is held to rules that axe does apply", async () => {
    const { page, close } = await comeIn(stage.browser, stage.url, { bypassCSP: true });
    await page.evaluate("document.documentElement.removeAttribute('lang')");
    expect(await violations(page)).toMatchObject([["html-has-lang", expect.anything()]]);
    await close();
  });

  it("has no script but its own file, no inline style and nothing that the browser complains of", async () => {
    await stage.fill(120);
    const { page, close, complaints } = await comeIn(stage.browser, stage.url);
    for (const at of Object.values(PAGES)) {
      await page.goto(`${stage.url}/console${at}`);
      const inline =
        "script:not([src^='/console/script-']), style, [style], [onclick], [onload], [onerror], a[href^='javascript:']";
      expect(await page.locator(inline).count()).toBe(0);
    }
    expect(complaints.filter((complaint) => !complaint.includes("404"))).toEqual([]);
    await close();
  });

  it.each(LOOKS.filter(({ scripts }) => scripts === "on"))(
    "passes axe and fits its width, empty, with one and with many ($language, $colours, $width, scripts $scripts)",
    async (look) => {
      const { page, close } = await stage.comeIn(look);
      for (const count of COUNTS) {
        await stage.fill(count);
        for (const [name, at] of Object.entries(PAGES)) {
          await page.goto(`${stage.url}/console${at}`);
          await expectWell(page, look);
          if (SCREENSHOTS === undefined) continue;
          mkdirSync(SCREENSHOTS, { recursive: true });
          const file = [name, count, look.language, look.colours, look.width].join("-");
          await page.screenshot({ path: path.join(SCREENSHOTS, `${file}.png`), fullPage: true });
        }
      }
      await page.getByRole("button", { name: wordsOf(look).frame.signOut }).click();
      await page.locator("#token").waitFor();
      await expectWell(page, look);
      await close();
    },
    300_000,
  );
});
