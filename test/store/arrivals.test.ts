import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { announce, listAnnounced, readAnnounced } from "../../src/store/announced.ts";
import { lookAtLate, lookAtOne } from "../../src/store/arrivals.ts";
import { keepUnprovenAnswer, takeDueAnnounced } from "../../src/store/inquiry.ts";
import { APPROVALS, CANCELLATIONS, type Register } from "../../src/store/register.ts";
import { clear, copied, kiccBody, stored } from "../fixtures.ts";
import { given } from "../given.ts";
import { meteredD1 } from "../metered.ts";

const NOW = Date.parse("2026-01-14T00:00:00Z");
const MANY = 20_000;
const PAGE = 50;
const REGISTERS: readonly [string, Register][] = [
  ["cancellations", CANCELLATIONS],
  ["approvals", APPROVALS],
];

beforeEach(clear);

/** All due, and all with one reference, as a merchant announces who puts a constant there. */
async function announceMany({ table, key }: Register, state: string, count: number = MANY): Promise<void> {
  const payment = key === "pg_cno" ? { column: "", value: "" } : { column: "pg_cno,", value: "'p' || i," };
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
     INSERT INTO ${table} (${key}, ${payment.column} kind, mall_id, reference, state, announced_at, due_after_ms, due_at)
     SELECT 'c' || i, ${payment.value} 'wechat.cancel', 'm', 'CONSTANT', '${state}', ?1 + i, 0, ?1 + i FROM n`,
  )
    .bind(NOW, count - 1)
    .run();
}

/** Notifications without ids, all with the reference. */
async function comeMany(): Promise<void> {
  const { id } = await stored(kiccBody({ cancelPgCno: null, pgCno: null, resCd: "W901" }), { reference: "CONSTANT" });
  await copied(id, MANY);
}

describe.each(REGISTERS)("a reference that all %s share", (_name, register) => {
  it("ties nothing, and is read for a few rows at each look", { timeout: 60_000 }, async () => {
    await announceMany(register, "expected");
    await comeMany();
    const { db, take } = meteredD1(env.DB);
    const taking = { now: NOW + MANY, until: NOW + 2 * MANY };
    const rows = await takeDueAnnounced(db, register, taking, PAGE);
    expect(rows).toHaveLength(PAGE);
    expect(rows.every(({ state }) => state === "expected")).toBe(true);
    const read = { taking: take().read, list: 0, one: 0, unanswered: 0, late: 0 };
    expect(await listAnnounced(db, register, null, null, 100)).toHaveLength(100);
    read.list = take().read;
    await lookAtOne(db, register, "c7").run();
    read.one = take().read;
    const entry = { at: NOW, status: null, text: "" };
    await keepUnprovenAnswer(db, register, rows[0]?.id ?? "", entry, taking, null);
    read.unanswered = take().read;
    await env.DB.exec(`UPDATE ${register.table} SET state = 'unresolved'`);
    await lookAtLate(db, register, NOW + MANY, 200).run();
    read.late = take().read;
    console.log(JSON.stringify({ event: "read", table: register.table, ...read }));
    expect(read.taking).toBeLessThan(PAGE * 12);
    expect(read.list).toBeLessThan(100 * 12);
    expect(read.one).toBeLessThan(20);
    expect(read.unanswered).toBeLessThan(20);
    expect(read.late).toBeLessThan(200 * 12);
  });

  it("of one alone is read for the newest hundred notifications at most", { timeout: 60_000 }, async () => {
    await announceMany(register, "expected", 1);
    await comeMany();
    const { db, take } = meteredD1(env.DB);
    await takeDueAnnounced(db, register, { now: NOW + MANY, until: NOW + 2 * MANY }, PAGE);
    expect(take().read).toBeLessThan(250);
  });
});

describe("a reference of one alone", () => {
  it("ties a success without an id of its own, until another is announced with it", async () => {
    const told = { mallId: "T0099001", pgCno: "26011314205510990001", kind: "wechat.cancel", shopOrderNo: null };
    const one = { ...told, id: "C1", cancelPgCno: "C1", reference: "R-1" };
    await announce(env.DB, CANCELLATIONS, one, 1, NOW);
    const { id } = await stored(kiccBody({ ...told, cancelPgCno: null }), { reference: "R-1" });
    await announce(env.DB, CANCELLATIONS, { ...one, id: "C2", cancelPgCno: "C2" }, 1, NOW);
    await lookAtOne(env.DB, CANCELLATIONS, "C1").run();
    expect(await readAnnounced(env.DB, CANCELLATIONS, "C1")).toMatchObject({ state: "expected" });
    await env.DB.exec("DELETE FROM cancellations WHERE cancel_pg_cno = 'C2'");
    await lookAtOne(env.DB, CANCELLATIONS, "C1").run();
    expect(await readAnnounced(env.DB, CANCELLATIONS, "C1")).toMatchObject({ state: "notified", notificationId: id });
  });

  it.each([
    ["another payment", { pgCno: "P-2" }],
    ["another merchant", { mallId: "T0011111" }],
    ["another cancellation", { cancelPgCno: "C2" }],
    ["another kind", { notiType: "20" }],
  ])("ties no success of %s", async (_what, other) => {
    const told = { mallId: "T0099001", pgCno: "P-1", shopOrderNo: null };
    await announce(
      env.DB,
      CANCELLATIONS,
      { ...told, id: "C1", cancelPgCno: "C1", kind: "wechat.cancel", reference: "R-1" },
      1,
      NOW,
    );
    await stored(kiccBody({ ...told, cancelPgCno: null, ...other }), { reference: "R-1" });
    await lookAtOne(env.DB, CANCELLATIONS, "C1").run();
    expect(await readAnnounced(env.DB, CANCELLATIONS, "C1")).toMatchObject({ state: "expected" });
  });
});

describe("what was announced", () => {
  const told = { mallId: "T0099001", pgCno: "26011314205510990001", shopOrderNo: null, reference: null };
  const FAILED = { resCd: "W901" };

  async function expected(register: Register = CANCELLATIONS): Promise<void> {
    const isCancellation = register === CANCELLATIONS;
    const about = isCancellation
      ? { id: "C1", cancelPgCno: "C1", kind: "wechat.cancel" }
      : { id: told.pgCno, cancelPgCno: null, kind: "wechat.approval" };
    await announce(env.DB, register, { ...told, ...about }, 1, NOW);
  }
  const cancelled = (fields = {}) => kiccBody({ ...told, cancelPgCno: "C1", ...fields });
  const approved = { cancelPgCno: null, cancelDate: null, approvalDate: "20260113142131" };
  const one = () => readAnnounced(env.DB, CANCELLATIONS, "C1");

  it("is settled with the row of its success: a Worker that dies after the ack leaves nothing to be asked", async () => {
    await expected();
    const { id } = await stored(cancelled());
    expect(await one()).toMatchObject({ state: "notified", notificationId: id, dueAt: null });
  });

  it("is settled by a success after a failure, which is compared first", async () => {
    await expected();
    await stored(cancelled(FAILED));
    expect(await one()).toMatchObject({ state: "expected", notificationId: null });
    const { id } = await stored(cancelled());
    expect(await one()).toMatchObject({ state: "notified", notificationId: id });
  });

  it("is settled as asked for by what the status API told of", async () => {
    await expected();
    const { id } = await stored(cancelled(), { source: "status-api" });
    expect(await one()).toMatchObject({ state: "reconciled", notificationId: id });
  });

  it("waits for KICC's word with CONFIRM, and is settled by it", async () => {
    await expected();
    const { id } = await stored(cancelled(), {}, { CONFIRM: "before-delivery" });
    expect(await one()).toMatchObject({ state: "expected" });
    await stored(cancelled(), { source: "status-api" }, { CONFIRM: "before-delivery" });
    expect(await one()).toMatchObject({ state: "notified", notificationId: id });
  });

  it("is not settled by what two parsers may read differently, nor by what KICC did not confirm", async () => {
    await expected();
    await stored(cancelled().replace("{", '{"resCd":"0000",'));
    const { id } = await stored(cancelled(), {}, { CONFIRM: "before-delivery" });
    await given.held("unconfirmed", id);
    await lookAtOne(env.DB, CANCELLATIONS, "C1").run();
    expect(await one()).toMatchObject({ state: "expected", notificationId: null });
  });

  it("and had failed or was never resolved is settled with the row of a late success", async () => {
    for (const state of ["failed", "unresolved"]) {
      await clear();
      await expected();
      await env.DB.prepare("UPDATE cancellations SET state = ?, due_at = NULL").bind(state).run();
      const { id } = await stored(cancelled());
      expect(await one()).toMatchObject({ state: "notified", notificationId: id });
    }
  });

  it("and is past asking is looked at each hour for a week, and then no more", async () => {
    await expected();
    await env.DB.exec(`UPDATE cancellations SET state = 'unresolved', due_at = ${NOW}`);
    const DAY = 24 * 60 * 60 * 1000;
    await lookAtLate(env.DB, CANCELLATIONS, NOW + 6 * DAY, 9).run();
    expect(await one()).toMatchObject({ dueAt: NOW + 6 * DAY + 60 * 60 * 1000 });
    await lookAtLate(env.DB, CANCELLATIONS, NOW + 8 * DAY, 9).run();
    expect(await one()).toMatchObject({ state: "unresolved", dueAt: null });
  });

  it("is not settled by what is held as another merchant's", async () => {
    await expected();
    await stored(cancelled({ mallId: "T0011111" }), {}, { MALL_IDS: "T0099001" });
    expect(await one()).toMatchObject({ state: "expected", notificationId: null });
  });

  it("is not settled by the approval of another merchant's payment of the same number", async () => {
    await expected(APPROVALS);
    const payment = () => readAnnounced(env.DB, APPROVALS, told.pgCno);
    await stored(kiccBody({ ...told, ...approved, mallId: "T0011111" }));
    expect(await payment()).toMatchObject({ state: "expected" });
    const { id } = await stored(kiccBody({ ...told, ...approved }));
    expect(await payment()).toMatchObject({ state: "notified", notificationId: id });
  });
});
