// The harness's own door into the chaos Worker: what is in D1, what happened, and what a scenario wants to happen.
import { elapsed } from "./clock.ts";
import { type Stretch, fired, force, rest } from "./faults.ts";
import { lives } from "./life.ts";
import { latency } from "./origin.ts";
import { events, linesOf } from "./trace.ts";

const PAGE = 2000;

/** A row as the ledger reads it. */
export interface LedgerRow {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly receipts: number;
  readonly attempts: number;
  readonly receivedAt: number;
  readonly body: string;
  readonly history: string;
}

/** @param db without faults */
export async function control(url: URL, db: D1Database): Promise<Response> {
  const given = (name: string) => url.searchParams.get(name) ?? "";
  switch (url.pathname) {
    case "/chaos/rows": {
      const { results } = await db
        .prepare(
          `SELECT id, state, reason, receipts, attempts, received_at AS receivedAt, body, history FROM notifications
           WHERE id > ? ORDER BY id LIMIT ${PAGE}`,
        )
        .bind(given("after"))
        .run<LedgerRow>();
      return Response.json(results);
    }
    case "/chaos/states": {
      const { results } = await db.prepare("SELECT state, count(*) AS n FROM notifications GROUP BY state").run();
      return Response.json({ states: results, elapsed: elapsed() });
    }
    case "/chaos/happened":
      return Response.json({ fired, lives: lives.filter(({ calls }) => calls.length > 0), events: events() });
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
