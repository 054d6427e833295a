// What is left of a payment.
import { describe, expect, it } from "vitest";
import { type Movement, balanceOf } from "../../src/rules/balance.ts";

function approval(amount: string | null, currency = "KRW"): Movement {
  return { flow: "in", currency, amount, cancelPgCno: null };
}

function cancellation(amount: string | null, cancelPgCno: string | null): Movement {
  return { flow: "out", currency: "KRW", amount, cancelPgCno };
}

describe("the balance of a payment", () => {
  it("takes each partial cancellation from what was approved", () => {
    expect(balanceOf([approval("10000"), cancellation("3000", "1"), cancellation("7000", "2")])).toEqual({
      currency: "KRW",
      approved: 10_000,
      cancelled: 10_000,
      isOverdrawn: false,
    });
  });

  it("is overdrawn by one won more", () => {
    const all = [approval("10000"), cancellation("3000", "1"), cancellation("7001", "2")];
    expect(balanceOf(all)).toMatchObject({ isOverdrawn: true });
  });

  it("counts one cancellation once, though two notifications tell of it, and each without an id", () => {
    const all = [approval("10000"), cancellation("6000", "1"), cancellation("6000", "1"), cancellation("1000", null)];
    expect(balanceOf([...all, cancellation("1000", null)])).toMatchObject({ cancelled: 8000, isOverdrawn: false });
  });

  it("counts a deposit beside its approval once", () => {
    expect(balanceOf([approval("10000"), approval("10000")])).toMatchObject({ approved: 10_000 });
  });

  it("warns of nothing where no approval is known", () => {
    expect(balanceOf([cancellation("1000", "1")])).toMatchObject({ approved: null, isOverdrawn: false });
  });

  it("sums up cents exactly", () => {
    const all = [approval("0.30", "USD"), { ...cancellation("0.1", "1"), currency: "USD" }];
    expect(balanceOf([...all, { ...cancellation("0.2", "2"), currency: "USD" }])).toMatchObject({
      approved: 0.3,
      cancelled: 0.3,
      isOverdrawn: false,
    });
  });

  it("is not told where there is no amount, or where currencies differ", () => {
    expect(balanceOf([])).toBeNull();
    expect(balanceOf([approval(null), approval("much"), approval("1e99")])).toBeNull();
    expect(balanceOf([approval("1", "USD"), cancellation("1", "1")])).toBeNull();
  });
});
