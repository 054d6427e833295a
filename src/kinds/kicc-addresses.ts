// Facts about KICC: from which addresses it calls, and at which host it is asked. Data only.
import type { Product } from "./kind.ts";

/**
 * By environment: KICC's source addresses by product (from each product's webhook page), and its API host
 * (global-payment).
 */
export const KICC = {
  production: {
    sources: {
      wechat: ["203.233.72.66"],
      alipay: ["203.233.74.25"],
      online: ["203.233.72.150", "203.233.72.151", "61.33.211.180"],
    },
    api: "https://pgapi.easypay.co.kr",
  },
  development: {
    sources: { wechat: ["61.33.205.151"], alipay: ["203.233.74.22"], online: ["61.33.205.151"] },
    api: "https://testpgapi.easypay.co.kr",
  },
} as const satisfies Record<string, { sources: Record<Product, readonly string[]>; api: string }>;

export type Sources = Readonly<Record<Product, readonly string[]>>;

/** KICC's own networks. A caller from one of them is most likely KICC, from an address that no page names. */
export const KICC_NETWORKS = ["203.233.72.0/23", "203.233.74.0/24", "61.33.205.0/24", "61.33.211.0/24"] as const;
