// What the console's walks stand on: the receiver, an origin that is well or not, KICC's API, and a browser.
import type { Browser } from "playwright-core";
import { filling } from "../console/rows.ts";
import { type MerchantOrigin, startOrigin } from "../demo/origin.ts";
import { type Kicc, startKicc } from "../simulator/kicc.ts";
import { send } from "../simulator/send.ts";
import { type Person, comeIn, startBrowser } from "./browser.ts";
import { type Look, optionsOf } from "./looks.ts";
import { type Receiver, SIGNING_SECRET, eventually, startReceiver } from "./receiver.ts";

export interface ConsoleStage {
  readonly receiver: Receiver;
  readonly origin: MerchantOrigin;
  readonly kicc: Kicc;
  readonly browser: Browser;
  readonly url: string;
  /** Whether the origin takes what it gets; it answers 500 else. */
  well: boolean;
  /** D1 with so many of everything, and nothing else. */
  readonly fill: (count: number) => Promise<void>;
  /** A person who signed in, in that look. */
  readonly comeIn: (look: Look) => Promise<Person>;
  /** KICC tells of a cancellation; its id when it is in that state. */
  readonly told: (fields: Told, state: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

export interface Told {
  readonly shopOrderNo: string;
  readonly cancelPgCno?: string;
  readonly resCd?: string;
}

export async function startConsoleStage(settings: Readonly<Record<string, string>> = {}): Promise<ConsoleStage> {
  const kicc = await startKicc();
  const origin = await startOrigin(SIGNING_SECRET, async () =>
    stage.well
      ? { status: 200, body: '{"resCd":"0000","resMsg":"OK"}' }
      : { status: 500, body: '{"resCd":"5001","resMsg":"Internal DB Error"}' },
  );
  const more = { RETRY_DELAYS_SECONDS: "1", KICC_API_URL: kicc.url, ...settings };
  const receiver = await startReceiver({ ORIGIN_URL: origin.url, ...more });
  const browser = await startBrowser();
  const url = `http://localhost:${new URL(receiver.url).port}`;
  const stage: ConsoleStage = {
    receiver,
    origin,
    kicc,
    browser,
    url,
    well: true,
    async fill(count) {
      for (const sql of filling({ count, now: Date.now() })) await receiver.db.prepare(sql).run();
    },
    comeIn: (look) => comeIn(browser, url, optionsOf(look)),
    async told(fields, state) {
      const answer = await send(receiver.hookUrl, body(fields));
      if (answer.kind !== "acked") throw new Error(`Cannot tell of ${fields.shopOrderNo}: it was not acked`);
      return inState(receiver, fields.shopOrderNo, state);
    },
    async close() {
      await browser.close();
      await receiver.close();
      await origin.close();
      await kicc.stop();
    },
  };
  return stage;
}

let serial = 0;

function body({ shopOrderNo, cancelPgCno, resCd = "0000" }: Told): Uint8Array {
  serial += 1;
  const ids = {
    mallId: "T0099001",
    shopOrderNo,
    pgCno: "26011314205510990001",
    cancelPgCno: cancelPgCno ?? `26011409120310${String(serial).padStart(6, "0")}`,
  };
  const amountInfo = { currency: "KRW", amount: 51_000 };
  const message = { resCd, resMsg: "정상취소", ...ids, cancelDate: "20260114091210", amountInfo };
  return new TextEncoder().encode(JSON.stringify(message));
}

/** The id of the one of that order, when it is in that state. */
export async function inState({ db }: Receiver, shopOrderNo: string, state: string): Promise<string> {
  const query = db.prepare("SELECT id FROM notifications WHERE shop_order_no = ? AND state = ?");
  return (await eventually(() => query.bind(shopOrderNo, state).first<{ id: string }>(), 40_000)).id;
}
