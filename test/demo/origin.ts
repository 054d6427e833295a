// A small merchant's origin over real HTTP: verifies each delivery with the standardwebhooks library, and books it once.
import { type IncomingMessage, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { Webhook, WebhookVerificationError } from "standardwebhooks";

export interface Delivery {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly text: string;
  /** Whether the signature is right. */
  readonly verified: boolean;
  /** Its webhook-id was booked before. */
  readonly seen: boolean;
}

export interface MerchantOrigin {
  readonly url: string;
  readonly deliveries: readonly Delivery[];
  readonly close: () => Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * @param secret `whsec_…`
 * @param answer in place of booking what verifies, which it answers as a handler written for KICC does
 */
export async function startOrigin(
  secret: string,
  answer: (delivery: Delivery) => Answer | Promise<Answer> = book,
): Promise<MerchantOrigin> {
  const webhook = new Webhook(secret);
  const deliveries: Delivery[] = [];
  const booked = new Set<string>();
  const server = createServer((request, response) => {
    const answering = async () => {
      const delivery = await read(request, webhook, booked);
      deliveries.push(delivery);
      if (delivery.verified) booked.add(delivery.headers["webhook-id"] ?? "");
      const { status, body = "", headers = {} } = await answer(delivery);
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
    };
    answering().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/kicc`,
    deliveries,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function book({ verified }: Delivery): Answer {
  return verified ? { status: 200, body: '{"resCd":"0000","resMsg":"OK"}' } : { status: 401 };
}

async function read(request: IncomingMessage, webhook: Webhook, booked: ReadonlySet<string>): Promise<Delivery> {
  const body = await buffer(request);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  return {
    path: request.url ?? "/",
    headers,
    body: new Uint8Array(body),
    text: body.toString("utf8"),
    verified: verifies(webhook, body.toString("utf8"), headers),
    seen: booked.has(headers["webhook-id"] ?? ""),
  };
}

function verifies(webhook: Webhook, text: string, headers: Record<string, string>): boolean {
  try {
    webhook.verify(text, headers);
    return true;
  } catch (error) {
    // The library parses JSON where the signature is right: a form of the older interface is none.
    return !(error instanceof WebhookVerificationError);
  }
}
