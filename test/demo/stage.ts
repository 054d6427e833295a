// What every demo needs: the receiver, a merchant's origin, and what each side saw of a notification.
import { CONSOLE_TOKEN, type Receiver, SIGNING_SECRET, eventually, startReceiver } from "../e2e/receiver.ts";
import { type Cancellation, newCancellation } from "../simulator/messages.ts";
import { seededRandom } from "../simulator/random.ts";
import type { Answer } from "../simulator/send.ts";
import { type MerchantOrigin, startOrigin } from "./origin.ts";

export interface Stage {
  readonly receiver: Receiver;
  readonly origin: MerchantOrigin;
  /** A cancellation that was never used before. */
  readonly cancellation: () => Cancellation;
  /** Waits until D1 has nothing pending of one event, then tells what D1 holds and what the origin got since. */
  readonly tell: (event: Event, deliveriesBefore: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** By which it is known in D1. */
type Event = { readonly cancelPgCno: string } | { readonly shopOrderNo: string };

interface Row {
  readonly id: string;
  readonly state: string;
  readonly receipts: number;
  readonly attempts: number;
}

export async function startStage(settings: Readonly<Record<string, string>> = {}): Promise<Stage> {
  const origin = await startOrigin(SIGNING_SECRET);
  const receiver = await startReceiver({ ORIGIN_URL: origin.url, RETRY_DELAYS_SECONDS: "1,1,2", ...settings });
  const random = seededRandom(Date.now());
  let serial = 0;
  return {
    receiver,
    origin,
    cancellation() {
      serial += 1;
      return newCancellation(serial, random, Date.now());
    },
    async tell(event, deliveriesBefore) {
      for (const row of await settledRows(receiver, event)) sayRow(row);
      const arrived = origin.deliveries.slice(deliveriesBefore);
      for (const { headers, text, verified } of arrived) {
        say(`  the origin got  ${text.slice(0, 100)}…`);
        say(
          `                  ${headers["webhook-id"]}, ${headers["kicc-notification"]}, attempt ${headers["kicc-attempt"]}, from ${headers["kicc-source"]},`,
        );
        say(`                  signature ${verified ? "right" : "WRONG"}`);
      }
      if (arrived.length === 0) say("  the origin got  nothing");
    },
    async close() {
      await receiver.close();
      await origin.close();
    },
  };
}

async function settledRows({ db }: Receiver, event: Event): Promise<Row[]> {
  const [column, value] =
    "cancelPgCno" in event ? ["cancel_pg_cno", event.cancelPgCno] : ["shop_order_no", event.shopOrderNo];
  return eventually(async () => {
    const { results } = await db
      .prepare(`SELECT id, state, receipts, attempts FROM notifications WHERE ${column} = ? ORDER BY received_at`)
      .bind(value)
      .run<Row>();
    if (results.length === 0) say("  D1 holds        nothing of it");
    return results.every(({ state }) => state !== "pending") && results;
  }, 10_000);
}

function sayRow({ id, state, receipts, attempts }: Row): void {
  say(`  D1 holds        ${id}  ${state}, received ${receipts}×, ${attempts} attempt${attempts === 1 ? "" : "s"}`);
}

export function say(text = ""): void {
  process.stdout.write(`${text}\n`);
}

export function told(answer: Answer): string {
  switch (answer.kind) {
    case "acked":
      return `200 0000 "${answer.resMsg}"${answer.pgCno === null ? "" : `, pgCno ${answer.pgCno}`}`;
    case "refused":
      return `${answer.status} ${answer.resCd} "${answer.resMsg}"`;
    case "timeout":
      return `nothing in ${answer.timeoutMs} ms`;
    case "no-connection":
      return `nothing: ${answer.error}`;
  }
}

/** Until Ctrl-C. */
export async function stay({ receiver }: Stage): Promise<void> {
  say(`\nIt goes on until Ctrl-C. Send one more, from another terminal:
  npx node test/simulator/main.ts --url ${receiver.hookUrl} --sample full --count 1
See what is there:
  curl -H 'Authorization: Bearer ${CONSOLE_TOKEN}' ${receiver.url}/api/notifications
Or in a browser, with the token ${CONSOLE_TOKEN}:
  ${receiver.url}/console`);
  await new Promise((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
}
