// GET /health, open to anyone: whether D1 answers and the cron writes to it, and nothing else. One answer is kept for 5
// s, so that no stranger puts load on D1.
import { log, reasonOf } from "../log.ts";
import { before } from "../deadline.ts";
import { probeD1 } from "../store/health.ts";

const ANSWER_KEPT_MS = 5000;
const HEALTH_WITHIN_MS = 3000;
const HEARTBEAT_YOUNGER_MS = 3 * 60 * 1000;

const answers = new WeakMap<D1Database, { readonly well: boolean; readonly until: number }>();

/** Answers 200 `{"status":"ok"}` or 503. Each isolate keeps its answer. */
export async function health(db: D1Database): Promise<Response> {
  const now = Date.now();
  const kept = answers.get(db);
  const well = kept && now < kept.until ? kept.well : await isWell(db, now + HEALTH_WITHIN_MS);
  if (!kept || now >= kept.until) answers.set(db, { well, until: Date.now() + ANSWER_KEPT_MS });
  const headers = { "cache-control": "no-store" };
  if (well) return Response.json({ status: "ok" }, { headers });
  const error = { code: "unavailable", message: "Try again later" };
  return Response.json({ error }, { status: 503, headers });
}

async function isWell(db: D1Database, deadline: number): Promise<boolean> {
  try {
    const heartbeatAt = await before(deadline, "ask D1", probeD1(db));
    if (heartbeatAt === null || Date.now() - heartbeatAt < HEARTBEAT_YOUNGER_MS) return true;
    log("health.unwell", { heartbeatAt });
    return false;
  } catch (error) {
    log("health.unwell", { error: reasonOf(error) });
    return false;
  }
}
