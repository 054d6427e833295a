// The routes of the harness in the chaos Worker: what is in D1, what happened, and what a scenario causes.
import { BODY_COLUMNS, type StoredBody, bytesOf } from "../../src/store/stored-body.ts";
import { attemptsOf } from "../../src/store/history.ts";
import { isolateSince, leap } from "./clock.ts";
import { type Stretch, fired, force, rest } from "./faults.ts";
import { queriesMade } from "./find.ts";
import { isAnyAlive, records } from "./life.ts";
import { latency } from "./origin.ts";
import { events, linesOf } from "./trace.ts";

const PAGE = 2000;

/** The longest that the hook took for an ack, without the way there and back. */
export const acks = { slowestMs: 0 };

/** A row as the ledger reads it. */
export interface LedgerRow {
  readonly id: string;
  readonly kind: string;
  readonly source: string;
  readonly reference: string | null;
  readonly cancelPgCno: string | null;
  readonly state: string;
  readonly reason: string | null;
  readonly receipts: number;
  readonly attempts: number;
  readonly receivedAt: number;
  readonly body: string;
  readonly history: string;
}

/** What is still to come of what is in D1. Instants are of the Worker's time. */
export interface Standing {
  readonly now: number;
  readonly pending: number;
  /** When the next announced cancellation may be asked about; null where none is left to ask about. */
  readonly dueAt: number | null;
  /** When one past asking is looked at again for a late success. */
  readonly lateAt: number | null;
}

async function standing(db: D1Database): Promise<Standing> {
  const found = await db
    .prepare(
      `SELECT (SELECT count(*) FROM notifications WHERE state = 'pending') AS pending,
         (SELECT min(max(due_at, coalesce(asking_until, 0))) FROM cancellations WHERE state = 'expected') AS dueAt,
         (SELECT min(due_at) FROM cancellations WHERE state IN ('failed', 'unresolved')) AS lateAt`,
    )
    .first<Omit<Standing, "now">>();
  if (found === null) throw new Error("Cannot read what is still to come: D1 returned no row");
  return { ...found, now: Date.now() };
}

/** @param db without faults */
export async function control(url: URL, db: D1Database): Promise<Response> {
  const given = (name: string) => url.searchParams.get(name) ?? "";
  switch (url.pathname) {
    case "/chaos/rows": {
      const { results } = await db
        .prepare(
          `SELECT id, kind, source, reference, cancel_pg_cno AS cancelPgCno, state, reason, receipts, attempts,
             received_at AS receivedAt, ${BODY_COLUMNS}, history FROM notifications
           WHERE id > ? ORDER BY id LIMIT ${PAGE}`,
        )
        .bind(given("after"))
        .run<LedgerRow & StoredBody>();
      return Response.json(
        results.map(({ text, body, ...row }): LedgerRow => {
          const history = JSON.stringify(attemptsOf(row.history, row.receivedAt));
          return { ...row, history, body: bytesOf({ text, body }).toBase64() };
        }),
      );
    }
    case "/chaos/states": {
      const { results } = await db.prepare("SELECT state, count(*) AS n FROM notifications GROUP BY state").run();
      return Response.json({ states: results, now: Date.now(), isolateSince: isolateSince() });
    }
    case "/chaos/happened":
      return Response.json({
        fired,
        lives: records,
        slowestAckMs: acks.slowestMs,
        queries: queriesMade(),
        events: events(),
      });
    case "/chaos/standing":
      return Response.json(await standing(db));
    case "/chaos/leap":
      return Response.json({ leapt: !isAnyAlive() && leap(Number(given("ms"))) });
    case "/chaos/log":
      return Response.json(linesOf(given("id")));
    case "/chaos/rest":
      rest(given("value") === "true");
      return Response.json({});
    case "/chaos/force":
      force(given("stretch") as Stretch, given("value") === "true");
      return Response.json({});
    case "/chaos/latency":
      [latency.least, latency.most] = [Number(given("least")), Number(given("most"))];
      return Response.json({});
    default:
      return new Response("No such control", { status: 404 });
  }
}
