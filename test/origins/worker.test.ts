// From KICC's POST through the real Worker to each of the merchants' receivers, and once into its books.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONSOLE_TOKEN, type Receiver, eventually, startReceiver } from "../e2e/receiver.ts";
import { bareIds, failed, inEucKr, newCancellation, succeeded } from "../simulator/messages.ts";
import { seededRandom } from "../simulator/random.ts";
import { send } from "../simulator/send.ts";
import { LANGUAGES, type Origin, hasNginx, startNginx, startOrigin } from "./origin.ts";

const WRONG_SECRET = "whsec_bm90LW91cnMtYnV0LWFzLWxvbmctYXMtb3Vycy1pcyEh";
const random = seededRandom(17);
let serial = 0;

function cancellation(mallId: string) {
  serial += 1;
  return newCancellation(serial, random, Date.now(), { mallId, shopOrderNo: `주문-${serial}` });
}

interface Row {
  readonly id: string;
  readonly state: string;
  readonly receipts: number;
  readonly attempts: number;
  readonly history: string;
}

async function rowOf({ db }: Receiver, pgCno: string): Promise<Row> {
  const row = await db.prepare("SELECT * FROM notifications WHERE pg_cno = ?").bind(pgCno).first<Row>();
  if (row === null) throw new Error(`Cannot find notification: ${pgCno}`);
  return row;
}

async function settled(receiver: Receiver, pgCno: string): Promise<Row> {
  return eventually(async () => {
    const row = await rowOf(receiver, pgCno);
    return row.history === "[]" || (row.state === "pending" && row.attempts === 0) ? null : row;
  });
}

async function delivered(receiver: Receiver, pgCno: string, attempts: number): Promise<Row> {
  return eventually(async () => {
    const row = await rowOf(receiver, pgCno);
    return row.state === "delivered" && row.attempts === attempts && row;
  });
}

async function replay({ url }: Receiver, id: string): Promise<number> {
  const headers = { authorization: `Bearer ${CONSOLE_TOKEN}` };
  return (await fetch(`${url}/api/notifications/${id}/replay`, { method: "POST", headers })).status;
}

// One Worker for all of them: each has a mallId of its own, routed to it.
const here = LANGUAGES.filter(({ isHere }) => isHere()).map((language, index) => ({
  language,
  name: language.name,
  mallId: `T009900${index + 1}`,
}));
const BEHIND_NGINX = "T0099009";

describe("a notification of KICC's", () => {
  const origins = new Map<string, Origin>();
  const closing: (() => Promise<void>)[] = [];
  let receiver: Receiver;
  let stranger: Receiver;

  beforeAll(async () => {
    for (const { language, mallId } of here) {
      const origin = await startOrigin(language);
      origins.set(mallId, origin);
      closing.push(() => origin.close());
    }
    const routes = Object.fromEntries([...origins].map(([mallId, { url }]) => [mallId, url]));
    const behind = origins.get(here.at(-1)?.mallId ?? "");
    if (hasNginx() && behind) {
      const nginx = await startNginx(behind);
      routes[BEHIND_NGINX] = nginx.url;
      closing.push(() => nginx.close());
    }
    const settings = {
      ORIGIN_URL: Object.values(routes)[0] ?? "",
      ORIGIN_ROUTES: JSON.stringify(routes),
      RETRY_DELAYS_SECONDS: "600",
    };
    receiver = await startReceiver(settings);
    closing.push(() => receiver.close());
    stranger = await startReceiver({ ...settings, ORIGIN_SIGNING_SECRET: WRONG_SECRET });
    closing.push(() => stranger.close());
  });
  afterAll(async () => {
    for (const close of closing.toReversed()) await close();
  });

  describe.each(here)("to the receiver in $name", ({ language, mallId }) => {
    const entriesOf = (id: string) =>
      language.readBooks(origins.get(mallId)?.books ?? "").filter(({ webhookId }) => webhookId === id);

    it("is delivered and booked once, resent by KICC and replayed by a person", async () => {
      const one = cancellation(mallId);
      for (let sending = 1; sending <= 3; sending += 1) await send(receiver.hookUrl, succeeded(one));
      const { id, receipts } = await delivered(receiver, one.pgCno, 1);
      expect(receipts).toBe(3);
      expect(await replay(receiver, id)).toBe(200);
      await delivered(receiver, one.pgCno, 2);
      expect(entriesOf(id)).toEqual([
        {
          webhookId: id,
          what: "refunded",
          orderNo: one.shopOrderNo,
          pgCno: one.pgCno,
          amount: -one.amount,
          currency: "KRW",
        },
      ]);
    });

    it("is read in EUC-KR, and with bare ids of which every digit is kept", async () => {
      const [korean, bare] = [cancellation(mallId), cancellation(mallId)];
      await send(receiver.hookUrl, inEucKr(korean));
      const { id } = await delivered(receiver, korean.pgCno, 1);
      expect(entriesOf(id)).toMatchObject([{ orderNo: korean.shopOrderNo, amount: -korean.amount }]);
      const amounts = `,"amountInfo":{"currency":"00","amount":700},"mallId":"${mallId}"}`;
      const body = new TextDecoder().decode(bareIds(bare)).replace(/\}$/, amounts);
      await send(receiver.hookUrl, new TextEncoder().encode(body));
      const { id: bareId } = await delivered(receiver, bare.pgCno, 1);
      expect(entriesOf(bareId)).toMatchObject([{ pgCno: bare.pgCno, amount: -700, currency: "KRW" }]);
    });

    it("of a cancellation that failed is accepted, and moves no money", async () => {
      const one = cancellation(mallId);
      await send(receiver.hookUrl, failed(one));
      const { id } = await delivered(receiver, one.pgCno, 1);
      expect(entriesOf(id)).toMatchObject([{ what: "refund-failed", amount: null }]);
    });

    it("with a wrong signature is refused with 401, and waits with words of what to look at", async () => {
      const one = cancellation(mallId);
      await send(stranger.hookUrl, succeeded(one));
      const { id, state, history } = await settled(stranger, one.pgCno);
      expect(state).toBe("pending");
      expect(JSON.parse(history)).toMatchObject([
        { outcome: "failed", status: 401, error: expect.stringContaining("check ORIGIN_SIGNING_SECRET") },
      ]);
      expect(entriesOf(id)).toEqual([]);
    });
  });

  it.runIf(hasNginx() && here.length > 0)("through nginx is delivered and booked once", async () => {
    const one = cancellation(BEHIND_NGINX);
    await send(receiver.hookUrl, inEucKr(one));
    const { id } = await delivered(receiver, one.pgCno, 1);
    await replay(receiver, id);
    await delivered(receiver, one.pgCno, 2);
    const behind = here.at(-1);
    const books = origins.get(behind?.mallId ?? "")?.books ?? "";
    const entries = behind?.language.readBooks(books).filter(({ webhookId }) => webhookId === id);
    expect(entries).toMatchObject([{ what: "refunded", orderNo: one.shopOrderNo, amount: -one.amount }]);
  });

  it.runIf(here.length > 0)("made up for a test is taken, and moves no money", async () => {
    const headers = { authorization: `Bearer ${CONSOLE_TOKEN}` };
    const answer = await fetch(`${receiver.url}/api/test`, { method: "POST", headers });
    const { id } = (await answer.json()) as { readonly id: string };
    await eventually(async () => {
      const row = await receiver.db.prepare("SELECT state FROM notifications WHERE id = ?").bind(id).first<Row>();
      return row?.state === "delivered";
    });
    const [first] = here; // where what no route names goes
    const books = origins.get(first?.mallId ?? "")?.books ?? "";
    const entries = first?.language.readBooks(books).filter(({ webhookId }) => webhookId === id);
    expect(entries).toMatchObject([{ what: "test", amount: null }]);
  });
});
