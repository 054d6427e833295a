// The receivers that merchants may copy, each as its own process, with deliveries as the receiver makes them.
import { readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SIGNING_SECRET } from "../e2e/receiver.ts";
import { encodeEucKr } from "../simulator/euc-kr.ts";
import { type Delivery, deliver, newId, sign } from "./deliver.ts";
import { KINDS } from "./kinds.ts";
import { type Entry, LANGUAGES, type Origin, hasNginx, startNginx, startOrigin } from "./origin.ts";

const SECOND_SECRET = "whsec_dGhlLW9uZS10aGF0LWlzLWJlaW5nLXJvdGF0ZWQtaW4h";
const WRONG_SECRET = "whsec_bm90LW91cnMtYnV0LWFzLWxvbmctYXMtb3Vycy1pcyEh";
const ACK = { status: 200, body: '{"resCd":"0000","resMsg":"OK"}' };

let serial = 0;

/** 20 digits that no other has. */
function number(): string {
  serial += 1;
  return `2601140912${String(serial).padStart(10, "0")}`;
}

function cancellation(more: Readonly<Record<string, unknown>> = {}): string {
  const ids = { mallId: "T0099001", shopOrderNo: "주문-7", pgCno: number(), cancelPgCno: number() };
  return JSON.stringify({
    resCd: "0000",
    resMsg: "정상취소",
    ...ids,
    amountInfo: { currency: "KRW", amount: 51_000 },
    ...more,
  });
}

type Make = (text: string) => string | Uint8Array;
const NO_TYPE = { headers: { "content-type": null } };
const typed = (contentType: string) => ({ headers: { "content-type": contentType } });

const BODIES: readonly (readonly [string, Make, Delivery])[] = [
  ["without a Content-Type", (json) => json, NO_TYPE],
  ["with another Content-Type", (json) => json, typed("application/x-www-form-urlencoded")],
  ["in EUC-KR, though the Content-Type says UTF-8", encodeEucKr, {}],
  ["in EUC-KR, as its Content-Type says", encodeEucKr, typed("text/plain; charset=EUC-KR")],
  ["in EUC-KR without a Content-Type", encodeEucKr, NO_TYPE],
  [
    "in UTF-8, though the Content-Type names a charset that nobody knows",
    (json) => json,
    typed("text/plain; charset=x"),
  ],
  ["with a BOM", (json) => `\uFEFF${json}`, {}],
  ["with a BOM, and line ends around it", (json) => `\uFEFF\r\n ${json}\n`, {}],
  ["with a raw line end inside a text", (json) => json.replace("정상취소", "정상\r\n\t취소"), {}],
  ["with NULs behind its end", (json) => `${json}\0\0`, {}],
  ["with its ids as bare numbers, and keeps every digit", (json) => json.replaceAll(/"(\d{20})"/g, "$1"), {}],
  ["with its amount as text", (json) => json.replace("51000", '" 51000 "'), {}],
  ["with escapes", (json) => json.replace("주문", "\\uc8fc\\ubb38").replace("정상", '\\"\\\\\\/\\n\\t'), {}],
  [
    "with numbers, lists and null in it",
    (json) => json.replace("{", '{"a":[1.5,-2e3,true,null,{},[]],"b":null,"c":{},'),
    {},
  ],
];

const FORM = "application/x-www-form-urlencoded";
const FORMS: readonly (readonly [string, Make, Record<string, string | null>])[] = [
  ["in EUC-KR", (form) => form, { "content-type": FORM }],
  ["in EUC-KR, as its Content-Type says", (form) => form, { "content-type": `${FORM}; charset=euc-kr` }],
  ["without a Content-Type", (form) => form, { "content-type": null }],
  ["in UTF-8", (form) => form.replace("%C1%D6%B9%AE", encodeURIComponent("주문")).replace("%C1%A4%BB%F3", "OK"), {}],
  [
    "with blanks around its names",
    (form) => form.replace("order_no=", "+order_no+=").replace("res_cd", "res_cd%20"),
    {},
  ],
  ["with a field twice empty, and one without a value", (form) => `${form}&&a&b=&c=%zz`, {}],
];

const here = LANGUAGES.filter(({ isHere }) => isHere());
const nginxIsHere = hasNginx();

describe.each(here)("the receiver in $name", (language) => {
  let origin: Origin;
  const entriesOf = (id: string): Entry[] =>
    language.readBooks(origin.books).filter(({ webhookId }) => webhookId === id);

  beforeAll(async () => {
    origin = await startOrigin(language, `${SIGNING_SECRET} ${SECOND_SECRET}`);
  });
  afterAll(() => origin.close());

  it.each(KINDS.map((row) => [row.consequence, row] as const))("%s", async (_consequence, row) => {
    const { kind, body, headers = {}, what, amount } = row;
    const [id, pgCno, cancelPgCno] = [newId(), number(), number()];
    const text = JSON.stringify({ ...body, pgCno, cancelPgCno });
    expect(await deliver(origin.url, text, { id, kind, headers })).toEqual(ACK);
    expect(entriesOf(id)).toEqual([{ webhookId: id, what, orderNo: "ORD-1", pgCno, amount, currency: "KRW" }]);
  });

  it("books once what is delivered again, and sixteen times at once", async () => {
    const id = newId();
    const body = cancellation();
    const answers = await Promise.all(Array.from({ length: 16 }, () => deliver(origin.url, body, { id })));
    expect(answers).toEqual(answers.map(() => ACK));
    expect(await deliver(origin.url, body, { id, headers: { "kicc-attempt": "2" } })).toEqual(ACK);
    expect(entriesOf(id)).toHaveLength(1);
  });

  it("books a deposit once that comes as a 30 and as an escrow's ES04", async () => {
    const body = { resCd: "0000", resMsg: "입금완료", shopOrderNo: "ORD-1", pgCno: number(), amount: "15000" };
    const [deposit, escrow] = [newId(), newId()];
    await deliver(origin.url, JSON.stringify({ ...body, notiType: "30" }), { id: deposit, kind: "online.deposit" });
    const es04 = JSON.stringify({ ...body, notiType: "40", statusCode: "ES04" });
    expect(await deliver(origin.url, es04, { id: escrow, kind: "online.escrow" })).toEqual(ACK);
    expect(entriesOf(deposit)).toMatchObject([{ amount: 15_000 }]);
    expect(entriesOf(escrow)).toEqual([]);
  });

  it("books both of two parts of one payment, and a deposit that is taken back", async () => {
    const pgCno = number();
    const part = () => cancellation({ pgCno, amountInfo: { currency: "KRW", amount: 10_000 } });
    await deliver(origin.url, part());
    await deliver(origin.url, part());
    const deposit = { resCd: "0000", resMsg: "입금", shopOrderNo: "ORD-1", pgCno: number(), amount: "500" };
    await deliver(origin.url, JSON.stringify(deposit), { kind: "online.deposit" });
    await deliver(origin.url, JSON.stringify(deposit), { kind: "online.deposit-cancel" });
    const amountsOf = (wanted: string) =>
      language.readBooks(origin.books).flatMap((entry) => (entry.pgCno === wanted ? [entry.amount] : []));
    expect(amountsOf(pgCno)).toEqual([-10_000, -10_000]);
    expect(amountsOf(deposit.pgCno)).toEqual([500, -500]);
  });

  it.each(BODIES)("reads a body %s", async (_how, make, delivery) => {
    const [id, pgCno] = [newId(), number()];
    expect(await deliver(origin.url, make(cancellation({ pgCno })), { id, ...delivery })).toEqual(ACK);
    expect(entriesOf(id)).toMatchObject([{ what: "refunded", orderNo: "주문-7", pgCno, amount: -51_000 }]);
  });

  it.each(FORMS)("reads a form %s", async (_how, make, headers) => {
    const [id, pgCno] = [newId(), number()];
    const form = `res_cd=0000&res_msg=%C1%A4%BB%F3&cno=${pgCno}&memb_id=05599001&amount=30000&order_no=%C1%D6%B9%AE-7`;
    expect(await deliver(origin.url, make(form), { id, kind: "online.deposit", headers })).toEqual(ACK);
    expect(entriesOf(id)).toMatchObject([{ what: "paid", orderNo: "주문-7", pgCno, amount: 30_000 }]);
  });

  it.each([
    ["no JSON", "{nothing"],
    ["JSON with something behind it", `${cancellation()} and more`],
    ["a form without res_cd", "a=b"],
    ["nothing at all", ""],
    ["JSON that is nested ten thousand times", '{"a":'.repeat(10_000)],
  ])("keeps what nobody can read, %s, for a person, and asks for no resend", async (_what, body) => {
    const id = newId();
    expect(await deliver(origin.url, body, { id })).toEqual(ACK);
    expect(entriesOf(id)).toMatchObject([{ what: "look", amount: null }]);
  });

  it("takes a signature by either secret, and one among several", async () => {
    for (const secrets of [[SIGNING_SECRET], [SECOND_SECRET], [WRONG_SECRET, SECOND_SECRET]]) {
      expect(await deliver(origin.url, cancellation(), { secrets })).toEqual(ACK);
    }
  });

  const minutes = (count: number) => Date.now() + count * 60_000;
  const refused: readonly (readonly [string, () => Delivery])[] = [
    ["a wrong secret", () => ({ secrets: [WRONG_SECRET] })],
    ["no signature", () => ({ headers: { "webhook-signature": null } })],
    ["an empty signature", () => ({ headers: { "webhook-signature": "" } })],
    ["a signature that is none", () => ({ headers: { "webhook-signature": "v1, v1,x v2,y \u00e9" } })],
    ["no id", () => ({ headers: { "webhook-id": null } })],
    ["another id", () => ({ headers: { "webhook-id": newId() } })],
    ["no time", () => ({ headers: { "webhook-timestamp": null } })],
    ["another time", () => ({ headers: { "webhook-timestamp": String(Math.floor(Date.now() / 1000) + 1) } })],
    ["a time that is no number", () => ({ headers: { "webhook-timestamp": "now" } })],
    ["a right signature of six minutes ago", () => ({ signedAt: minutes(-6) })],
    ["a right signature from six minutes ahead", () => ({ signedAt: minutes(6) })],
  ];
  it.each(refused)("refuses %s with 401 and keeps nothing", async (_what, delivery) => {
    const id = newId();
    const answer = await deliver(origin.url, cancellation(), { id, ...delivery() });
    expect(answer.status).toBe(401);
    expect(readFileSync(origin.books).includes(id)).toBe(false);
  });

  it("refuses a body of which one byte was changed", async () => {
    const id = newId();
    const body = cancellation();
    const { signature, timestamp } = signedFor(body);
    const headers = { "webhook-signature": signature, "webhook-timestamp": timestamp, "webhook-id": "ntf_signed" };
    expect((await deliver(origin.url, body.replace("51000", "91000"), { id, headers })).status).toBe(401);
    expect(await deliver(origin.url, body, { id, headers })).toEqual(ACK);
  });

  it("loses nothing and doubles nothing when it is killed again and again", async () => {
    const ids = Array.from({ length: 24 }, newId);
    const pending = new Map(ids.map((id) => [id, cancellation()]));
    for (let round = 0; pending.size > 0 && round < 6; round += 1) {
      const attempts = [...pending].map(async ([id, body]) => {
        const answer = await deliver(origin.url, body, { id }).catch(() => null);
        if (answer?.status === 200) pending.delete(id);
      });
      if (round < 3) {
        await Promise.race(attempts);
        await origin.kill();
      }
      await Promise.all(attempts);
      if (round < 3) await origin.restart();
    }
    expect([...pending.keys()]).toEqual([]);
    for (const id of ids) expect(entriesOf(id)).toHaveLength(1);
  });

  it("books once though two processes share the books", async () => {
    const other = await startOrigin(language, SIGNING_SECRET, origin.books);
    try {
      const sendings = Array.from({ length: 8 }, () => ({ id: newId(), body: cancellation() }));
      const answers = await Promise.all(
        sendings.flatMap(({ id, body }) => [deliver(origin.url, body, { id }), deliver(other.url, body, { id })]),
      );
      expect(answers).toEqual(answers.map(() => ACK));
      for (const { id } of sendings) expect(entriesOf(id)).toHaveLength(1);
    } finally {
      await other.close();
    }
  });

  // In between, what was written first must not be there without the rest.
  it.runIf(language.name !== "java")("keeps nothing of what it could not book whole, and says 5001", async () => {
    const id = newId();
    const body = cancellation();
    change(
      origin.books,
      "CREATE TRIGGER broken BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'disk is full'); END",
    );
    const answer = await deliver(origin.url, body, { id });
    expect(answer).toMatchObject({ status: 500, body: expect.stringContaining('"resCd":"5001"') });
    expect(readFileSync(origin.books).includes(id)).toBe(false);
    change(origin.books, "DROP TRIGGER broken");
    expect(await deliver(origin.url, body, { id })).toEqual(ACK);
    expect(entriesOf(id)).toHaveLength(1);
  });

  it.runIf(language.name === "java")(
    "forgets a line that a crash cut off, and books it when it comes again",
    async () => {
      const [id, next] = [newId(), newId()];
      await origin.kill();
      writeFileSync(origin.books, `${id}\twechat.cancel\trefunded:1\trefun`, { flag: "a" });
      await origin.restart();
      expect(await deliver(origin.url, cancellation(), { id })).toEqual(ACK);
      expect(await deliver(origin.url, cancellation(), { id: next })).toEqual(ACK);
      expect(entriesOf(id)).toMatchObject([{ what: "refunded", amount: -51_000 }]);
      expect(entriesOf(next)).toHaveLength(1);
      expect(readFileSync(origin.books, "utf8")).not.toContain("refun\n");
    },
  );

  it.runIf(nginxIsHere)("is reached through nginx with bytes and headers as they are", async () => {
    const nginx = await startNginx(origin);
    try {
      const id = newId();
      const body = encodeEucKr(cancellation());
      expect(await deliver(nginx.url, body, { id })).toEqual(ACK);
      expect(entriesOf(id)).toMatchObject([{ orderNo: "주문-7", amount: -51_000 }]);
      const large = cancellation({ resMsg: "x".repeat(65_000) });
      expect(await deliver(nginx.url, large)).toEqual(ACK);
      expect((await deliver(nginx.url, body, { secrets: [WRONG_SECRET] })).status).toBe(401);
      expect((await deliver(nginx.url.replace("/kicc", "/other"), body)).status).toBe(404);
    } finally {
      await nginx.close();
    }
  });
});

function signedFor(body: string): { readonly signature: string; readonly timestamp: string } {
  const timestamp = String(Math.floor(Date.now() / 1000));
  return { timestamp, signature: sign(SIGNING_SECRET, `ntf_signed.${timestamp}.`, Buffer.from(body)) };
}

function change(books: string, sql: string): void {
  const db = new DatabaseSync(books, { timeout: 5000 });
  db.exec(sql);
  db.close();
}
