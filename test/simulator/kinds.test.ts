import { expect, test } from "vitest";
import { KICC } from "../../src/kinds/kicc-addresses.ts";
import { readNotification } from "../../src/kinds/read.ts";
import { KINDS, doorAt } from "../../src/kinds/registry.ts";
import { OTHER_KINDS, inForm, inJson, shapeOf } from "./kinds.ts";
import { newCancellation } from "./messages.ts";
import { PRODUCTS, mannersOf } from "./products.ts";
import { seededRandom } from "./random.ts";
import { startReceiver } from "./receiver.ts";
import { sendUntilAcked } from "./resend.ts";
import { send } from "./send.ts";

const IT = newCancellation(7, seededRandom(1), Date.UTC(2026, 0, 14, 0, 12, 10));

test("has a message of every kind that the receiver has, at its product's door", () => {
  expect([...OTHER_KINDS, "wechat.cancel"].toSorted()).toEqual(KINDS.map(({ name }) => name).toSorted());
  for (const of of OTHER_KINDS) {
    const { door, product, tells } = shapeOf(of);
    expect(doorAt(door)?.product).toBe(product);
    expect(readNotification(inJson(tells(IT)), null, doorAt(door) ?? "any")).toMatchObject({
      kind: { name: of, product },
      dialect: "json",
      atOtherDoor: false,
    });
  }
});

test("says the same as a form of the older interface, in either charset", () => {
  for (const of of OTHER_KINDS.filter((kind) => shapeOf(kind).product === "online")) {
    const message = shapeOf(of).tells(IT);
    const [json, ...forms] = [inJson(message), inForm(message, "utf-8"), inForm(message, "euc-kr")].map((body) =>
      readNotification(body, null, doorAt("/kicc/online") ?? "any"),
    );
    if (json?.readable !== true) throw new Error(`Cannot read ${of}`);
    const { kind, fields, parts } = json;
    for (const form of forms) expect(form).toMatchObject({ dialect: "form", kind, fields, parts });
  }
  expect(Buffer.from(inForm({ resMsg: "정상 처리" }, "euc-kr")).toString()).toBe("res_msg=%C1%A4%BB%F3+%C3%B3%B8%AE");
  expect(() => inForm({ walletBrandName: "ALIPAY_CN" }, "utf-8")).toThrow("Cannot write walletBrandName");
});

test("calls from the address of the product, and resends on the product's schedule", () => {
  for (const product of ["wechat", "alipay", "online"] as const) {
    for (const environment of ["production", "development"] as const) {
      expect(KICC[environment].sources[product]).toContain(PRODUCTS[product].addresses[environment]);
    }
  }
  const minutes = (product: "online" | "alipay") => PRODUCTS[product].delaysMs.map((delayMs) => delayMs / 60_000);
  expect(minutes("online")).toEqual(Array.from({ length: 10 }, () => 3));
  expect(minutes("alipay").slice(0, 8)).toEqual([2, 10, 60, 120, 360, 900, 1440, 1440]);
});

test("takes for the ack of a form plain text alone, with either separator", async () => {
  const body = inForm(shapeOf("online.deposit").tells(IT), "euc-kr");
  const text = (status: number, said: string, contentType = "text/plain; charset=utf-8") => ({
    status,
    body: said,
    contentType,
  });
  const answers = [
    text(200, "res_cd=0000\u001fres_msg=SUCCESS"),
    text(200, "res_cd=0000^res_msg=SUCCESS\r\n"),
    text(200, "res_cd=5001^res_msg=FAIL"),
    text(503, "res_cd=0000^res_msg=SUCCESS"),
    text(200, "res_cd=0000&res_msg=SUCCESS"),
    text(200, "res_cd=0000"),
    text(200, "OK"),
    text(200, "res_cd=0000^res_msg=SUCCESS", "text/html"),
    text(200, '{"resCd":"0000","resMsg":"OK"}', "application/json"),
  ];
  const receiver = await startReceiver((number) => answers[number - 1] ?? null);
  const { url, arrivals } = receiver;
  const { from, dialect } = mannersOf("online", body);
  const kinds: string[] = [];
  while (kinds.length < answers.length) kinds.push((await send(url, body, { from, dialect })).kind);
  await receiver.stop();
  expect(kinds).toEqual(["acked", "acked", ...answers.slice(2).map(() => "refused")]);
  expect(arrivals[0]?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
});

test("resends after a 200 without resCd, in either dialect", async () => {
  const answers = [
    { status: 200, body: "{}" },
    { status: 200, body: '{"resCd":"0000","resMsg":"OK"}' },
    { status: 200, body: "OK", contentType: "text/plain" },
    { status: 200, body: "res_cd=0000^res_msg=OK", contentType: "text/plain" },
  ];
  const receiver = await startReceiver((number) => answers[number - 1] ?? null);
  const { url, arrivals } = receiver;
  const message = shapeOf("online.approval").tells(IT);
  for (const body of [inJson(message), inForm(message, "utf-8")]) {
    const { dialect } = mannersOf("online", body);
    expect(await sendUntilAcked(url, body, { dialect, factor: 0 })).toMatchObject({ kind: "acked", sendings: 2 });
  }
  await receiver.stop();
  expect(arrivals).toHaveLength(4);
});
