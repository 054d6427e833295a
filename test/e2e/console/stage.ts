// What the console's browser tests run against: the receiver, an origin that is well or not, KICC's API, and a browser.
import type { Browser } from "playwright-core";
import { filling } from "../../console/rows.ts";
import { type MerchantOrigin, startOrigin } from "../../demo/origin.ts";
import { type Kicc, startKicc } from "../../simulator/kicc.ts";
import { send } from "../../simulator/send.ts";
import { type Person, comeIn, startBrowser } from "../browser.ts";
import { type Look, optionsOf } from "./looks.ts";
import { type Receiver, SIGNING_SECRET, eventually, startReceiver } from "../receiver.ts";

export interface ConsoleStage {
  readonly receiver: Receiver;
  readonly origin: MerchantOrigin;
  readonly kicc: Kicc;
  readonly browser: Browser;
  readonly url: string;
  /** true: the origin accepts everything. false: it answers 500. */
  well: boolean;
  /** The texts of the alerts that were sent. */
  readonly alerts: () => string[];
  /** Empties D1, then stores so many notifications and other rows. */
  readonly fill: (count: number) => Promise<void>;
  /** Signs a person in, with this look. */
  readonly comeIn: (look: Look) => Promise<Person>;
  /** The body that KICC would send. */
  readonly body: (fields: Told) => Uint8Array;
  /** Sends the notification as KICC. Returns its id when it is in that state. */
  readonly told: (fields: Told, state: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

/** Fields of a cancellation, or with `approval` of an approval. */
export interface Told {
  readonly shopOrderNo: string;
  readonly pgCno?: string;
  readonly cancelPgCno?: string;
  readonly resCd?: string;
  readonly amount?: number;
  readonly isApproval?: true;
}

/**
 * The path of the webhook for alerts, on the origin's own server. It accepts alerts whether the origin is well or not.
 */
const ALERTS = "/alerts";

export async function startConsoleStage(settings: Readonly<Record<string, string>> = {}): Promise<ConsoleStage> {
  const kicc = await startKicc();
  const origin = await startOrigin(SIGNING_SECRET, async ({ path }) =>
    stage.well || path === ALERTS
      ? { status: 200, body: '{"resCd":"0000","resMsg":"OK"}' }
      : { status: 500, body: '{"resCd":"5001","resMsg":"Internal DB Error"}' },
  );
  const more = {
    RETRY_DELAYS_SECONDS: "1",
    KICC_API_URL: kicc.url,
    ALERT_URL: new URL(ALERTS, origin.url).href,
    ...settings,
  };
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
    alerts: () => origin.deliveries.filter(({ path }) => path === ALERTS).map(({ text }) => text),
    async fill(count) {
      const empty = ["replays", "alert_outbox", "alerts", "sightings"].map((table) => `DELETE FROM ${table}`);
      for (const sql of [...empty, ...filling({ count, now: Date.now() })]) await receiver.db.prepare(sql).run();
    },
    body,
    comeIn: (look) => comeIn(browser, url, optionsOf(look)),
    async told(fields, state) {
      const door = fields.isApproval ? "/kicc/wechat/approval" : "/kicc/wechat/cancel";
      const answer = await send(new URL(door, receiver.url), body(fields));
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

function body({ shopOrderNo, resCd = "0000", amount = 51_000, isApproval, ...ids }: Told): Uint8Array {
  serial += 1;
  const own = String(serial).padStart(6, "0");
  const { pgCno = `26011314205510${own}`, cancelPgCno = `26011409120310${own}` } = ids;
  const event = isApproval ? { approvalDate: "20260113142055" } : { cancelPgCno, cancelDate: "20260114091210" };
  const amountInfo = { currency: "KRW", amount };
  const message = { resCd, resMsg: "정상", mallId: "T0099001", shopOrderNo, pgCno, ...event, amountInfo };
  return new TextEncoder().encode(JSON.stringify(message));
}

/** Returns the id of the order's notification when it is in that state. */
export async function inState({ db }: Receiver, shopOrderNo: string, state: string): Promise<string> {
  const query = db.prepare("SELECT id FROM notifications WHERE shop_order_no = ? AND state = ?");
  return (await eventually(() => query.bind(shopOrderNo, state).first<{ id: string }>(), 40_000)).id;
}
