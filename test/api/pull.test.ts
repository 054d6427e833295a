import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Webhook } from "standardwebhooks";
import type { DeliveryMessage } from "../../src/queue/message.ts";
import { sweep } from "../../src/upkeep/sweep.ts";
import { type Call, call } from "../calls.ts";
import { clear, copied, configWith, faultyD1, kiccBody, rowOf, stored, queueInto } from "../fixtures.ts";
import { given, set } from "../given.ts";

const SETTINGS = { DELIVERY: "pull", DELIVERY_TOKEN: "delivery-token", RETRY_DELAYS_SECONDS: "15,30" };

interface Pulled {
  readonly id: string;
  readonly attempt: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyBase64: string;
  readonly leaseUntil: string;
}

beforeEach(clear);

async function pullable(about: Parameters<typeof stored>[1] = {}): Promise<string> {
  return (await stored(kiccBody(), about, SETTINGS)).id;
}

async function pull(body: unknown = {}, how: Call = {}): Promise<Pulled[]> {
  const { status, answer } = await call("POST /api/pull", {
    settings: SETTINGS,
    token: "delivery-token",
    body,
    ...how,
  });
  expect(status).toBe(200);
  return answer.notifications;
}

async function pullOne(): Promise<Pulled> {
  const [pulled] = await pull({ max: 1 });
  if (!pulled) throw new Error("Cannot pull: nothing is due");
  return pulled;
}

async function reports(id: string, how: "accept" | "fail", body: unknown = {}) {
  return call(`POST /api/notifications/${id}/${how}`, { settings: SETTINGS, token: "delivery-token", body });
}

describe("pull", () => {
  it("leases what is due with all that a push would have brought", async () => {
    const { id, notification } = await stored(
      kiccBody(),
      { receivedAt: 1_768_349_530_123, reference: "refund-7", contentType: "application/json;charset=EUC-KR" },
      SETTINGS,
    );
    const before = Date.now();
    const pulled = await pullOne();
    expect(pulled).toMatchObject({
      id,
      kind: "wechat.cancel",
      state: "pending",
      attempts: 1,
      attempt: 1,
      reference: "refund-7",
      receipts: 1,
      bodyBase64: notification.body.toBase64(),
      headers: {
        "content-type": "application/json;charset=EUC-KR",
        "webhook-id": id,
        "kicc-notification": "wechat.cancel",
        "kicc-attempt": "1",
        "kicc-received-at": "2026-01-14T00:12:10.123Z",
        "kicc-source": "notification",
        "kicc-reference": "refund-7",
        "user-agent": expect.stringMatching(/^kicc-edge-receiver\//),
      },
      nextAttemptAt: pulled.leaseUntil,
    });
    expect(pulled.headers).not.toHaveProperty("kicc-confirmed");
    expect(Date.parse(pulled.leaseUntil)).toBeGreaterThanOrEqual(before + 60_000);
    expect(Date.parse(pulled.leaseUntil)).toBeLessThan(before + 65_000);
    const webhook = new Webhook("bG9jYWwtd29yay1vbmx5LW5vdC1hLXNlY3JldCE=");
    const body = new TextDecoder().decode(Uint8Array.fromBase64(pulled.bodyBase64));
    expect(() => webhook.verify(body, { ...pulled.headers })).not.toThrow();
    expect(await pull()).toEqual([]);
  });

  it("brings the oldest first, ten unless told, fifty at most", async () => {
    const ids = [];
    for (let index = 0; index < 12; index++) ids.push(await pullable({ receivedAt: 1_768_349_530_000 + index }));
    expect((await pull()).map(({ id }) => id)).toEqual(ids.slice(0, 10));
    expect((await pull({ max: 50 })).map(({ id }) => id)).toEqual(ids.slice(10));
  });

  it.each([
    [{ max: 0 }, "max"],
    [{ max: 51 }, "max"],
    [{ max: "all" }, "max"],
    [{ leaseSeconds: 0 }, "leaseSeconds"],
    [{ leaseSeconds: 301 }, "leaseSeconds"],
    [{ leaseSeconds: 1.5 }, "leaseSeconds"],
    [{ waitSeconds: -1 }, "waitSeconds"],
    [{ waitSeconds: 21 }, "waitSeconds"],
  ])("refuses %j", async (body, field) => {
    const { status, answer } = await call("POST /api/pull", { settings: SETTINGS, body });
    expect({ status, answer }).toMatchObject({
      status: 400,
      answer: { error: { code: "invalid", message: expect.stringMatching(`^${field} must be`) } },
    });
  });

  it.each(["push", "queue"])("is a conflict in %s mode", async (DELIVERY) => {
    const { status, answer, queries } = await call("POST /api/pull", { settings: { DELIVERY } });
    expect({ status, queries }).toEqual({ status: 409, queries: 0 });
    expect(answer.error).toEqual({ code: "conflict", message: `Cannot pull: DELIVERY is ${DELIVERY}` });
  });

  it("finds what is free behind thousands that wait for KICC's word", { timeout: 60_000 }, async () => {
    const before = Date.now() - 3_600_000;
    const asked = await stored(kiccBody(), { receivedAt: before }, { ...SETTINGS, CONFIRM: "before-delivery" });
    await copied(asked.id, 5000);
    const free = await pullable();
    expect((await pull()).map(({ id }) => id)).toEqual([free]);
  });

  it("never gives one notification to two of many pullers at once", async () => {
    const ids = [];
    for (let index = 0; index < 60; index++) ids.push(await pullable());
    const pulls = await Promise.all(Array.from({ length: 20 }, async () => pull({ max: 7 })));
    const given = pulls.flat().map(({ id }) => id);
    expect(given).toHaveLength(60);
    expect(new Set(given)).toEqual(new Set(ids));
  });

  it("leaves what is asked about, not due or used up", async () => {
    const asked = await stored(kiccBody(), {}, { ...SETTINGS, CONFIRM: "before-delivery" });
    const later = await pullable({ receivedAt: Date.now() + 60_000 });
    const usedUp = await pullable();
    await set(usedUp, { tries: 3 });
    expect(await pull()).toEqual([]);
    for (const id of [asked.id, later]) expect(await rowOf(id)).toMatchObject({ attempts: 0 });
  });
});

describe("a lease that reaches no puller", () => {
  // The round trip before it looks for leases that ran out.
  const LEASING = 2;
  afterEach(() => void vi.useRealTimers());

  it.each(["before", "after"] as const)("is given back: D1 hung %s it committed", async (moment) => {
    const id = await pullable();
    const hang = async (trip: number) => {
      await Promise.resolve();
      if (trip === LEASING) vi.advanceTimersByTime(15_000);
    };
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { status } = await call("POST /api/pull", { settings: SETTINGS, db: faultyD1(env.DB, { [moment]: hang }) });
    vi.useRealTimers();
    expect(status).toBe(503);
    expect(await rowOf(id)).toMatchObject({ state: "pending", attempts: 0, tries: 0, leaseUntil: null, history: [] });
    expect(await pullOne()).toMatchObject({ id, attempt: 1 });
  });

  it("is given back: the puller hung up meanwhile", async () => {
    const id = await pullable();
    const puller = new AbortController();
    const db = faultyD1(env.DB, { after: (trip) => void (trip === LEASING && puller.abort()) });
    await call("POST /api/pull", { settings: SETTINGS, db, signal: puller.signal }).catch(() => {});
    await vi.waitFor(async () => expect(await rowOf(id)).toMatchObject({ attempts: 0, leaseUntil: null }));
    expect(await pullOne()).toMatchObject({ id, attempt: 1 });
  });
});

describe("a lease that runs out", () => {
  it("is a failed attempt: it comes back on the usual delays, and the last one is dead", async () => {
    const id = await pullable();
    for (const [attempt, delayMs] of [
      [1, 15_000],
      [2, 30_000],
    ] as const) {
      expect(await pullOne()).toMatchObject({ id, attempt });
      await given.expiredLeases();
      expect(await pull()).toEqual([]);
      const row = await rowOf(id);
      expect(row).toMatchObject({ state: "pending", leaseUntil: null, attempts: attempt });
      expect(row?.history.at(-1)).toMatchObject({ number: attempt, outcome: "failed", error: /lease ran out/ });
      const waitMs = (row?.nextAttemptAt ?? 0) - Date.now();
      expect(waitMs).toBeGreaterThan(delayMs * 0.85);
      expect(waitMs).toBeLessThan(delayMs * 1.11);
      await given.due();
    }
    expect(await pullOne()).toMatchObject({ id, attempt: 3 });
    await given.expiredLeases();
    expect(await pull()).toEqual([]);
    expect(await rowOf(id)).toMatchObject({ state: "dead", reason: "exhausted", attempts: 3, leaseUntil: null });
  });

  it("keeps the status and the answer that a report tells, and no report is refused for them", async () => {
    const id = await pullable();
    await pullOne();
    await reports(id, "fail", { attempt: 1, reason: "no", status: 503, answer: "x".repeat(9000) });
    await given.due();
    await pullOne();
    await reports(id, "fail", { attempt: 2, reason: "no", status: "odd", answer: 5 });
    await given.due();
    await pullOne();
    await reports(id, "accept", { attempt: 3, status: 200, answer: "OK" });
    const { answer } = await call(`GET /api/notifications/${id}`, { settings: SETTINGS });
    const kept = (answer.history as { status: number | null; answer: string | null }[]).map((each) => [
      each.status,
      each.answer?.length ?? null,
    ]);
    expect(kept).toEqual([
      [503, 500],
      [null, null],
      [200, 2],
    ]);
  });

  it("is settled once, by whoever comes first: a puller or the sweep", async () => {
    const id = await pullable();
    await pullOne();
    await given.expiredLeases();
    await Promise.all([pull(), pull(), sweep(configWith(SETTINGS), env.DB, queueInto([])), pull()]);
    expect((await rowOf(id))?.history).toHaveLength(1);
  });

  it("leaves the attempt to its late acceptance, which delivers once", async () => {
    const id = await pullable();
    await pullOne();
    await given.expiredLeases();
    await pull();
    await given.due();
    expect(await pullOne()).toMatchObject({ id, attempt: 2 });
    expect((await reports(id, "fail", { attempt: 1, reason: "late" })).answer).toMatchObject({
      state: "pending",
      attempts: 2,
    });
    expect(await rowOf(id)).toMatchObject({ leaseUntil: expect.any(Number), history: [{ number: 1 }] });
    const accepted = await reports(id, "accept", { attempt: 1 });
    expect(accepted).toMatchObject({ status: 200, answer: { state: "delivered", nextAttemptAt: null } });
    const again = await reports(id, "accept", { attempt: 2 });
    expect(again.answer).toEqual(accepted.answer);
    expect(await reports(id, "fail", { attempt: 2, reason: "x" })).toMatchObject({ answer: { state: "delivered" } });
    expect((await rowOf(id))?.history.map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, "failed"],
      [2, "failed"],
      [1, "accepted"],
    ]);
  });
});

describe("accept", () => {
  it("makes it delivered, with the time since the lease began", async () => {
    const id = await pullable();
    await pullOne();
    const { answer } = await reports(id, "accept");
    expect(answer).toMatchObject({ id, state: "delivered", attempts: 1, deliveredAt: expect.any(String) });
    const whole = (await call(`GET /api/notifications/${id}`)).answer;
    expect(whole.history).toEqual([
      expect.objectContaining({
        number: 1,
        outcome: "accepted",
        status: null,
        error: null,
        durationMs: expect.any(Number),
      }),
    ]);
    expect(await reports(id, "accept")).toMatchObject({ status: 200, answer });
  });

  it.each(["held", "dead"] as const)("of an attempt that was made delivers a %s one", async (state) => {
    const id = await pullable();
    await pullOne();
    await (state === "held" ? given.held("superseded", id) : given.dead(id));
    expect((await reports(id, "accept", { attempt: 1 })).answer).toMatchObject({ state: "delivered", reason: null });
  });

  it("that comes again after a person replayed changes nothing: the replay is delivered all the same", async () => {
    const id = await pullable();
    await pullOne();
    await reports(id, "accept", { attempt: 1 });
    await call(`POST /api/notifications/${id}/replay`, { settings: SETTINGS });
    const again = await reports(id, "accept", { attempt: 1 });
    expect(again).toMatchObject({ status: 200, answer: { state: "pending", deliveredAt: null } });
    expect((await rowOf(id))?.history).toHaveLength(1);
    expect(await pullOne()).toMatchObject({ id, attempt: 2 });
    expect((await reports(id, "accept", { attempt: 2 })).answer).toMatchObject({ state: "delivered", attempts: 2 });
  });

  it("of an attempt that was never made, or of none that is open, is a conflict", async () => {
    const id = await pullable();
    expect(await reports(id, "accept")).toMatchObject({ status: 409, answer: { error: { code: "conflict" } } });
    expect(await reports(id, "accept", { attempt: 1 })).toMatchObject({ status: 409 });
    await pullOne();
    expect(await reports(id, "accept", { attempt: 2 })).toMatchObject({ status: 409 });
    expect(await reports(id, "accept", { attempt: "one" })).toMatchObject({ status: 400 });
    expect(await reports(id, "accept", { attempt: 0 })).toMatchObject({ status: 400 });
    expect(await rowOf(id)).toMatchObject({ state: "pending" });
  });

  it("is in the audit where a person tells it, and not where a machine does", async () => {
    const [one, other] = [await pullable(), await pullable()];
    await pull();
    await reports(one, "accept", { attempt: 1 });
    await call(`POST /api/notifications/${other}/fail`, {
      settings: SETTINGS,
      body: { attempt: 1, reason: "by hand" },
    });
    expect((await call("GET /api/audit", { settings: SETTINGS })).answer.audit).toEqual([
      expect.objectContaining({ who: "token", what: "fail", subject: other, note: "attempt 1" }),
    ]);
  });

  it("leaves what a person closed closed, and says so", async () => {
    const id = await pullable();
    await pullOne();
    await given.closed(id);
    expect(await reports(id, "accept", { attempt: 1 })).toMatchObject({ status: 409 });
    expect(await rowOf(id)).toMatchObject({ state: "closed" });
  });

  it("twenty times at once delivers once", async () => {
    const id = await pullable();
    await pullOne();
    const answers = await Promise.all(Array.from({ length: 20 }, async () => reports(id, "accept", { attempt: 1 })));
    expect(new Set(answers.map(({ status, answer }) => `${status} ${answer.state}`))).toEqual(
      new Set(["200 delivered"]),
    );
    expect((await rowOf(id))?.history).toHaveLength(1);
  });
});

describe("fail", () => {
  it("of the open attempt waits the usual delay, and keeps the reason bounded and well-formed", async () => {
    const id = await pullable();
    await pullOne();
    const { answer } = await reports(id, "fail", { reason: ` \ud800${"x".repeat(10_000)}` });
    expect(answer).toMatchObject({ state: "pending", attempts: 1 });
    const row = await rowOf(id);
    expect(row).toMatchObject({ leaseUntil: null, tries: 1 });
    expect(row?.history[0]).toMatchObject({
      number: 1,
      outcome: "failed",
      error: expect.stringMatching(/^\ufffdx{499}$/),
    });
    expect((row?.nextAttemptAt ?? 0) - Date.now()).toBeGreaterThan(12_000);
    expect(await pull()).toEqual([]);
    expect(await reports(id, "fail", { reason: "again" })).toMatchObject({ status: 409 });
    expect(await reports(id, "fail", { attempt: 1, reason: "again" })).toMatchObject({ status: 200, answer });
    expect((await rowOf(id))?.history).toHaveLength(1);
  });

  it("without an attempt changes nothing of a delivered one: the puller's accept came first", async () => {
    const id = await pullable();
    await pullOne();
    await reports(id, "accept");
    expect(await reports(id, "fail", { reason: "late" })).toMatchObject({
      status: 200,
      answer: { state: "delivered" },
    });
    expect((await rowOf(id))?.history).toHaveLength(1);
  });

  it("with final is dead at once", async () => {
    const id = await pullable();
    await pullOne();
    const { answer } = await reports(id, "fail", { attempt: 1, reason: "no such shop", final: true });
    expect(answer).toMatchObject({ state: "dead", reason: "gone", nextAttemptAt: null });
    expect((await rowOf(id))?.history).toEqual([expect.objectContaining({ outcome: "gone", error: "no such shop" })]);
  });

  it("of the last attempt is dead", async () => {
    const id = await pullable();
    for (let attempt = 1; attempt <= 3; attempt++) {
      await given.due();
      await pullOne();
      await reports(id, "fail", { attempt, reason: "down" });
    }
    expect(await rowOf(id)).toMatchObject({ state: "dead", reason: "exhausted", attempts: 3 });
  });

  it.each([
    [{}, "reason"],
    [{ reason: "" }, "reason"],
    [{ reason: 7 }, "reason"],
    [{ reason: "x", final: "yes" }, "final"],
    [{ reason: "x", attempt: -1 }, "attempt"],
  ])("refuses %j", async (body, field) => {
    const { status, answer } = await reports(await pullable(), "fail", body);
    expect({ status, answer }).toMatchObject({
      status: 400,
      answer: { error: { code: "invalid", message: expect.stringMatching(`^${field} must be`) } },
    });
  });

  it("in queue mode leaves the next attempt to the sweep, which enqueues it", async () => {
    const settings = { ...SETTINGS, DELIVERY: "queue" };
    const { id } = await stored(kiccBody(), {}, settings);
    const body = { attempt: 1, reason: "busy" };
    await call(`POST /api/notifications/${id}/fail`, { settings, body });
    await given.due();
    const sent: DeliveryMessage[] = [];
    await sweep(configWith(settings), env.DB, queueInto(sent));
    expect(sent).toEqual([expect.objectContaining({ id, attempt: 2 })]);
    const accepted = await call(`POST /api/notifications/${id}/accept`, { settings, body: { attempt: 1 } });
    expect(accepted.answer).toMatchObject({ state: "delivered", attempts: 2 });
  });
});

describe("long polling", () => {
  it("brings what arrives meanwhile within about a second", async () => {
    const polling = pull({ waitSeconds: 10 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const storedAt = Date.now();
    const id = await pullable();
    expect(await polling).toEqual([expect.objectContaining({ id, attempt: 1 })]);
    expect(Date.now() - storedAt).toBeLessThan(1500);
  });

  it("answers at once where something is due, and empty when the time is over", async () => {
    await pullable();
    const startedAt = Date.now();
    expect(await pull({ waitSeconds: 20 })).toHaveLength(1);
    expect(Date.now() - startedAt).toBeLessThan(900);
    const waiting = await call("POST /api/pull", { settings: SETTINGS, body: { waitSeconds: 2 } });
    expect(waiting.answer).toEqual({ notifications: [] });
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(2000);
    expect(Date.now() - startedAt).toBeLessThan(4000);
    expect(waiting.queries).toBeLessThanOrEqual(5);
    expect(waiting.rowsRead).toBeLessThanOrEqual(20);
  });

  it("notices a lease that runs out meanwhile", async () => {
    const id = await pullable();
    await pull({ leaseSeconds: 1 }, { settings: { ...SETTINGS, RETRY_DELAYS_SECONDS: "0" } });
    const polled = await pull({ waitSeconds: 10 }, { settings: { ...SETTINGS, RETRY_DELAYS_SECONDS: "0" } });
    expect(polled).toEqual([expect.objectContaining({ id, attempt: 2 })]);
  });

  it("leases nothing for a puller that is gone", async () => {
    const caller = new AbortController();
    const polling = pull({ waitSeconds: 5 }, { signal: caller.signal }).catch(() => []);
    await new Promise((resolve) => setTimeout(resolve, 200));
    caller.abort();
    const id = await pullable();
    await polling;
    expect(await rowOf(id)).toMatchObject({ attempts: 0, leaseUntil: null });
  });
});
