import { describe, expect, it } from "vitest";
import { KINDS, REGISTRY, registryOf } from "../../src/kinds/registry.ts";
import { holdsAsKind } from "./conformance.ts";
import { madeUp } from "./made-up-kind.ts";
import { FORM_SAMPLES, JSON_SAMPLES, UNKNOWN_TYPE } from "./samples.ts";

for (const kind of KINDS) {
  const samples = kind.name === "online.other" ? [UNKNOWN_TYPE] : (JSON_SAMPLES[kind.name] ?? []);
  holdsAsKind(kind, samples, FORM_SAMPLES[kind.name]);
}

// A kind that KICC does not have: one file, and its line in the list.
const WITH_MADE_UP = [madeUp, ...KINDS];
holdsAsKind(madeUp, [UNKNOWN_TYPE.replace('"60"', '"61"')], [], registryOf(WITH_MADE_UP));

describe("the registry", () => {
  it("has every kind and every door of the contract", () => {
    expect(KINDS.map(({ name, door, product }) => [name, door, product])).toEqual([
      ["online.approval", "/kicc/online", "online"],
      ["online.change", "/kicc/online", "online"],
      ["online.deposit", "/kicc/online", "online"],
      ["online.deposit-cancel", "/kicc/online", "online"],
      ["online.escrow", "/kicc/online", "online"],
      ["online.refund", "/kicc/online", "online"],
      ["online.transfer-failed", "/kicc/online", "online"],
      ["online.unionpay", "/kicc/online", "online"],
      ["online.other", "/kicc/online", "online"],
      ["alipay.approval", "/kicc/alipay", "alipay"],
      ["wechat.cancel", "/kicc/wechat/cancel", "wechat"],
      ["wechat.approval", "/kicc/wechat/approval", "wechat"],
    ]);
    expect(REGISTRY.doors.map(({ path, product, fallback }) => [path, product, fallback.name])).toEqual([
      ["/kicc/online", "online", "online.other"],
      ["/kicc/alipay", "alipay", "alipay.approval"],
      ["/kicc/wechat/cancel", "wechat", "wechat.cancel"],
      ["/kicc/wechat/approval", "wechat", "wechat.approval"],
    ]);
    expect(REGISTRY.products.toSorted()).toEqual(["alipay", "online", "wechat"]);
  });

  it("knows no kind and no door by another spelling", () => {
    for (const name of ["wechat.Cancel", "online", "", "constructor"]) expect(REGISTRY.kindNamed(name)).toBeNull();
    for (const path of ["/kicc/wechat/cancel/", "//kicc/online", "/KICC/online", ""]) {
      expect(REGISTRY.doorAt(path)).toBeNull();
    }
  });

  it("opens no door at which a message without a mark is nobody's", () => {
    expect(() => registryOf(KINDS.filter(({ name }) => name !== "online.other"))).toThrow(
      "Cannot open door /kicc/online",
    );
  });

  it("marks what an approval's merchant must book or cancel, and what tells of lost money", () => {
    const named = (which: "demandsBooking" | "isLoss") => KINDS.filter((kind) => kind[which]).map(({ name }) => name);
    expect(named("demandsBooking")).toEqual(["alipay.approval", "wechat.approval"]);
    expect(named("isLoss")).toEqual(["online.deposit-cancel", "online.transfer-failed"]);
    const judged = KINDS.filter(({ identity }) => identity.judgesResults).map(({ name }) => name);
    expect(judged).toEqual([
      "online.approval",
      "online.unionpay",
      "alipay.approval",
      "wechat.cancel",
      "wechat.approval",
    ]);
  });
});
