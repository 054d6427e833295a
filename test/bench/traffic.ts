// The traffic of a merchant, for weighing and pricing: cancellations only, and a mix of KICC's kinds. Each has its own
// ids.
import { identify } from "../../src/kinds/make-notification.ts";
import { readNotification } from "../../src/kinds/read.ts";
import { doorAt } from "../../src/kinds/registry.ts";
import type { Notification } from "../../src/rules/notification.ts";
import { JSON_SAMPLES } from "../kinds/samples.ts";
import { newCancellation, succeeded } from "../simulator/messages.ts";
import { type Random, seededRandom } from "../simulator/random.ts";

export interface Traffic {
  readonly name: string;
  readonly make: (serial: number, at: number) => Notification;
}

const TYPE = "application/json; charset=utf-8";

/** Of twenty: what a shop that takes cards, deposits and WeChat Pay may get. Kind, place among its samples, how many. */
const MIX = [
  ["online.approval", 0, 7],
  ["online.approval", 1, 1],
  ["online.change", 0, 3],
  ["online.change", 1, 1],
  ["online.deposit", 0, 2],
  ["online.deposit", 1, 2],
  ["online.escrow", 1, 1],
  ["alipay.approval", 0, 1],
  ["wechat.approval", 0, 1],
  ["wechat.cancel", 4, 1],
] as const;

const TEXTS = MIX.flatMap(([kind, place, times]) =>
  Array.from({ length: times }, () => ({ kind, text: JSON_SAMPLES[kind]?.[place] ?? "" })),
);

export const TRAFFICS: readonly Traffic[] = [
  { name: "cancellations", make: cancellations(seededRandom(1)) },
  { name: "a mix of kinds", make: mixed() },
];

function cancellations(random: Random): Traffic["make"] {
  return (serial, at) => {
    const cancellation = newCancellation(serial, random, at);
    return notificationOf("wechat.cancel", succeeded(cancellation, { resMsg: "정상취소" }), at);
  };
}

/** The samples of the pages, with ids and order numbers of their own in place of the sample's. */
function mixed(): Traffic["make"] {
  return (serial, at) => {
    const { kind, text } = TEXTS[(serial * 7) % TEXTS.length] ?? { kind: "wechat.cancel", text: "" };
    const digits = String(serial).padStart(8, "0");
    const day = new Date(at).toISOString().replaceAll(/\D/g, "").slice(2, 14);
    const own = text
      .replaceAll(/"(\d{12})\d{7}(\d)"/g, (_whole, _at, last: string) => `"${day}${digits.slice(1)}${last}"`)
      .replaceAll(/"ORD-\d{8}-\d{4}"/g, `"ORD-20${day.slice(0, 6)}-${digits}"`);
    return notificationOf(kind, new TextEncoder().encode(own), at);
  };
}

function notificationOf(kind: string, bytes: Uint8Array, receivedAt: number): Notification {
  const [product = ""] = kind.split(".");
  const door = doorAt(product === "wechat" ? "/kicc/wechat/cancel" : `/kicc/${product}`);
  const reading = readNotification(bytes, TYPE, door ?? "any");
  if (!reading.readable) throw new Error(`Cannot read a body of ${kind}`);
  const body = Buffer.from(bytes);
  return identify(reading, {
    source: "notification",
    sourceAddress: product === "online" ? "203.233.72.150" : "203.233.72.66",
    receivedAt,
    reference: null,
    // Node 24 has no Uint8Array.toBase64 yet.
    body: Object.assign(body, { toBase64: () => body.toString("base64") }),
  });
}
