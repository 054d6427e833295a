// One message to the operators' incoming webhook ({"text": …}: Slack, Google Chat, Mattermost …). Never throws.
import { log, reasonOf } from "../log.ts";

const TIMEOUT_MS = 10_000;

/** Without a URL the log alone is told. @returns whether it need not be tried again */
export async function sendAlert(url: URL | null, text: string): Promise<boolean> {
  log("alert.raised", { text });
  if (url === null) return true;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify({ text }),
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    if (response.ok) return true;
    log("alert.not-sent", { status: response.status });
  } catch (error) {
    // The message of a failed fetch may name the URL, which is a secret.
    log("alert.not-sent", { error: reasonOf(error).replaceAll(url.href, "ALERT_URL") });
  }
  return false;
}
