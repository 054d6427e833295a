// A delivery as the receiver makes it (contract section 5), but signed here by hand, so that tests can change each
// part.
import { createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { SIGNING_SECRET } from "../e2e/receiver.ts";

export interface Delivery {
  readonly id?: string;
  readonly kind?: string;
  /** Header names in place of, or beside, the usual ones; null leaves one out. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly secrets?: readonly string[];
  readonly signedAt?: number;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export function newId(): string {
  return `ntf_${randomBytes(16).toString("hex")}`;
}

export async function deliver(url: string, body: string | Uint8Array, delivery: Delivery = {}): Promise<Answer> {
  const { id = newId(), kind = "wechat.cancel", secrets = [SIGNING_SECRET], signedAt = Date.now() } = delivery;
  const bytes = Buffer.from(body);
  const timestamp = String(Math.floor(signedAt / 1000));
  const headers = {
    "content-type": "application/json; charset=utf-8",
    "content-length": String(bytes.length),
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": secrets.map((secret) => sign(secret, `${id}.${timestamp}.`, bytes)).join(" "),
    "kicc-notification": kind,
    "kicc-attempt": "1",
    "kicc-received-at": new Date(signedAt).toISOString(),
    "kicc-source": "notification",
    "user-agent": "kicc-edge-receiver/1.0.0",
    accept: "application/json, */*",
    ...delivery.headers,
  };
  const sent = Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
  const request = http.request(url, { method: "POST", headers: sent, agent: false, timeout: 20_000 });
  request.on("timeout", () => request.destroy(new Error("no answer in 20 s")));
  request.end(bytes);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return { status: response.statusCode ?? 0, body: await text(response) };
}

export function sign(secret: string, prefix: string, body: Uint8Array): string {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  return `v1,${createHmac("sha256", key).update(prefix).update(body).digest("base64")}`;
}
