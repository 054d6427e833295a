// Rows with short bodies beside rows of version 1.0.0: the same bytes, the same answers.
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { lineOf } from "../../src/archive/line.ts";
import { claim } from "../../src/store/claim.ts";
import { type Settlement, settle } from "../../src/store/settle.ts";
import { readArchivable } from "../../src/store/archive-plan.ts";
import { find } from "../../src/store/search.ts";
import { call } from "../calls.ts";
import { clear, kiccBody, stored } from "../fixtures.ts";

const NOW = 1_768_349_600_000;
const ANSWER = '{"resCd":"0000","resMsg":"it\'s OK"}';

beforeEach(clear);

/** Claims and settles it, as the consumer does. */
async function deliver(id: string, body: Uint8Array, now = NOW): Promise<void> {
  const { claimed } = await claim(env.DB, [id], { claimant: "a consumer", now, until: now + 1000, maxTries: 16 });
  const attempt = {
    number: claimed[0]?.attempts ?? 0,
    startedAt: now + 3,
    durationMs: 143,
    outcome: "accepted",
  } as const;
  const settlement: Settlement = {
    id,
    attempt: { ...attempt, status: 200, error: null, answer: ANSWER },
    decision: { state: "delivered" },
    body,
  };
  await settle(env.DB, [settlement], now + 150);
}

/** The same, in the words of 1.0.0. */
async function deliverAs100(id: string, now = NOW): Promise<void> {
  const history = [
    { number: 1, startedAt: now + 3, durationMs: 143, outcome: "accepted", status: 200, error: null, answer: ANSWER },
  ];
  await env.DB.prepare(
    `UPDATE notifications SET state = 'delivered', attempts = 1, tries = 1, claim = 'a consumer', claimed_at = ?2, settled_at = ?3,
       delivered_at = ?3, history = ?4 WHERE id = ?1`,
  )
    .bind(id, now, now + 150, JSON.stringify(history))
    .run();
}

const columns = () => env.DB.prepare("SELECT body, content, text, history FROM notifications").first();

describe("a delivered row", () => {
  it("is read by claimant: the body whole, and once what the columns say", async () => {
    const { notification } = await stored(kiccBody({ shopOrderNo: "ORD-77", resMsg: "정상취소" }), { receivedAt: NOW });
    await deliver(notification.id, notification.body);
    expect(await columns()).toMatchObject({
      body: "",
      content: expect.stringMatching(
        /"resMsg":"~r~","mallId":"~m~","shopOrderNo":"~o~","pgCno":"~p~","cancelPgCno":"~c~"/,
      ),
      text: new TextDecoder().decode(notification.body),
      history: JSON.stringify([[3, 143, 200, ANSWER]]),
    });
  });

  it("waits in the form of 1.0.0, and stays in it while attempts fail", async () => {
    const { notification } = await stored(kiccBody(), { receivedAt: NOW });
    await claim(env.DB, [notification.id], { claimant: "a consumer", now: NOW, until: NOW + 1000, maxTries: 16 });
    const attempt = { number: 1, startedAt: NOW, durationMs: 1, outcome: "failed" } as const;
    const decision = { state: "pending", nextAttemptAt: NOW } as const;
    const { id, body } = notification;
    await settle(env.DB, [{ id, attempt: { ...attempt, status: 500, error: "no", answer: "" }, decision, body }], NOW);
    expect(await columns()).toMatchObject({ body: body.toBase64(), content: null, text: null });
    await deliver(id, body);
    expect((await find(env.DB, id))?.history).toMatchObject([
      { outcome: "failed", error: "no" },
      { number: 2, answer: ANSWER },
    ]);
    expect((await find(env.DB, id))?.body).toEqual(body);
  });

  it("keeps the bytes that it was stored with, though others were delivered", async () => {
    const { notification } = await stored(kiccBody(), { receivedAt: NOW });
    await deliver(notification.id, new TextEncoder().encode(kiccBody()));
    expect((await find(env.DB, notification.id))?.body).toEqual(notification.body);
  });
});

it("gives back every byte, whatever the body and the columns have in common", async () => {
  const piece = fc.constantFrom(
    "~",
    "~p~",
    "p~",
    '","pgCno":"',
    "0000",
    "\u0000",
    "\uFEFF",
    "정상",
    "ORD-1234",
    "😀",
    "\r\n",
    "",
  );
  const text = fc
    .array(fc.oneof(piece, fc.string({ unit: "binary", maxLength: 6 })), { maxLength: 8 })
    .map((all) => all.join(""));
  const body = fc.oneof(
    text.map((all) => new TextEncoder().encode(all)),
    fc.uint8Array({ maxLength: 20 }),
  );
  const column = fc.oneof(text, fc.constant(null));
  const message = fc.record({
    body,
    mallId: column,
    shopOrderNo: column,
    pgCno: column,
    resMsg: text,
    eventDate: column,
  });
  let serial = 0;
  await fc.assert(
    fc.asyncProperty(message, fc.boolean(), async ({ body: own, ...fields }, shared) => {
      serial += 1;
      const joined = [fields.pgCno, fields.shopOrderNo, fields.resMsg].map((all) => all ?? "").join(",");
      const bytes = shared ? new TextEncoder().encode(`${new TextDecoder().decode(own)}${joined}`) : own;
      const about = { ...fields, id: `ntf_${serial}`, body: bytes, receivedAt: NOW };
      const { id } = await stored(kiccBody({ cancelPgCno: String(serial) }), { ...about, cancelPgCno: String(serial) });
      await deliver(id, bytes);
      const found = await find(env.DB, id);
      expect(found).toMatchObject({ state: "delivered", body: bytes, contentType: "application/json; charset=utf-8" });
    }),
    { numRuns: 300 },
  );
});

it("answers every call the same of an old row and of a new one", async () => {
  const body = kiccBody();
  const answers = [];
  for (const form of ["old", "new"]) {
    await clear();
    const { notification } = await stored(body, { receivedAt: NOW, sourceAddress: "203.233.72.66" });
    const { id } = notification;
    if (form === "old") await deliverAs100(id);
    else await deliver(id, notification.body);
    expect(await columns()).toMatchObject({ text: form === "old" ? null : body });
    const { results } = await env.DB.prepare("SELECT seq FROM notifications").run<{ seq: number }>();
    const calls = [
      `GET /api/notifications/${id}?body=whole`,
      `GET /api/notifications?q=${id}`,
      `GET /api/notifications.csv?mallId=T0099001`,
      `POST /api/notifications/${id}/accept`,
    ];
    const answered = [];
    for (const line of calls)
      answered.push((await call(line, { body: line.startsWith("POST") ? { attempt: 1 } : undefined })).answer);
    const archived = await readArchivable(
      env.DB,
      results.map(({ seq }) => seq),
    );
    const replayed = await call(`POST /api/notifications/${id}/replay`);
    const again = await stored(body);
    await deliver(id, notification.body, Date.now() + 1000);
    const twice = await find(env.DB, id);
    answers.push({
      answered,
      archived: archived.map(lineOf),
      sent: replayed.sent,
      replayed: { ...replayed.answer, nextAttemptAt: null },
      receipts: again.receipts,
      attempts: twice?.history.map(({ number, outcome, answer }) => [number, outcome, answer]),
      body: twice?.body,
    });
  }
  expect(answers[0]?.sent).toMatchObject([
    { contentType: "application/json; charset=utf-8", body: btoa(unescape(encodeURIComponent(body))) },
  ]);
  expect(answers[0]?.attempts).toEqual([
    [1, "accepted", ANSWER],
    [2, "accepted", ANSWER],
  ]);
  expect(answers[1]).toEqual(answers[0]);
});
