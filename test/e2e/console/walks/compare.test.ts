// An operator asks "Did these refunds come?" in a real browser: pastes, chooses or drops a list, and lets KICC be asked
// about the missing numbers.
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { encodeEucKr } from "../../../simulator/euc-kr.ts";
import { type ConsoleStage, inState, startConsoleStage } from "../stage.ts";
import { LOOKS, expectWell, tabTo, wordsOf } from "../looks.ts";

let stage: ConsoleStage;

beforeAll(async () => {
  stage = await startConsoleStage();
});
afterAll(() => stage.close());
beforeEach(() => stage.fill(0));

const id = (serial: number) => `260114091203109900${String(serial).padStart(2, "0")}`;

it.each(LOOKS)(
  "a list is compared, KICC is asked about what never came, and what it confirms arrives ($language, $colours, $width, scripts $scripts)",
  async (look) => {
    const w = wordsOf(look);
    await stage.told({ shopOrderNo: "ORD-1001", cancelPgCno: id(1) }, "delivered");
    const { pgCno } = stage.kicc.register({ cancelPgCno: id(2), mallId: "T0099001", shopOrderNo: "ORD-1002" });
    const line = (serial: number) => [id(serial), pgCno, "T0099001", `ORD-100${serial}`].join("\t");
    const list = ["cancelPgCno\tpgCno\tmallId\torder no", line(1), line(2)].join("\n");
    const { page, close, complaints } = await stage.comeIn(look);
    await page.getByRole("link", { name: w.pages.compare, exact: true }).click();
    await expectWell(page, look);
    await page.getByLabel(w.compare.list, { exact: true }).fill(list);
    await page.getByRole("button", { name: w.compare.doIt }).click();
    await page.getByRole("link", { name: `1 ${w.compare.groups.missing}` }).waitFor();
    expect(await page.getByRole("link", { name: `1 ${w.compare.groups.delivered}` }).count()).toBe(1);
    await expectWell(page, look);
    await page.getByRole("button", { name: w.compare.ask("1") }).click();
    expect(await page.getByRole("status").innerText()).toBe(w.compare.answered("1", "0", "0"));
    expect(await page.getByRole("link", { name: `1 ${w.compare.groups.missing}` }).count()).toBe(0);
    await inState(stage.receiver, "ORD-1002", "delivered");
    // The numbers are still in the field, so that they can be compared again.
    await page.getByRole("button", { name: w.compare.doIt }).click();
    await page.getByText(w.compare.allWell).waitFor();
    await expectWell(page, look);
    await page.getByRole("link", { name: id(2) }).click();
    await page.getByRole("heading", { name: "ORD-1002" }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  },
);

it.each(LOOKS)(
  "a file in EUC-KR is compared by order numbers, with keys alone ($language, $colours, $width, scripts $scripts)",
  async (look) => {
    const w = wordsOf(look);
    await stage.told({ shopOrderNo: "ORD-1001" }, "delivered");
    const { page, close } = await stage.comeIn(look);
    await page.goto(`${stage.url}/console/compare`);
    const text = "번호,주문번호,금액\r\n1,ORD-1001,51000\r\n2,ORD-1009,51000\r\n";
    await page
      .getByLabel(w.compare.file)
      .setInputFiles({ name: "목록.csv", mimeType: "text/csv", buffer: Buffer.from(encodeEucKr(text)) });
    const any = page.getByLabel(w.compare.flows.any, { exact: true });
    await tabTo(page, any);
    await page.keyboard.press("ArrowDown"); // refunds and cancellations
    await page.getByRole("button", { name: w.compare.doIt }).focus();
    await page.keyboard.press("Enter");
    await page.getByText(w.compare.result("2", w.compare.numbers.shopOrderNo)).waitFor();
    expect(await page.getByLabel(w.compare.flows.out, { exact: true }).isChecked()).toBe(true);
    expect(await page.getByRole("link", { name: `1 ${w.compare.groups.missing}` }).count()).toBe(1);
    await expectWell(page, look);
    await close();
  },
);

it("a file that is dropped on the form is the form's, and the page stays", async () => {
  await stage.told({ shopOrderNo: "ORD-1001" }, "delivered");
  const { page, close } = await stage.comeIn({ language: "en", colours: "light", width: 1280, scripts: "on" });
  await page.goto(`${stage.url}/console/compare`);
  await page.getByText("You can also drop a file").waitFor();
  const isTaken = await page.evaluate<boolean>(`(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(["orderNo\\nORD-1001\\n"], "list.csv", { type: "text/csv" }));
    const events = ["dragover", "drop"].map((type) => new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    // What is not taken, the browser opens in place of the page.
    return events.every((event) => !document.querySelector("#list").dispatchEvent(event));
  })()`);
  expect(isTaken).toBe(true);
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByText("All of them came").waitFor();
  await close();
});
