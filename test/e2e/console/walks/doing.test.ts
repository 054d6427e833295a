// An operator sends yesterday's dead notifications again in a real browser: preview, sending, watching, stopping,
// closing, a CSV file, and the guides.
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { eventually } from "../../receiver.ts";
import { type ConsoleStage, inState, startConsoleStage } from "../stage.ts";
import { LOOKS, expectWell, tabTo, wordsOf } from "../looks.ts";
import { send } from "../../../simulator/send.ts";

let stage: ConsoleStage;

beforeAll(async () => {
  stage = await startConsoleStage({ RETRY_DELAYS_SECONDS: "1" });
});
afterAll(() => stage.close());
beforeEach(async () => {
  stage.well = true;
  await stage.fill(0);
});

async function deadOnes(...orders: readonly string[]): Promise<void> {
  stage.well = false;
  await Promise.all(orders.map((shopOrderNo) => stage.told({ shopOrderNo }, "dead")));
  stage.well = true;
}

const left = (state: string) =>
  stage.receiver.db.prepare("SELECT count(*) AS n FROM notifications WHERE state = ?").bind(state).first<number>("n");

it.each(LOOKS)(
  "today's dead ones are counted and summed up, sent again and watched, with keys alone ($language, $colours, $width, scripts $scripts)",
  async (look) => {
    const w = wordsOf(look);
    await deadOnes("ORD-1001", "ORD-1002");
    const { page, close, complaints } = await stage.comeIn(look);
    await page.goto(`${stage.url}/console/notifications`);
    const press = async (role: "link" | "button", name: string) => {
      const target = page.getByRole(role, { name, exact: true });
      await tabTo(page, target);
      await page.keyboard.press("Enter");
    };
    await press("link", w.states.dead);
    await page.waitForURL(/state=dead/);
    await press("link", w.notifications.times.today);
    await page.waitForURL(/from=/);
    await press("link", w.replay.link);
    await page.getByRole("heading", { name: w.replay.count("2") }).waitFor();
    expect(await page.locator("main").innerText()).toContain("₩102,000");
    await expectWell(page, look);
    await press("button", w.replay.doIt);
    expect(await page.getByRole("status").innerText()).toBe(w.said.done_replayAll);
    expect(await page.getByText(w.replay.left("0", "2")).count()).toBe(1);
    await expectWell(page, look);
    await stage.receiver.cron();
    await eventually(async () => (await left("delivered")) === 2);
    await stage.receiver.cron();
    await page.reload();
    await page.getByText(w.replay.none).waitFor();
    expect(complaints).toEqual([]);
    await close();
  },
);

it.each(LOOKS)(
  "a replay under way is stopped, and what a search shows is closed with a note ($language, $colours, $width, scripts $scripts)",
  async (look) => {
    const w = wordsOf(look);
    await stage.fill(1000);
    const { page, close } = await stage.comeIn(look);
    await page.goto(`${stage.url}/console/replay-many?state=dead`);
    await page.getByRole("button", { name: w.replay.doIt }).click();
    await page.locator("progress").waitFor();
    const stop = page.getByRole("button", { name: w.replay.stop });
    await tabTo(page, stop);
    await page.keyboard.press("Enter");
    await page.getByText(w.said.done_stop).waitFor();
    expect(await left("dead")).toBe(40);
    await page.goto(`${stage.url}/console/notifications?state=dead&q=ORD-20260113-0009`);
    await page.getByRole("link", { name: w.replay.link }).click();
    await page.getByRole("heading", { name: w.replay.count("4") }).waitFor();
    const closing = page.getByText(w.replay.close);
    await tabTo(page, closing);
    await page.keyboard.press("Enter");
    const note = page.getByLabel(w.fields.note);
    await tabTo(page, note);
    await page.keyboard.type("booked by hand");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.getByRole("status").innerText()).toBe(w.said.done_closeMany);
    expect(await left("dead")).toBe(36);
    await close();
  },
);

it.each(LOOKS)(
  "what the filter shows is downloaded as a file for Excel ($language, $colours, $width, scripts $scripts)",
  async (look) => {
    const w = wordsOf(look);
    await stage.fill(1000);
    const { page, close } = await stage.comeIn(look);
    await page.goto(`${stage.url}/console/notifications?state=dead&result=success`);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: w.notifications.download }).click(),
    ]);
    const text = await readFile(await download.path(), "utf8");
    expect(text.startsWith("\uFEFFid,")).toBe(true);
    const lines = text.trim().split("\r\n");
    expect(lines.length).toBeGreaterThan(30);
    for (const line of lines.slice(1)) expect(line).toContain(",dead,");
    await close();
  },
);

it.each(LOOKS)(
  "the guides lead through an outage, a new address and a silent refund ($language, $colours, $width, scripts $scripts)",
  async (look) => {
    const w = wordsOf(look);
    await deadOnes("ORD-1001");
    const { page, close } = await stage.comeIn(look);
    const open = (name: "down" | "address" | "refund") =>
      page.goto(`${stage.url}/console`).then(() => page.getByRole("link", { name: w.guide[name].title }).click());
    await open("down");
    expect(await page.locator(".guide").innerText()).toContain(w.guide.down.dead("1"));
    await expectWell(page, look);
    await page.getByRole("link", { name: w.replay.link }).click();
    await page.getByRole("heading", { name: w.replay.count("1") }).waitFor();

    await open("address");
    await page.getByText(w.guide.address.none).waitFor();
    const body = new TextEncoder().encode(
      '{"resCd":"0000","resMsg":"OK","shopOrderNo":"ORD-1003","cancelPgCno":"26011409120310990077"}',
    );
    await send(stage.receiver.hookUrl, body, { from: "203.233.72.99" });
    await eventually(() => stage.receiver.db.prepare("SELECT 1 FROM quarantine").first());
    await page.reload();
    expect(await page.locator(".guide").innerText()).toContain("wechat: 61.33.205.151,203.233.72.99");
    await expectWell(page, look);
    await page.locator(".guide").getByRole("table").getByRole("link").click();
    await page.getByRole("button", { name: w.quarantine.release }).click();
    await inState(stage.receiver, "ORD-1003", "delivered");

    const { cancelPgCno, pgCno } = stage.kicc.register({ mallId: "T0099001" });
    const announced = { mallId: "T0099001", pgCno, shopOrderNo: "ORD-1004" };
    await fetch(`${stage.receiver.url}/api/cancellations/${cancelPgCno}`, {
      method: "PUT",
      headers: { authorization: "Bearer console-token-for-local-work", "content-type": "application/json" },
      body: JSON.stringify(announced),
    });
    await open("refund");
    await page.getByLabel(w.guide.refund.number).fill(cancelPgCno);
    await page.keyboard.press("Enter");
    await page.getByText(w.guide.refund.noneKnown).waitFor();
    await expectWell(page, look);
    await page.getByRole("button", { name: w.cancellations.askNow }).click();
    await page.getByText(w.cancellations.leads.reconciled).waitFor();
    await inState(stage.receiver, "ORD-1004", "delivered");
    await close();
  },
);
