// Input that operations share: numbers, times, text. The error text of each schema says what it wants.
import * as z from "zod/mini";
import { KINDS, PRODUCTS } from "../kinds/registry.ts";

export const LONGEST_MALL_ID = 60;

function within(lowest: number, highest: number) {
  const message = `must be a whole number from ${lowest} to ${highest}`;
  return z.int(message).check(z.gte(lowest, message), z.lte(highest, message));
}

/** A whole number in a JSON body. */
export function wholeNumber(lowest: number, highest: number) {
  return within(lowest, highest);
}

/** A whole number in a query, where it comes as digits. */
export function queryNumber(lowest: number, highest: number) {
  const digits = z.transform((given: unknown) =>
    typeof given === "string" && /^\d+$/.test(given) ? Number(given) : given,
  );
  return z.pipe(digits, within(lowest, highest));
}

/** How many entries a list returns. */
export const limit = z._default(queryNumber(1, 100), 25);

/** RFC 3339 with any offset. */
export const instant = z.iso.datetime({ offset: true, error: "must be an instant as in 2026-01-14T00:12:10Z" });

/** Text from a person: trimmed, not empty, at most `longest` characters. */
export function personText(longest: number) {
  const message = `must be text of 1 to ${longest} characters`;
  return z.string(message).check(
    z.overwrite((text) => text.toWellFormed().trim()),
    z.minLength(1, message),
    z.maxLength(longest, message),
  );
}

/** Text from a program: cut to `longest` characters instead of refused, so that nothing is lost. */
export function programText(longest: number) {
  const message = "must be text that is not empty";
  return z.string(message).check(
    z.overwrite((text) => text.trim().slice(0, longest).toWellFormed()),
    z.minLength(1, message),
  );
}

/** What does not fit is replaced, where a call must not be refused for it. */
export const orElse = z.catch;

/** Text from another system, may be empty: cut to `longest` characters. */
export function anyText(longest: number) {
  return z.string("must be text").check(z.overwrite((text) => text.slice(0, longest).toWellFormed()));
}

const KIND = "must be a kind, as in online.deposit";

/** The name of a kind. */
export const kindName = z.enum(
  KINDS.map(({ name }) => name),
  KIND,
);

const KIND_OR_PRODUCT = "must be a kind, as in online.deposit, or a product: wechat, alipay, online";

/** A kind; or a product, for all its kinds. */
export const kindOrProduct = z.enum([...KINDS.map(({ name }) => name), ...PRODUCTS], KIND_OR_PRODUCT);
