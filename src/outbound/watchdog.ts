// Calls HEARTBEAT_URL after a run of the cron without failures. A watchdog outside notices when the calls stop. Never
// throws.
import { log, reasonOf } from "../log.ts";

const TIMEOUT_MS = 10_000;

export async function callWatchdog(url: URL | null): Promise<void> {
  if (url === null) return;
  try {
    const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
    await response.body?.cancel();
    if (!response.ok) log("heartbeat.not-taken", { status: response.status });
  } catch (error) {
    log("heartbeat.not-taken", { error: reasonOf(error).replaceAll(url.href, "HEARTBEAT_URL") });
  }
}
