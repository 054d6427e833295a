// Remembers where people reach the console, from calls that were allowed, so that the cron's alerts can link there.
import { log, reasonOf } from "../log.ts";
import { rememberConsole } from "../store/heartbeat.ts";

const ASK_EVERY_MS = 60 * 60 * 1000;

let askedAt = 0;

/** D1 is asked once an hour per isolate, and written to only where the host changed. Never throws. */
export function rememberHost(request: Request, { ok }: Response, db: D1Database, context: ExecutionContext): void {
  const now = Date.now();
  if (!ok || now - askedAt < ASK_EVERY_MS) return;
  const { origin, pathname } = new URL(request.url);
  // Open to anyone, and so no sign of anybody's.
  if (pathname === "/health") return;
  askedAt = now;
  const work = rememberConsole(db, origin).catch((error: unknown) =>
    log("console.not-remembered", { error: reasonOf(error) }),
  );
  context.waitUntil(work);
}
