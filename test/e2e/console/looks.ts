// The looks in which the console is tested (language, colours, width, scripts on or off), and what must hold on each
// page in each look.
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { en } from "../../../src/console/words/en.ts";
import { ko } from "../../../src/console/words/ko.ts";
import type { Words } from "../../../src/console/words/words.ts";

export interface Look {
  readonly language: "en" | "ko";
  readonly colours: "light" | "dark";
  readonly width: 375 | 1280;
  readonly scripts: "on" | "off";
}

/**
 * Half of all sixteen: any three of the four choices are seen in every combination. All would take twenty minutes, and
 * nothing on a page depends on all four at once.
 */
const MANY: readonly Look[] = (["en", "ko"] as const).flatMap((language) =>
  (["light", "dark"] as const).flatMap((colours) =>
    ([375, 1280] as const).map((width) => {
      const ones = [language === "ko", colours === "dark", width === 1280].filter(Boolean).length;
      return { language, colours, width, scripts: ones % 2 === 0 ? "off" : "on" } as const;
    }),
  ),
);

/** Two looks that differ in everything. `npm run test:looks` tests many. */
const FEW: readonly Look[] = [
  { language: "ko", colours: "dark", width: 375, scripts: "off" },
  { language: "en", colours: "light", width: 1280, scripts: "on" },
];

const MOST_TABS = 200;

export const MANY_LOOKS = process.env["MANY_LOOKS"] !== undefined;
export const LOOKS = MANY_LOOKS ? MANY : FEW;

export function wordsOf({ language }: Look): Words {
  return { en, ko }[language];
}

/** Options for a browser's context. axe must bypass the page's policy, which allows only the console's own script. */
export function optionsOf({ language, colours, width, scripts }: Look): BrowserContextOptions {
  return {
    locale: { en: "en-US", ko: "ko-KR" }[language],
    colorScheme: colours,
    viewport: { width, height: 800 },
    javaScriptEnabled: scripts === "on",
    bypassCSP: true,
  };
}

interface Axe {
  readonly run: () => Promise<{
    readonly violations: { readonly id: string; readonly nodes: { html: string; failureSummary: string }[] }[];
  }>;
}

export async function violations(page: Page): Promise<unknown[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const found = (await (globalThis as unknown as { axe: Axe }).axe.run()).violations;
    return found.map(({ id, nodes }) => [id, nodes.slice(0, 3).map((node) => [node.html, node.failureSummary])]);
  });
}

/** With all details open, axe finds nothing, and nothing is wider than the window. */
export async function expectWell(page: Page, look: Look): Promise<void> {
  const seen = look.scripts === "on" ? page : await twinOf(page, look);
  await seen.evaluate(
    "for (const one of document.querySelectorAll('details:not([open])')) [one.open, one.dataset.looked] = [true, '']",
  );
  const overflow = await seen.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
  const at = page.url();
  expect({ at, found: await violations(seen), overflow: Math.max(0, overflow) }).toEqual({
    at,
    found: [],
    overflow: 0,
  });
  // Everything is closed again, as a person would find it.
  await seen.evaluate("for (const one of document.querySelectorAll('[data-looked]')) one.open = false");
}

/** Uses only the Tab key, because some people have no mouse. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  const isFocused = () => target.evaluate((element) => element === element.ownerDocument.activeElement);
  for (let press = 0; press < MOST_TABS; press++) {
    if (await isFocused()) return;
    await page.keyboard.press("Tab");
  }
  throw new Error("Cannot reach it by Tab");
}

const twins = new WeakMap<Browser, Map<string, Page>>();

/**
 * axe needs timers, and a page without scripts has none. So axe examines the same document in a page that runs no other
 * script. Each look has one such page, because opening one takes longer than looking at it.
 */
async function twinOf(page: Page, look: Look): Promise<Page> {
  const browser = page.context().browser();
  if (browser === null) throw new Error("Cannot look at a page: its browser is gone");
  const known = twins.get(browser) ?? new Map<string, Page>();
  twins.set(browser, known);
  const name = JSON.stringify(look);
  const twin = known.get(name) ?? (await (await browser.newContext(optionsOf({ ...look, scripts: "on" }))).newPage());
  known.set(name, twin);
  const body = await page.content();
  await twin.unrouteAll();
  await twin.route("**/*.js", (route) => route.abort());
  await twin.route(page.url(), (route) => route.fulfill({ body, contentType: "text/html; charset=utf-8" }));
  await twin.goto(page.url());
  return twin;
}
