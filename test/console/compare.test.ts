// The compare page: reads lists as people have them, says what became of each number, and asks KICC about the missing
// ones.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { clear, kiccBody, stored } from "../fixtures.ts";
import { given } from "../given.ts";
import { says, standInForKicc } from "../kicc-stand-in.ts";
import { signedIn, visit } from "./browse.ts";

const PATH = "/console/compare";
const [CAME, DEAD, FAILED, NEVER] = ["1", "2", "3", "4"].map((last) => `2601140912031099004${last}`);
const PAYMENT = "26011314205510990001";
/** "취소거래번호,금액" as Korean spreadsheets write it. */
const EUC_KR_HEAD = [
  0xc3, 0xeb, 0xbc, 0xd2, 0xb0, 0xc5, 0xb7, 0xa1, 0xb9, 0xf8, 0xc8, 0xa3, 0x2c, 0xb1, 0xdd, 0xbe, 0xd7,
];

let cookie = "";

beforeEach(async () => {
  await clear();
  await env.DB.batch(["cancellations", "approvals", "audit"].map((name) => env.DB.prepare(`DELETE FROM ${name}`)));
  cookie = await signedIn();
});
afterEach(() => vi.unstubAllGlobals());

async function someCame(): Promise<void> {
  const { id } = await stored(kiccBody({ cancelPgCno: CAME, shopOrderNo: "ORD-1001" }));
  await given.delivered(id);
  const failed = await stored(kiccBody({ cancelPgCno: FAILED, resCd: "W901" }));
  await given.delivered(failed.id);
  const dead = await stored(kiccBody({ cancelPgCno: DEAD }));
  await given.dead(dead.id);
}

async function compared(fields: Readonly<Record<string, string>>): Promise<string> {
  const response = await visit(PATH, { cookie, form: fields });
  expect(response.status).toBe(200);
  return response.text();
}

/** The numbers on the tiles, in order. */
function counts(page: string): string[] {
  return [...page.matchAll(/<strong>(\d+)<\/strong> <span>([^<]+)<\/span>/g)].map(
    ([, count, name]) => `${count} ${name}`,
  );
}

describe("a list", () => {
  it("that is pasted is told number by number, the worst first, and its failures apart", async () => {
    await someCame();
    const page = await compared({ list: [CAME, DEAD, FAILED, NEVER, CAME].join("\n") });
    expect(counts(page)).toEqual(["1 Never came", "1 Dead", "1 Failed at KICC", "1 Delivered"]);
    expect(page).toContain("4 compared: KICC&#39;s ids of cancellations (cancelPgCno)");
    expect(page).toContain("This is what more of them were found by.");
    expect(page).toContain(`href="/console/notifications?q=${NEVER}"`);
    expect(page).not.toContain("All of them came");
  });

  it("of which all came is well", async () => {
    await someCame();
    const page = await compared({ list: `orderNo\nORD-1001` });
    expect(page).toContain("All of them came, and our system took them.");
    expect(page).not.toContain("Never came");
  });

  it.each([
    ["in EUC-KR", (text: string) => Uint8Array.from([...EUC_KR_HEAD, ...new TextEncoder().encode(text)])],
    [
      "in UTF-16, as a spreadsheet's text is",
      (text: string) => utf16(`cancelPgCno\tamount${text.replaceAll(",", "\t")}`),
    ],
  ])("that is a file %s is read", async (_what, bytesOf) => {
    await someCame();
    const page = await uploaded(bytesOf(`\r\n${CAME},51000\r\n${NEVER},51000\r\n`));
    expect(counts(page)).toEqual(["1 Never came", "1 Delivered"]);
    expect(page).not.toContain("This is what more of them were found by.");
  });

  it("of a workbook, of nothing, or with a time that is none is told of in words", async () => {
    expect(await uploaded(Uint8Array.from([0x50, 0x4b, 3, 4, 0]))).toContain("This is an Excel workbook");
    const nothing = await compared({ list: "please <look>" });
    expect(nothing).toContain("No numbers were found");
    expect(nothing).toContain("please &lt;look&gt;</textarea>");
    expect(await compared({ list: CAME ?? "", from: "yesterday" })).toContain("One of the times cannot be read");
    expect(await compared({ list: "cancelPgCno\n2.60114E+19" })).toContain("A spreadsheet has rounded 1 of the ids");
  });

  it("longer than a form may be is taken, one that is too long is told so, and nobody else's is read", async () => {
    const lines = Array.from({ length: 6000 }, (_none, at) => `ORD-${at},a column that nobody needs`);
    const page = await compared({ list: `order no,x\n${lines.join("\n")}` });
    expect(page).toContain("6,000 numbers were found. The first 5,000 are compared.");
    expect(counts(page)).toEqual([]);
    expect(page).toContain("<strong>5,000</strong> <span>Never came</span>");
    expect(await compared({ list: "x".repeat(4_200_000) })).toContain("larger than 4 MiB");
    expect((await visit(PATH, { form: { list: "x".repeat(100_000) } })).status).toBe(401);
  });

  it("is compared with refunds alone, and with a time shows what it lacks", async () => {
    const { id } = await stored(kiccBody({ shopOrderNo: "ORD-1002" }));
    await env.DB.prepare("UPDATE notifications SET kind = 'wechat.approval' WHERE id = ?").bind(id).run();
    await stored(kiccBody({ shopOrderNo: "ORD-1003" }));
    const fields = { list: "ORD-1002", by: "shopOrderNo" };
    const any = await compared(fields);
    expect(counts(any)).toEqual(["1 Waits"]);
    expect(any).toContain("Came as: WeChat Pay approved 1.");
    expect(any).toContain("payment is no sign of its refund");
    expect(await compared({ ...fields, flow: "in" })).not.toContain("payment is no sign of its refund");
    const page = await compared({ ...fields, flow: "out", from: "2026-01-01T00:00" });
    expect(counts(page)).toEqual(["1 Never came"]);
    expect(page).toContain("Came in this time, and not on the list: 1");
    expect(page).toContain("ORD-1003");
  });

  it("has hostile text in it that stays text", async () => {
    const page = await compared({ list: `orderNo\n"><img/src=x1>` });
    expect(page).not.toContain("<img");
    expect(page).toContain("&lt;img/src=x1&gt;");
  });
});

describe("what never came", () => {
  const LIST = `cancelPgCno\tpgCno\tmallId\n${NEVER}\t${PAYMENT}\tT0099001\n${DEAD}\t${PAYMENT}\tT0099001`;

  it("is asked about all at once, and what KICC confirms is a notification", async () => {
    await someCame();
    const kicc = standInForKicc(says({ shopOrderNo: "ORD-LATE" }));
    const before = await compared({ list: LIST });
    expect(before).toContain("Ask KICC about all that never came (1)");
    const page = await compared({ list: LIST, ask: "1" });
    expect(kicc.asked).toMatchObject([{ cancelPgCno: NEVER, pgCno: PAYMENT, mallId: "T0099001" }]);
    expect(page).toContain("KICC was asked about 1. 0 more");
    expect(counts(page)).toEqual(["1 Dead", "1 Waits"]);
    const { results } = await env.DB.prepare("SELECT what, subject FROM audit").run();
    expect(results).toEqual([{ what: "ask", subject: NEVER }]);
  });

  it("and KICC does not confirm says what KICC said, and stays announced", async () => {
    standInForKicc(says({ cancelStatus: "TS01" }));
    const page = await compared({ list: LIST, ask: "1" });
    expect(counts(page)).toEqual(["2 Never came"]);
    expect(page).toContain("정상처리");
    const state = await env.DB.prepare("SELECT state, asks, due_after_ms FROM cancellations").run();
    expect(state.results).toEqual([
      { state: "expected", asks: 1, due_after_ms: 60_000 },
      { state: "expected", asks: 1, due_after_ms: 60_000 },
    ]);
  });

  it("of payments is asked about as approvals, with a merchant that the form asks for", async () => {
    const kicc = standInForKicc(says({ statusCd: "TS01", approvalDate: "20260113142131" }));
    const fields = { list: `pgCno\n${PAYMENT}`, flow: "in" };
    const before = await compared(fields);
    expect(before).toContain('name="mallId"');
    expect(before).toContain('<option value="alipay.approval">');
    const page = await compared({ ...fields, ask: "1", mallId: "T0099001", kind: "alipay.approval" });
    expect(kicc.asked).toMatchObject([{ pgCno: PAYMENT, mallId: "T0099001" }]);
    expect(kicc.asked[0]?.url).toContain("alipay");
    expect(counts(page)).toEqual(["1 Waits"]);
  });

  it("without the payment's id, or by order numbers alone, is not asked about, and the page says why", async () => {
    const alone = await compared({ list: `cancelPgCno\n${NEVER}` });
    expect(alone).toContain("1 cannot be asked about");
    expect(alone).not.toContain("Ask KICC about all");
    expect(await compared({ list: "ORD-1001" })).toContain("KICC can be asked by its own ids, not by order numbers");
  });
});

function utf16(text: string): Uint8Array {
  return Uint8Array.from([
    0xff,
    0xfe,
    ...Array.from(text).flatMap((one) => [one.charCodeAt(0) & 255, one.charCodeAt(0) >> 8]),
  ]);
}

async function uploaded(bytes: Uint8Array): Promise<string> {
  const upload = new FormData();
  upload.set("list", "ORD-9999");
  upload.set("file", new File([bytes], "list.csv"));
  const response = await visit(PATH, { cookie, upload });
  expect(response.status).toBe(200);
  return response.text();
}
