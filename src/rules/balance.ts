// Computes what is left of a payment: approvals and deposits add to it, cancellations and refunds take away. Pure.

/** One success that KICC reported about the payment. */
export interface Movement {
  readonly flow: "in" | "out";
  readonly currency: string | null;
  readonly amount: string | null;
  /**
   * The cancellation's id. Two notifications may be about the same one, for example when a refund is requested and
   * later paid out.
   */
  readonly cancelPgCno: string | null;
}

export interface Balance {
  readonly currency: string;
  /** null where no approval is known. */
  readonly approved: number | null;
  readonly cancelled: number;
  /** More was cancelled than was approved. */
  readonly isOverdrawn: boolean;
}

/** Currencies have two decimals at most. */
const PARTS = 100;
/** Larger sums are no longer exact. */
const LARGEST = 1e13;

/**
 * Computes the balance of one payment. KICC may send a deposit beside its approval: the larger amount of the two
 * counts, once.
 * @returns null where nothing can be summed up: no amounts, or several currencies
 */
export function balanceOf(movements: readonly Movement[]): Balance | null {
  const known = movements.flatMap((each) => {
    const parts = partsOf(each.amount);
    return parts === null || each.currency === null ? [] : [{ ...each, parts }];
  });
  const [currency = null, ...others] = new Set(known.map((each) => each.currency));
  if (currency === null || others.length > 0) return null;
  const ins = known.filter(({ flow }) => flow === "in").map(({ parts }) => parts);
  const outs = new Map(
    known
      .filter(({ flow }) => flow === "out")
      .map(({ cancelPgCno, parts }, index) => [cancelPgCno ?? `without an id ${index}`, parts]),
  );
  const cancelled = [...outs.values()].reduce((sum, parts) => sum + parts, 0);
  const approved = ins.length === 0 ? null : Math.max(...ins);
  return {
    currency,
    approved: approved === null ? null : approved / PARTS,
    cancelled: cancelled / PARTS,
    isOverdrawn: approved !== null && cancelled > approved,
  };
}

function partsOf(amount: string | null): number | null {
  const parts = amount === null || amount.trim() === "" ? Number.NaN : Math.round(Number(amount) * PARTS);
  return Number.isFinite(parts) && Math.abs(parts) <= LARGEST ? parts : null;
}
