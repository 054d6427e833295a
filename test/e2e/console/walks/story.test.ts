// An operator reads one payment's whole story in a real browser: what came, what is left to do, what was sent and
// answered, and copying.
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { CONSOLE_TOKEN } from "../../receiver.ts";
import { type ConsoleStage, startConsoleStage } from "../stage.ts";
import { LOOKS, expectWell, optionsOf, tabTo, wordsOf } from "../looks.ts";

let stage: ConsoleStage;

beforeAll(async () => {
  stage = await startConsoleStage({ RETRY_DELAYS_SECONDS: "1" });
});
afterAll(() => stage.close());
beforeEach(async () => {
  stage.well = true;
  await stage.fill(0);
});

const PG_CNO = "26011314205510990001";

it.each(LOOKS)(
  "approval and cancellations are one time line with what is left, and a warning where more was cancelled ($language, $colours, $width, scripts $scripts)",
  async (look) => {
    const w = wordsOf(look);
    const of = { pgCno: PG_CNO };
    await stage.told({ ...of, shopOrderNo: "ORD-1001", isApproval: true, amount: 50_000 }, "delivered");
    const id = await stage.told({ ...of, shopOrderNo: "ORD-1001-A", amount: 20_000 }, "delivered");
    const { page, close, complaints } = await stage.comeIn(look);
    await page.goto(`${stage.url}/console/notifications/${id}`);
    expect(await page.locator("#story + p").innerText()).toBe(w.notification.balance("₩50,000", "₩20,000", "₩30,000"));
    const story = page.locator("section:has(> #story)");
    expect(await story.getByRole("listitem").count()).toBe(2);
    await expectWell(page, look);
    await stage.told({ ...of, shopOrderNo: "ORD-1001-B", amount: 40_000 }, "delivered");
    await page.reload();
    expect(await story.locator(".said").innerText()).toBe(w.notification.overdrawn("₩60,000", "₩50,000"));
    await expectWell(page, look);
    const other = story.getByRole("link").first();
    await tabTo(page, other);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "ORD-1001", exact: false }).first().waitFor();
    expect(complaints).toEqual([]);
    await close();
  },
);

it.each(LOOKS)(
  "a failed attempt shows what was sent without a secret, the answer, its meaning, and a command; and is closed ($language, $colours, $width, scripts $scripts)",
  async (look) => {
    const w = wordsOf(look);
    stage.well = false;
    const id = await stage.told({ shopOrderNo: "ORD-1002" }, "dead");
    const { page, close } = await stage.comeIn(look);
    await page.goto(`${stage.url}/console/notifications/${id}`);
    const attempt = page.locator("section:has(> #attempts) .timeline > li").first();
    expect(await attempt.innerText()).toContain(w.problems.server("500"));
    await attempt.getByText(w.notification.sentHeaders).click();
    const sent = await attempt.locator("details").last().innerText();
    expect(sent).toContain(`webhook-id: ${id}`);
    expect(sent).toContain("webhook-signature: v1,•••");
    await attempt.getByText(w.notification.answerHead).click();
    expect(await attempt.innerText()).toContain("content-type: application/json");
    await page.getByText(w.notification.command).click();
    const command = page.locator(".by-hand pre");
    expect(await command.innerText()).toContain("curl");
    expect(await command.innerText()).not.toContain("whsec_bG9j");
    await expectWell(page, look);
    // The script makes the button. So without scripts there is no button that does nothing.
    const copy = page.locator(".by-hand button.copy");
    expect(await copy.count()).toBe(look.scripts === "on" ? 1 : 0);
    const closing = page.getByText(w.notification.close);
    await tabTo(page, closing);
    await page.keyboard.press("Enter");
    const note = page.getByLabel(w.fields.note);
    await tabTo(page, note);
    await page.keyboard.type("called the customer");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.getByRole("status").innerText()).toBe(w.said.done_close);
    expect(await page.locator(".answer").innerText()).toContain("called the customer");
    await close();
  },
);

it("an id is copied by its button", async () => {
  const id = await stage.told({ shopOrderNo: "ORD-1004" }, "delivered");
  const look = { language: "en", colours: "light", width: 1280, scripts: "on" } as const;
  const { page, close } = await stage.comeIn(look);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(`${stage.url}/console/notifications/${id}`);
  const copy = page.locator("#receipt + dl code + button.copy").last();
  await tabTo(page, copy);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Copied" }).waitFor();
  expect(await page.evaluate<string>("navigator.clipboard.readText()")).toBe(id);
  await close();
});

it.each(LOOKS)(
  "the link of an API's answer or an alert leads there, past the sign-in ($language, $colours, $width, scripts $scripts)",
  async (look) => {
    const id = await stage.told({ shopOrderNo: "ORD-1003" }, "delivered");
    const answer = await fetch(`${stage.receiver.url}/api/notifications/${id}`, {
      headers: { authorization: `Bearer ${CONSOLE_TOKEN}` },
    });
    const { consoleUrl } = (await answer.json()) as { readonly consoleUrl: string };
    const context = await stage.browser.newContext(optionsOf(look));
    const page = await context.newPage();
    await page.goto(consoleUrl.replace("127.0.0.1", "localhost"));
    await expectWell(page, look);
    await page.locator("#token").fill(CONSOLE_TOKEN);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "ORD-1003" }).waitFor();
    expect(page.url()).toContain(`/console/notifications/${id}`);
    await context.close();
  },
);
