// The page of one notification: everything about the payment, the problem in words, what was sent and answered,
// personal values on demand.
import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deliverBatch } from "../../src/deliver/consumer.ts";
import { storeNotification, storingOf } from "../../src/intake.ts";
import { encodeMessage } from "../../src/queue/message.ts";
import type { Notification } from "../../src/rules/notification.ts";
import { clear, configWith, notificationFrom, rowOf } from "../fixtures.ts";
import { sampleOf } from "../kinds/samples.ts";
import { signedIn, visit } from "./browse.ts";

const PG_CNO = "26011314205510990001";
const SETTINGS = { RETRY_DELAYS_SECONDS: "0,0" };

beforeEach(clear);
afterEach(() => vi.restoreAllMocks());

async function stored(body: object, path: string, about: Partial<Notification> = {}): Promise<Notification> {
  const notification = notificationFrom(JSON.stringify(body), about, path);
  const storing = storingOf(configWith().storing, notification, crypto.randomUUID(), notification.receivedAt);
  const { id } = await storeNotification(env.DB, notification, storing);
  return { ...notification, id };
}

function approved(amount: number): Promise<Notification> {
  const amountInfo = { currency: "KRW", amount };
  const ids = { mallId: "T0099001", shopOrderNo: "ORD-1", pgCno: PG_CNO };
  const receivedAt = Date.now() - 60_000;
  const body = { resCd: "0000", resMsg: "OK", ...ids, approvalDate: "20260113142055", amountInfo };
  return stored(body, "/kicc/wechat/approval", { receivedAt });
}

function cancelled(amount: number, serial: number): Promise<Notification> {
  const amountInfo = { currency: "KRW", amount };
  const cancelPgCno = `2601140912031099000${serial}`;
  const ids = { mallId: "T0099001", shopOrderNo: "ORD-1", pgCno: PG_CNO, cancelPgCno };
  const receivedAt = Date.now() - 1000 * (10 - serial);
  const body = { resCd: "0000", resMsg: "OK", ...ids, cancelDate: "20260114091210", amountInfo };
  return stored(body, "/kicc/wechat/cancel", { receivedAt });
}

async function pageOf({ id }: { readonly id: string }, language = "en"): Promise<string> {
  const cookie = `${await signedIn()}; kicc-language=${language}`;
  return (await visit(`/console/notifications/${id}`, { cookie })).text();
}

/** One attempt to an origin that answers so. */
async function attempt(notification: Notification, number: number, answer: () => Response): Promise<void> {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => answer());
  const content = encodeMessage(notification, number);
  const batch = createMessageBatch("kicc-deliveries", [
    { id: "m", timestamp: new Date(), attempts: number, body: content },
  ]);
  await deliverBatch(batch, configWith(SETTINGS), env.DB);
  await getQueueResult(batch, createExecutionContext());
}

async function rawHistory({ id }: Notification): Promise<string> {
  const row = await env.DB.prepare("SELECT history FROM notifications WHERE id = ?")
    .bind(id)
    .first<{ history: string }>();
  return row?.history ?? "";
}

describe("one payment's story", () => {
  it("has every kind in the order of receipt, and what is left of the amount", async () => {
    const approval = await approved(51_000);
    await cancelled(1000, 1);
    const page = await pageOf(await cancelled(20_000, 2));
    const story = page.slice(page.indexOf('id="story"'));
    expect(story).toContain("Approved ₩51,000, cancelled ₩21,000, left ₩30,000.");
    const order = [...story.matchAll(/[+−] <bdi>(₩[\d,]+)/g)].map(([found]) => found.replace("<bdi>", ""));
    expect(order).toEqual(["+ ₩51,000", "− ₩1,000", "− ₩20,000"]);
    expect(story).toContain(`href="/console/notifications/${approval.id}"`);
    expect(story).toContain("this one");
    expect(page).not.toContain("More was cancelled");
  });

  it("warns where more was cancelled than approved, on each of its notifications, in both languages", async () => {
    const approval = await approved(51_000);
    await cancelled(31_000, 1);
    const last = await cancelled(20_001, 2);
    for (const each of [approval, last]) {
      expect(await pageOf(each)).toContain("More was cancelled than was ever approved: ₩51,001 of ₩51,000");
    }
    expect(await pageOf(last, "ko")).toContain("승인 ₩51,000, 취소 ₩51,001");
  });

  it("leaves out what was made up for a test and what is another merchant's", async () => {
    await approved(51_000);
    const cancellation = await cancelled(60_000, 1);
    await env.DB.prepare("UPDATE notifications SET source = 'test' WHERE id = ?").bind(cancellation.id).run();
    const other = await cancelled(60_000, 2);
    await env.DB.prepare("UPDATE notifications SET state = 'held', reason = 'foreign' WHERE id = ?")
      .bind(other.id)
      .run();
    expect(await pageOf(other)).toContain("Approved ₩51,000, cancelled ₩0, left ₩51,000.");
  });

  it("says that a paid order must be booked or cancelled, and that a refund must be booked, while our system has neither", async () => {
    const [approval, refund] = [await approved(51_000), await cancelled(1000, 1)];
    expect(await pageOf(approval)).not.toContain("KICC demands that a payment");
    await env.DB.exec("UPDATE notifications SET state = 'dead', reason = 'exhausted'");
    expect(await pageOf(approval)).toContain("KICC demands that a payment which cannot be booked is cancelled");
    expect(await pageOf(refund)).toContain("KICC has given the money back. Book the refund by hand");
  });
});

describe("an attempt that failed", () => {
  it("shows the whole answer, its headers, what was sent without a secret, and the problem in words", async () => {
    const refund = await cancelled(1000, 1);
    const text = `${"x".repeat(3900)} the end of it`;
    const headers = { server: "nginx/1.26", "set-cookie": "session=s3cr3t" };
    await attempt(refund, 1, () => new Response(text, { status: 503, headers }));
    const page = await pageOf(refund);
    expect(page).toContain("the end of it");
    expect(page).toContain("server: nginx/1.26");
    expect(page).not.toContain("s3cr3t");
    expect(page).toMatch(/webhook-id: ntf_[0-9a-f]{32}\nwebhook-timestamp: \d{10}\nwebhook-signature: v1,•••\n/);
    expect(page).toContain("kicc-attempt: 1");
    expect(page).toContain("Your handler or the server before it failed (503)");
    expect(await pageOf(refund, "ko")).toContain("처리기나 그 앞의 서버가 실패했습니다(503)");
  });

  it("keeps 4 KiB of the last answer alone, and no more than before of one that was taken in the end", async () => {
    const refund = await cancelled(1000, 1);
    for (const [index, letter] of ["a", "b"].entries()) {
      await attempt(refund, index + 1, () => new Response(letter.repeat(9000), { status: 500 }));
    }
    const failed = JSON.parse(await rawHistory(refund)) as { answer: string; head?: string }[];
    expect(failed.map(({ answer }) => answer.length)).toEqual([500, 4096]);
    expect(failed.map(({ head }) => head === undefined)).toEqual([true, false]);
    await attempt(refund, 3, () => new Response("c".repeat(9000)));
    const taken = JSON.parse(await rawHistory(refund)) as { answer: string; head?: string }[];
    expect(taken.map(({ answer, head }) => [answer.length, head])).toEqual([500, 500, 500].map((n) => [n, undefined]));
    expect(await rowOf(refund.id)).toMatchObject({ state: "delivered" });
  });
});

describe("personal data", () => {
  const deposit = () => stored(sampleOf("online.deposit"), "/kicc/online");
  const ACCOUNT = "79000000000001";
  const looks = async () => (await env.DB.prepare("SELECT who, what, subject FROM audit").run()).results;

  it("are hidden, also in the command, until they are asked for, and the audit has who asked", async () => {
    const { id, body } = await deposit();
    const hidden = await pageOf({ id });
    expect(hidden).toContain("Personal data are hidden.");
    expect(hidden).toContain("notification.body: it has personal data");
    for (const secret of [ACCOUNT, body.toBase64().slice(0, 60)]) expect(hidden).not.toContain(secret);
    expect(await looks()).toEqual([]);

    const cookie = await signedIn();
    const shown = await (await visit(`/console/notifications/${id}/look`, { cookie, form: {} })).text();
    expect(shown).toContain(ACCOUNT);
    expect(shown).toContain(body.toBase64().slice(0, 60));
    expect(await looks()).toEqual([{ who: "token", what: "look", subject: id }]);
  });

  it("are shown to nobody whose look cannot be recorded", async () => {
    const { id } = await deposit();
    await env.DB.exec("ALTER TABLE audit RENAME TO audit_away");
    const response = await visit(`/console/notifications/${id}/look`, { cookie: await signedIn(), form: {} });
    await env.DB.exec("ALTER TABLE audit_away RENAME TO audit");
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain(ACCOUNT);
  });

  it("are shown by no link: a look changes the audit", async () => {
    const { id } = await deposit();
    const cookie = await signedIn();
    expect((await visit(`/console/notifications/${id}/look`, { cookie })).status).toBe(404);
    const page = await (await visit(`/console/notifications/${id}?body=whole`, { cookie })).text();
    expect(page).not.toContain(ACCOUNT);
    const elsewhere = {
      cookie,
      form: {},
      headers: { origin: "https://elsewhere.example", "sec-fetch-site": "cross-site" },
    };
    expect((await visit(`/console/notifications/${id}/look`, elsewhere)).status).toBe(403);
    expect(await looks()).toEqual([]);
  });
});
