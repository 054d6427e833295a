import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ownId, plainId, repeatId } from "../../src/kinds/identity.ts";
import type { Comparable } from "../../src/kinds/kind.ts";
import { comparableOfStored, unreadNotification } from "../../src/kinds/make-notification.ts";
import { idOf, kind, notification, relation, told } from "./given.ts";
import { FORM_SAMPLES, JSON_SAMPLES, NOON_KST, bytesOf, sampleOf } from "./samples.ts";

type Json = Readonly<Record<string, unknown>>;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

describe("of wechat.cancel", () => {
  const CANCEL = { at: "/kicc/wechat/cancel" };
  const FULL = sampleOf("wechat.cancel");
  const success = (fields: Json = {}, arrival = {}) => told({ ...FULL, ...fields }, { ...CANCEL, ...arrival });
  const failure = (fields: Json = {}) => success({ resCd: "W901", amountInfo: null, ...fields });

  it("a success without another amount or currency is a receipt, also where one gives none", () => {
    const without = success({ amountInfo: null });
    for (const [known, arriving] of [
      [success(), success()],
      [success(), without],
      [without, success()],
    ] as const) {
      expect(relation(known, arriving)).toBe("same");
    }
    expect(relation(success(), success({ amountInfo: { currency: "00", amount: "0051000" } }))).toBe("same");
  });

  it.each<Json>([
    { amountInfo: { currency: "KRW", amount: 1 } },
    { amountInfo: { currency: "USD", amount: 51000 } },
    { mallId: "05599009" },
    { pgCno: "1" },
    { shopOrderNo: "other" },
    { amountInfo: null, pgCno: "1" },
  ])("a second success with %j is a conflict, whichever came first", (fields) => {
    expect(relation(success(), success(fields))).toBe("conflicts");
    expect(relation(success(fields), success())).toBe("conflicts");
  });

  it.each(["mallId", "pgCno", "shopOrderNo"])("a success that does not give the %s is a receipt", (name) => {
    expect(relation(success(), success({ [name]: "" }))).toBe("same");
    expect(relation(success({ [name]: null }), success())).toBe("same");
  });

  it("a failure after a success contradicts it, whatever else it says; a success after a failure stands for itself", () => {
    for (const fields of [{}, { mallId: "05599009" }, { amountInfo: { amount: 0 } }, { pgCno: "1" }]) {
      expect(relation(success(), failure(fields))).toBe("contradicts");
      expect(relation(failure(fields), success())).toBe("independent");
    }
  });

  it("failures are one only with one result, and what they say of amounts is compared with no success", () => {
    expect(relation(failure(), failure({ resMsg: "again" }))).toBe("same");
    expect(relation(failure(), failure({ resCd: "W902" }))).toBe("independent");
    expect(relation(failure({ amountInfo: { amount: 0 } }), failure({ amountInfo: { amount: 1 } }))).toBe(
      "independent",
    );
    expect(relation(failure({ amountInfo: { amount: 0 } }), failure())).toBe("same");
    expect(relation(failure({ shopOrderNo: "A" }), failure({ shopOrderNo: "B" }))).toBe("conflicts");
    expect(relation(failure({ shopOrderNo: "A" }), failure({ shopOrderNo: "B", resCd: "W902" }))).toBe("independent");
  });

  it("one made from the status API is compared by cancelPgCno and mallId alone", () => {
    const answered = success(
      { amountInfo: { currency: "USD", amount: 9 }, shopOrderNo: "B", pgCno: "1" },
      { source: "status-api" },
    );
    expect(relation(answered, success())).toBe("same");
    expect(relation(success(), answered)).toBe("same");
    expect(relation(answered, success({ mallId: "05599009" }))).toBe("conflicts");
  });

  it("another cancelPgCno is another event", () => {
    expect(relation(success(), success({ cancelPgCno: "26011409120310990043" }))).toBe("independent");
    expect(kind("wechat.cancel").identity.event(success())).toEqual({
      column: "cancelPgCno",
      value: "26011409120310990042",
    });
  });

  it("blanks are no cancelPgCno: two messages that have nothing else are told apart by what they say", () => {
    const blank = (mallId: string) => told({ ...FULL, cancelPgCno: " ".repeat(20), mallId, pgCno: mallId }, CANCEL);
    expect(kind("wechat.cancel").identity.event(blank("1"))).toBeNull();
    expect(relation(blank("05599001"), blank("05599002"))).toBe("independent");
    expect(relation(blank("05599001"), blank("05599001"))).toBe("same");
  });

  it("zeros for a cancelPgCno swallow nobody else's", () => {
    const zeros = (mallId: string) => success({ cancelPgCno: "0".repeat(20), mallId });
    expect(relation(zeros("05599001"), zeros("05599002"))).toBe("conflicts");
  });

  it("without cancelPgCno a success is tied to the status API's by its reference, where nothing differs", () => {
    const bare = (fields: Json = {}, reference: string | null = "R-1") =>
      success({ cancelPgCno: null, cancelDate: null, ...fields }, { reference });
    const answered = success({ amountInfo: null }, { source: "status-api", reference: "R-1" });
    for (const [known, arriving] of [
      [answered, bare()],
      [bare(), answered],
    ] as const) {
      expect(relation(known, arriving)).toBe("same");
    }
    const webhook = success({}, { reference: "R-1" });
    for (const other of [
      bare({}, "R-2"),
      bare({}, null),
      bare({ pgCno: "1" }),
      bare({ mallId: "1" }),
      bare({ resCd: "1" }),
    ]) {
      expect(relation(answered, other)).toBe("independent");
    }
    expect(relation(webhook, bare())).toBe("independent");
  });

  it("has the ids that stored ones have", () => {
    const [full = "", , , , , minimal = "", , , bare = ""] = JSON_SAMPLES["wechat.cancel"] ?? [];
    expect([
      idOf(full, CANCEL),
      idOf(bare, CANCEL),
      idOf(minimal, CANCEL),
      idOf(minimal, { ...CANCEL, reference: "order-1" }),
    ]).toEqual([
      "ntf_ed9f76cb0fa8fc409032b2c27f7a0b22",
      "ntf_d487dc66ca99d9a87c8d0676f7743cac",
      "ntf_f83cf2ab8b08db696e2367be6697ddfd",
      "ntf_76207fd72dc6aea437b2edb938692298",
    ]);
    expect(notification(full, CANCEL).id).toBe("ntf_ed9f76cb0fa8fc409032b2c27f7a0b22");
  });

  it.each<[string, Json]>([
    ["resCd", { resCd: "1" }],
    ["cancelPgCno", { cancelPgCno: "1" }],
    ["currency", { amountInfo: { currency: "1", amount: 51000 } }],
    ["amount", { amountInfo: { currency: "KRW", amount: 1 } }],
    ["amount", { amountInfo: { currency: "KRW" } }],
  ])("has another id for another %s: %j", (_name, fields) => {
    expect(idOf({ ...FULL, ...fields }, CANCEL)).not.toBe(idOf(FULL, CANCEL));
  });

  it.each<Json>([
    { mallId: "1" },
    { shopOrderNo: "1" },
    { pgCno: "1" },
    { resCd: "1" },
    { cancelDate: "1" },
    { amountInfo: { currency: "1", amount: 51000 } },
    { amountInfo: { currency: "KRW", amount: 1 } },
  ])("without a cancelPgCno has another id for %j", (fields) => {
    const without = { ...FULL, cancelPgCno: null };
    expect(idOf({ ...without, ...fields }, CANCEL)).not.toBe(idOf(without, CANCEL));
  });

  it("without a cancelPgCno counts the reference, and neither the body nor the day", () => {
    const order = '{"resCd":"0000","resMsg":"ok","shopOrderNo":"ORD-1"}';
    const reordered = '{"shopOrderNo":"ORD-1","resMsg":"other words","resCd":"0000"}';
    expect(idOf(order, { ...CANCEL, reference: "a" })).not.toBe(idOf(order, { ...CANCEL, reference: "b" }));
    expect(idOf(order, { ...CANCEL, reference: "a" })).toBe(
      idOf(reordered, { ...CANCEL, reference: "a", receivedAt: NOON_KST + DAY_MS }),
    );
  });

  it("keeps apart the fields that two messages fill alike", () => {
    const ids = ["shopOrderNo", "pgCno", "cancelPgCno"].map((name) =>
      idOf({ resCd: "0000", resMsg: "ok", [name]: "1" }, CANCEL),
    );
    ids.push(idOf({ resCd: "0000", resMsg: "ok", shopOrderNo: "1" }, { ...CANCEL, reference: "1" }));
    expect(new Set(ids).size).toBe(4);
  });

  it("of a message that names nothing is its body's on one KST day; a mallId names nothing", () => {
    for (const body of ['{"resCd":"9999","resMsg":"no"}', '{"resCd":"9999","resMsg":"no","mallId":"05599001"}']) {
      const at = (instant: string) => idOf(body, { ...CANCEL, receivedAt: Date.parse(instant) });
      expect(at("2026-01-14T00:00:00+09:00")).toBe(at("2026-01-14T23:59:59.999+09:00"));
      expect(at("2026-01-14T23:59:59.999+09:00")).not.toBe(at("2026-01-15T00:00:00+09:00"));
      expect(idOf(body, CANCEL)).not.toBe(idOf(`${body} `, CANCEL));
    }
  });
});

describe.each([
  ["wechat.approval", "/kicc/wechat/approval"],
  ["alipay.approval", "/kicc/alipay"],
  ["online.approval", "/kicc/online"],
  ["online.unionpay", "/kicc/online"],
])("of %s", (name, at) => {
  const first = sampleOf(name);
  const isFlat = name.startsWith("online");
  const money = (amount: number) => (isFlat ? { amount: String(amount) } : { amountInfo: { currency: "KRW", amount } });
  const approval = (fields: Json = {}, arrival = {}) =>
    told({ ...first, ...money(1000), ...fields }, { at, ...arrival });

  it("failure and success follow a cancellation's rules, by mallId and pgCno", () => {
    expect(relation(approval(), approval({ resMsg: "again" }))).toBe("same");
    expect(relation(approval(), approval({ mallId: "" }))).toBe("same");
    expect(relation(approval(), approval(money(2000)))).toBe("conflicts");
    expect(relation(approval(), approval({ shopOrderNo: "other" }))).toBe("conflicts");
    expect(relation(approval(), approval({ resCd: "9999" }))).toBe("contradicts");
    expect(relation(approval({ resCd: "9999" }), approval())).toBe("independent");
    expect(relation(approval({ resCd: "9999" }), approval({ resCd: "9998" }))).toBe("independent");
    expect(relation(approval(), approval({ mallId: "05599009" }))).toBe("independent");
    expect(relation(approval(), approval({ pgCno: "1" }))).toBe("independent");
  });

  it("is found by its pgCno, and has another id than any other kind with the same numbers", () => {
    expect(kind(name).identity.event(approval())).toEqual({ column: "pgCno", value: first["pgCno"] });
    const kinds = ["wechat.approval", "alipay.approval", "online.approval", "online.unionpay"].map(kind);
    const ids = kinds.map((one) => plainId(one, { ...approval(), kind: one.name }));
    expect(new Set(ids).size).toBe(4);
  });

  it("without a pgCno is told by all that it says, its date too", () => {
    const bare = (fields: Json = {}) => ({ ...first, pgCno: null, ...fields });
    expect(kind(name).identity.event(told(bare(), { at }))).toBeNull();
    expect(idOf(bare({ resMsg: "x" }), { at })).toBe(idOf(bare(), { at, receivedAt: NOON_KST + DAY_MS }));
    const date = isFlat ? "transactionDate" : "approvalDate";
    for (const fields of [
      { [date]: "20260101000000" },
      { shopOrderNo: "1" },
      { mallId: "1" },
      { resCd: "1" },
      money(7),
    ]) {
      expect(idOf(bare(fields), { at })).not.toBe(idOf(bare(), { at }));
    }
    expect(idOf(bare(), { at, reference: "R-1" }) === idOf(bare(), { at })).toBe(isFlat);
    expect(relation(told(bare(), { at }), told(bare(), { at }))).toBe("same");
    expect(relation(told(bare(), { at }), approval())).toBe("independent");
  });

  it("is never weak: a second one would be booked twice", () => {
    for (const fields of [{}, { transactionDate: "", approvalDate: "" }]) {
      expect(kind(name).identity.isWeak(approval(fields))).toBe(false);
    }
  });
});

describe("of the general webhook's other kinds", () => {
  const one = (name: string, fields: Json = {}, at = 0) => told({ ...sampleOf(name, at), ...fields });
  const isWeak = (told: Comparable) => kind(told.kind).identity.isWeak(told);

  it("two deposits to one fixed account in one second are two, whichever id KICC repeats", () => {
    const [first, second] = [one("online.deposit", {}, 1), one("online.deposit", {}, 2)];
    expect(relation(first, second)).toBe("independent");
    for (const fields of [{ pgCno: "1" }, { tlfSno: "1" }, { transactionDate: "20260311110001" }]) {
      expect(relation(first, one("online.deposit", fields, 1))).toBe("independent");
    }
    expect(relation(first, one("online.deposit", { amount: "1" }, 1))).toBe("conflicts");
    expect(relation(first, one("online.deposit", { mallId: null, amount: null }, 1))).toBe("same");
  });

  it("a deposit taken back is never one with its deposit", () => {
    const [deposit, cancelled] = [one("online.deposit"), one("online.deposit-cancel")];
    const alike = one("online.deposit", { notiType: "31" });
    for (const other of [cancelled, alike]) {
      expect(relation(deposit, other)).toBe("independent");
      expect(relation(other, deposit)).toBe("independent");
      expect(plainId(kind(other.kind), other)).not.toBe(plainId(kind(deposit.kind), deposit));
    }
  });

  it("a cancellation and a refund with one cancelPgCno are two", () => {
    const cancelPgCno = { cancelPgCno: "26031915000010990601" };
    expect(relation(one("online.change", cancelPgCno), one("online.refund", cancelPgCno))).toBe("independent");
  });

  it("two partial cancellations are two, by cancelPgCno and without it by date, state and amount", () => {
    expect(relation(one("online.change", {}, 1), one("online.change", {}, 2))).toBe("independent");
    const bare = (fields: Json = {}) => one("online.change", { cancelPgCno: "", ...fields }, 1);
    expect(relation(bare(), bare())).toBe("same");
    for (const fields of [{ statusCode: "TS02" }, { cancelDate: "1" }, { cancelAmount: "1" }, { pgCno: "1" }]) {
      expect(relation(bare(), bare(fields))).toBe("independent");
    }
    expect(relation(bare(), bare({ cancelDate: null, transactionDate: "20260306120000" }))).toBe("same");
    expect(relation(bare(), bare({ cancelAmount: "010000" }))).toBe("same");
  });

  it("what a 20 says of money is what was cancelled", () => {
    expect(one("online.change", {}, 1)).toMatchObject({
      amount: "10000",
      currency: "KRW",
      cancelDate: "20260306120000",
      eventDate: "20260306120000",
    });
    expect(one("online.change", { cancelAmount: "" }, 1).amount).toBe("50000");
    expect(one("online.deposit", { cancelAmount: "1", cancelDate: "20260101000000" })).toMatchObject({
      amount: "15000",
      cancelDate: null,
    });
    expect(relation(one("online.change", {}, 1), one("online.change", { amount: "1" }, 1))).toBe("same");
    expect(relation(one("online.change", {}, 1), one("online.change", { cancelAmount: "1" }, 1))).toBe("conflicts");
  });

  it("the states of one escrow are as many notifications, and another result of one is a conflict", () => {
    const [deposited, confirmed] = [one("online.escrow"), one("online.escrow", {}, 1)];
    expect(deposited.pgCno).toBe(confirmed.pgCno);
    expect(relation(deposited, confirmed)).toBe("independent");
    for (const fields of [{ statusCode: "ES06" }, { cancelPgCno: "1" }, { transactionDate: "1" }, { pgCno: "1" }]) {
      expect(relation(confirmed, one("online.escrow", fields, 1))).toBe("independent");
    }
    expect(relation(confirmed, one("online.escrow", { resCd: "9999" }, 1))).toBe("conflicts");
  });

  it("a refund is told by its cancelPgCno, else by payment, deposit and time", () => {
    expect(relation(one("online.refund"), one("online.refund", { transactionDate: "1", pgCno: null }))).toBe("same");
    const bare = (fields: Json = {}) => one("online.refund", { cancelPgCno: null, ...fields });
    for (const fields of [{ pgCno: "1" }, { depositPgCno: "1" }, { transactionDate: "1" }]) {
      expect(relation(bare(), bare(fields))).toBe("independent");
    }
    expect(relation(bare(), bare({ amount: "1000" }))).toBe("same");
    expect(relation(bare({ amount: "2000" }), bare({ amount: "1000" }))).toBe("conflicts");
  });

  it("a failed transfer is told by all that it has; its amount says nothing", () => {
    const failed = (fields: Json = {}) => one("online.transfer-failed", fields);
    expect(relation(failed({ amount: "1" }), failed({ amount: "2" }))).toBe("same");
    expect(relation(failed(), failed({ resCd: "5414" }))).toBe("conflicts");
    for (const fields of [{ accountNo: "1" }, { transactionDate: "1" }, { cancelPgCno: "1" }, { pgCno: "1" }]) {
      expect(relation(failed(), failed(fields))).toBe("independent");
    }
  });

  it("a slot is weak where a second event would look the same: 51, and 20, 40 or 50 without cancelPgCno and date", () => {
    const undated = { cancelPgCno: "", transactionDate: "", cancelDate: "" };
    expect(isWeak(one("online.transfer-failed", { transactionDate: "1", cancelPgCno: "1" }))).toBe(true);
    for (const name of ["online.change", "online.escrow", "online.refund"]) {
      expect(isWeak(one(name, undated))).toBe(true);
      expect(isWeak(one(name, { ...undated, transactionDate: "1" }))).toBe(false);
      expect(isWeak(one(name, { ...undated, cancelPgCno: "1" }))).toBe(false);
      // Told by all that it says, or by its bytes.
      expect(isWeak(one(name, { ...undated, pgCno: "", tlfSno: "" }))).toBe(false);
    }
    expect(isWeak(one("online.change", { ...undated, cancelDate: "1" }))).toBe(false);
    for (const name of ["online.deposit", "online.deposit-cancel"]) expect(isWeak(one(name, undated))).toBe(false);
  });

  it("an unknown one is told by its notiType, its state and every id and date in it", () => {
    const message = {
      resCd: "0000",
      resMsg: "ok",
      mallId: "05599001",
      notiType: "60",
      pgCno: "1",
      amount: "7000",
      statusCode: "OP01",
      newPgCno: "2",
      cancelPgCno: "3",
      vanSno: "4",
      oilDate: "5",
      shopOrderNo: "6",
      oilCost: "7",
    };
    const other = (fields: Json = {}) => told({ ...message, ...fields });
    for (const fields of [
      { notiType: "61" },
      { statusCode: "OP02" },
      { newPgCno: "9" },
      { cancelPgCno: "9" },
      { vanSno: "9" },
      { oilDate: "9" },
      { pgCno: "9" },
      { thatDate: "9" },
    ]) {
      expect(relation(other(), other(fields))).toBe("independent");
      expect(idOf({ ...message, ...fields })).not.toBe(idOf(message));
    }
    expect(relation(other(), other({ oilCost: "9", resMsg: "other", mallId: "" }))).toBe("same");
    expect(relation(other(), other({ amount: "1" }))).toBe("conflicts");
    expect(relation(other(), other({ resCd: "1" }))).toBe("conflicts");
    expect(relation(told({ ...message, notiType: undefined }), other())).toBe("independent");
  });

  it("are looked for by an id that is indexed, and one that has the tlfSno alone by its order", () => {
    const event = (told: Comparable) => kind(told.kind).identity.event(told);
    expect(event(one("online.change"))).toEqual({ column: "cancelPgCno", value: "26030611000110990301" });
    expect(event(one("online.change", { cancelPgCno: "" }))).toEqual({
      column: "pgCno",
      value: "26030509275210990201",
    });
    expect(event(one("online.deposit", { pgCno: "" }))).toEqual({ column: "shopOrderNo", value: "ORD-20260309-0400" });
    expect(event(one("online.deposit", { pgCno: "", shopOrderNo: "" }))).toBeNull();
    expect(event(one("online.deposit", { pgCno: "", tlfSno: "" }))).toBeNull();
  });

  it("without any id are told by all that they say and their slot, but not by a reference, which names nothing there", () => {
    const bare = { ...sampleOf("online.escrow", 1), pgCno: "" };
    expect(idOf(bare, { reference: "a" })).toBe(
      idOf({ ...bare, resMsg: "x" }, { reference: "b", receivedAt: NOON_KST + DAY_MS }),
    );
    for (const fields of [
      { statusCode: "ES13" },
      { transactionDate: "1" },
      { amount: "1" },
      { shopOrderNo: "1" },
      { notiType: "50" },
    ]) {
      expect(idOf({ ...bare, ...fields })).not.toBe(idOf(bare));
    }
    const nothing = { resCd: "9999", resMsg: "no", notiType: "40" };
    expect(idOf(nothing, { reference: "a" })).toBe(idOf(nothing));
    expect(idOf(nothing, { receivedAt: NOON_KST + DAY_MS })).not.toBe(idOf(nothing));
  });

  it("a form's ids are those of JSON, for a merchant whom KICC moves from one to the other", () => {
    const [form = ""] = FORM_SAMPLES["online.change"] ?? [];
    const json = {
      resCd: "0000",
      resMsg: "x",
      notiType: "20",
      mallId: "05599001",
      pgCno: "26040110403910990801",
      shopOrderNo: "EV-2604011040",
      amount: "945",
      cancelAmount: "400",
      cancelPgCno: "26040112000010990802",
    };
    expect(idOf(form)).toBe(idOf(json));
    expect(relation(told(form), told({ ...json, mallId: null }))).toBe("same");
  });
});

describe("an id of its own", () => {
  it("has whatever is ambiguous: it must not take the real one's", () => {
    const text = JSON_SAMPLES["wechat.cancel"]?.[0] ?? "";
    const twice = `${text.slice(0, -1)},"mallId":"T0099001"}`;
    const arrival = { at: "/kicc/wechat/cancel" };
    expect(notification(twice, arrival)).toMatchObject({ ambiguous: true, cancelPgCno: "26011409120310990042" });
    expect(notification(twice, arrival).id).not.toBe(notification(text, arrival).id);
    expect(notification(twice, arrival).id).toBe(notification(twice, { ...arrival, receivedAt: NOON_KST + DAY_MS }).id);
  });

  it("differs by mallId, pgCno, shopOrderNo and body, and from the plain one", () => {
    const cancel = kind("wechat.cancel");
    const base = told(sampleOf("wechat.cancel"), { at: "/kicc/wechat/cancel" });
    const others = [
      {},
      { mallId: "1" },
      { pgCno: "1" },
      { shopOrderNo: "1" },
      { body: bytesOf("{}") },
      { amount: "1" },
    ];
    const ids = others.map((fields) => ownId(cancel, { ...base, ...fields }));
    expect(new Set([...ids, plainId(cancel, base)]).size).toBe(others.length + 1);
    for (const id of ids) expect(id).toMatch(/^ntf_[0-9a-f]{32}$/);
  });

  it("of a repeat hangs on the one before", () => {
    const failed = told(sampleOf("online.transfer-failed"));
    const one = kind("online.transfer-failed");
    const ids = [plainId(one, failed), repeatId(one, failed, "ntf_1"), repeatId(one, failed, "ntf_2")];
    expect(new Set(ids).size).toBe(3);
    expect(repeatId(one, failed, "ntf_1")).toBe(ids[1]);
  });
});

describe("what is compared of a stored one", () => {
  const columns = { mallId: null, pgCno: null, shopOrderNo: null, currency: null, amount: null };
  const row = { contentType: null, source: "notification", reference: null, receivedAt: NOON_KST, ...columns } as const;

  it("is its body's fields, filled in with what later receipts gave", () => {
    const { amount: _amount, mallId: _mallId, ...poor } = sampleOf("online.deposit");
    const body = bytesOf(JSON.stringify(poor));
    const deposit = kind("online.deposit");
    expect(comparableOfStored(deposit, { ...row, body })).toMatchObject({
      amount: null,
      mallId: null,
      pgCno: poor["pgCno"],
    });
    const filled = comparableOfStored(deposit, { ...row, body, amount: "15000", mallId: "05599001" });
    expect(filled).toMatchObject({ amount: "15000", mallId: "05599001", parts: { tlfSno: "26030918000010990400" } });
    expect(relation(filled, told({ ...sampleOf("online.deposit"), amount: "1" }))).toBe("conflicts");
  });

  it("is the same for each sample in both dialects as when it arrived", () => {
    for (const [name, texts] of [...Object.entries(JSON_SAMPLES), ...Object.entries(FORM_SAMPLES)]) {
      for (const text of texts) {
        const arrived = told(text, { at: kind(name).door });
        const stored = comparableOfStored(kind(name), { ...row, body: bytesOf(text) });
        expect(stored).toEqual(arrived);
      }
    }
  });

  it("is nothing but its bytes of a body that a person let through unread", () => {
    const body = bytesOf("<html>");
    const arrival = {
      body,
      contentType: "text/html",
      source: "notification",
      sourceAddress: null,
      reference: null,
      receivedAt: NOON_KST,
    } as const;
    for (const name of ["wechat.cancel", "online.deposit", "alipay.approval"]) {
      const one = unreadNotification(kind(name), arrival);
      expect(one).toMatchObject({
        kind: name,
        resCd: "",
        pgCno: null,
        body,
        contentType: "text/html",
        ambiguous: false,
      });
      const stored = comparableOfStored(kind(name), { ...row, body });
      expect(plainId(kind(name), stored)).toBe(one.id);
      expect(kind(name).identity.event(stored)).toBeNull();
    }
  });
});

interface Event {
  readonly cancelPgCno: string;
  readonly resCd: string;
  readonly currency: "KRW" | "USD";
  readonly amount: number;
}

const CODES = { KRW: ['"KRW"', '"00"', '"krw "'], USD: ['"USD"', '"01"'] };

describe("the id of a cancellation", () => {
  const event: fc.Arbitrary<Event> = fc.record({
    cancelPgCno: fc.stringMatching(/^[1-9][0-9]{19}$/),
    resCd: fc.constantFrom("0000", "9999", "W901", "5001"),
    currency: fc.constantFrom("KRW", "USD"),
    amount: fc.integer({ min: 0, max: 10_000_000 }),
  });
  /** One of the ways to write an event: numbers bare or as text, zeros, blanks, old codes, other fields, any order. */
  function spellings({ cancelPgCno, resCd, currency, amount }: Event): fc.Arbitrary<string> {
    const amounts = [
      `${amount}`,
      `"${amount}"`,
      `"00${amount} "`,
      `${amount}.00`,
      `"${amount}."`,
      `"${amount}0e-1"`,
      `${amount}E0`,
    ];
    return fc
      .record({
        id: fc.constantFrom(cancelPgCno, `"${cancelPgCno}"`, `" ${cancelPgCno} "`),
        currency: fc.constantFrom(...CODES[currency]),
        amount: fc.constantFrom(...amounts),
        amountFirst: fc.boolean(),
        others: fc.dictionary(fc.stringMatching(/^x[a-z]{1,8}$/), fc.jsonValue(), { maxKeys: 4 }),
        resMsg: fc.string({ minLength: 1 }),
        order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
      })
      .map((spelling) => {
        const money = [`"currency":${spelling.currency}`, `"amount":${spelling.amount}`];
        const known = [
          `"resCd":"${resCd}"`,
          `"resMsg":${JSON.stringify(spelling.resMsg)}`,
          `"cancelPgCno":${spelling.id}`,
          `"amountInfo":{${(spelling.amountFirst ? money.toReversed() : money).join(",")}}`,
        ];
        const unknown = Object.entries(spelling.others).map(([key, value]) => `"${key}":${JSON.stringify(value)}`);
        return `{${[...spelling.order.map((index) => known[index]), ...unknown].join(",")}}`;
      });
  }
  const at = "/kicc/wechat/cancel";

  it("is the same for one event however KICC spells it", () => {
    const pairs = event.chain((one) => fc.tuple(spellings(one), spellings(one)));
    fc.assert(
      fc.property(pairs, fc.integer({ min: 0 }), ([one, other], later) => {
        expect(idOf(one, { at })).toBe(idOf(other, { at, reference: "any", receivedAt: NOON_KST + later }));
        expect(relation(told(one, { at }), told(other, { at }))).toBe("same");
      }),
    );
  });

  it("is another for another cancelPgCno, resCd, currency or amount", () => {
    const pairs = fc
      .tuple(event, event)
      .filter(([one, other]) => JSON.stringify(one) !== JSON.stringify(other))
      .chain(([one, other]) => fc.tuple(spellings(one), spellings(other)));
    fc.assert(
      fc.property(pairs, ([one, other]) => {
        expect(idOf(one, { at })).not.toBe(idOf(other, { at }));
      }),
    );
  });
});
