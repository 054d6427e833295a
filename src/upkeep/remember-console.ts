// Remembers the console's address from successful requests, so that alerts can link there.
import { log, reasonOf } from "../log.ts";
import { rememberConsole } from "../store/heartbeat.ts";

const ASK_EVERY_MS = 60 * 60 * 1000;

let askedAt = 0;

/** Each isolate asks D1 once an hour, and D1 writes only if the address changed. Never throws. */
export function rememberHost(request: Request, { ok }: Response, db: D1Database, context: ExecutionContext): void {
  const now = Date.now();
  if (!ok || now - askedAt < ASK_EVERY_MS) return;
  const { origin, pathname } = new URL(request.url);
  // /health is open to anyone, so its address proves nothing.
  if (pathname === "/health") return;
  askedAt = now;
  const work = rememberConsole(db, origin).catch((error: unknown) =>
    log("console.not-remembered", { error: reasonOf(error) }),
  );
  context.waitUntil(work);
}
