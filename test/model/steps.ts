// The steps that a random run is made of: KICC sends, time passes, something fails or works again, a setting changes, a
// person acts.
import * as fc from "fast-check";
import { kiccBody } from "../fixtures.ts";
import { type Settings, TRUE_AMOUNT, type Troubles } from "./world.ts";

export const OURS = "T0099001";

const message = fc.record({
  cancellation: fc.nat(1),
  success: fc.boolean(),
  amount: fc.constantFrom(TRUE_AMOUNT, "9000000"),
  mallId: fc.constantFrom(OURS, OURS, "T0099002"),
});
export type Message = typeof message extends fc.Arbitrary<infer T> ? T : never;

const trouble: fc.Arbitrary<Partial<Troubles>> = fc.oneof(
  fc.record({ d1: fc.constantFrom("well" as const, "full" as const, "away" as const) }),
  fc.record({ queue: fc.constantFrom("well" as const, "refuses" as const) }),
  fc.record({ metrics: fc.constantFrom("answers" as const, "hang" as const) }),
  fc.record({ kicc: fc.constantFrom("answers" as const, "away" as const) }),
  fc.record({ origin: fc.constantFrom("accepts" as const, "fails" as const, "gone" as const) }),
);
const setting: fc.Arbitrary<Partial<Settings>> = fc.oneof(
  fc.record({ DELIVERY: fc.constantFrom("push" as const, "pull" as const, "queue" as const) }),
  fc.record({ CONFIRM: fc.constantFrom("off" as const, "before-delivery" as const) }),
  fc.record({ RETRY_DELAYS_SECONDS: fc.constantFrom("1", "15,30,60") }),
  fc.record({ MALL_IDS: fc.constantFrom(undefined, OURS) }),
);
const how = fc.constantFrom("accepts" as const, "fails" as const, "gone" as const);
const state = fc.constantFrom("dead", "held", "delivered");
const ms = fc.constantFrom(1000, 61_000, 660_000);

/** `which` is an index, modulo the number of candidates. */
export const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant("send" as const), message }) },
  { weight: 6, arbitrary: fc.record({ does: fc.constant("consume" as const) }) },
  { weight: 5, arbitrary: fc.record({ does: fc.constant("minute" as const) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("pull" as const) }) },
  { weight: 5, arbitrary: fc.record({ does: fc.constant("report" as const), which: fc.nat(20), how }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant("wait" as const), ms }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("trouble" as const), trouble }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("set" as const), setting }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("replay" as const), which: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("replay all" as const), state }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("close" as const), which: fc.nat(20) }) },
);
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

export function bodyOf({ cancellation, success, amount, mallId }: Message): string {
  return kiccBody({
    resCd: success ? "0000" : "W901",
    shopOrderNo: "ORD-1",
    pgCno: "26011314205510990001",
    cancelPgCno: `2601140912031099000${cancellation}`,
    mallId,
    amountInfo: { currency: "KRW", amount },
  });
}
