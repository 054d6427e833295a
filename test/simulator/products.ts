// What differs between KICC's three products for a receiver: source addresses, how long KICC waits, when it resends.
import { RESEND_DELAYS_MS, type ResendOptions } from "./resend.ts";
import { type Environment, KICC_ADDRESSES } from "./send.ts";

export type Product = "wechat" | "alipay" | "online";

interface Manners {
  readonly addresses: Readonly<Record<Environment, string>>;
  readonly timeoutMs: number;
  readonly delaysMs: readonly number[];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Alipay's daily resends have no end; nobody here waits for more than a week of them. */
const DAYS = 7;

/** The first of the production addresses where there are several. */
export const PRODUCTS: Readonly<Record<Product, Manners>> = {
  wechat: { addresses: KICC_ADDRESSES, timeoutMs: 10_000, delaysMs: RESEND_DELAYS_MS },
  alipay: {
    addresses: { production: "203.233.74.25", development: "203.233.74.22" },
    timeoutMs: 30_000,
    delaysMs: [
      2 * MINUTE_MS,
      10 * MINUTE_MS,
      ...[1, 2, 6, 15, ...Array.from({ length: DAYS }, () => 24)].map((hours) => hours * HOUR_MS),
    ],
  },
  // Every 3 minutes, ten times; then a person may start the series anew in KICC's admin. How long it waits is not stated.
  online: {
    addresses: { production: "203.233.72.150", development: "61.33.205.151" },
    timeoutMs: 10_000,
    delaysMs: Array.from({ length: 10 }, () => 3 * MINUTE_MS),
  },
};

/** How KICC sends one of a product's notifications: in JSON, unless the body is a form of the older interface. */
export function mannersOf(
  product: Product,
  body: Uint8Array,
  environment: Environment = "development",
): Required<Pick<ResendOptions, "from" | "timeoutMs" | "delaysMs" | "dialect">> {
  const { addresses, timeoutMs, delaysMs } = PRODUCTS[product];
  return { from: addresses[environment], timeoutMs, delaysMs, dialect: dialectOf(body) };
}

function dialectOf(body: Uint8Array): "json" | "form" {
  return /^\w+=/.test(Buffer.from(body.subarray(0, 32)).toString("latin1")) ? "form" : "json";
}
