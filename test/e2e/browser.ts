// Debian's Chromium, driven by playwright-core: one browser per test file, and a person who is signed in at the
// console.
import { execFileSync } from "node:child_process";
import { type Browser, type BrowserContextOptions, type Page, chromium } from "playwright-core";
import { CONSOLE_TOKEN } from "./receiver.ts";

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function startBrowser(): Promise<Browser> {
  const executablePath = execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();
  return chromium.launch({ executablePath, args: ARGS });
}

export interface Person {
  readonly page: Page;
  readonly close: () => Promise<void>;
  /** What the browser complained of, refused sign-ins apart. */
  readonly complaints: readonly string[];
}

let people = 0;

/**
 * Opens the console at `url` in a context of its own, and signs in by keyboard. Each person has an address of theirs:
 * one address may try ten times a minute.
 */
export async function comeIn(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Person> {
  people += 1;
  const context = await browser.newContext({
    locale: "en-US",
    viewport: { width: 1280, height: 800 },
    extraHTTPHeaders: { "CF-Connecting-IP": `203.0.113.${people}` },
    ...options,
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !message.text().includes("401"))
      complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(`${url}/console`);
  await page.locator("#token").focus();
  await page.keyboard.type(CONSOLE_TOKEN);
  await page.keyboard.press("Enter");
  await page.locator("#needs").waitFor();
  return { page, complaints, close: () => context.close() };
}
