// Sends one message through one channel: an incoming webhook or the e-mail binding. Never throws. It never logs or
// returns a webhook's URL.
import { hash } from "node:crypto";
import type { Alerts } from "../config.ts";
import { before } from "../deadline.ts";
import { log, reasonOf } from "../log.ts";
import { webhookRequestOf, refusalOf } from "./webhook-formats.ts";
import { sendMail } from "./alert-mail.ts";

export interface AlertMessage {
  readonly subject: string;
  readonly text: string;
}

export interface Channel {
  /** Identifies the channel, and is not secret. */
  readonly key: string;
  /** What people see: the webhook's host, or `e-mail`. */
  readonly host: string;
  /**
   * @param console scheme and host of the console; an e-mail is sent from its domain
   * @returns what went wrong, or null
   */
  readonly send: (message: AlertMessage, console: string | null) => Promise<string | null>;
}

const TIMEOUT_MS = 10_000;
const LOOKED_AT_BYTES = 4096;

/** All channels that are set. Where there is none, alerts are only logged. */
export function channelsOf({ urls, mailer }: Alerts): Channel[] {
  const webhooks = urls.map((url) => ({
    key: hash("sha256", url.href).slice(0, 16),
    host: url.host,
    send: (message: AlertMessage) => guarded(url.host, () => post(url, message.text), url),
  }));
  if (mailer === null) return webhooks;
  const send = (message: AlertMessage, console: string | null) =>
    guarded("e-mail", () => sendMail(mailer, message, console));
  return [...webhooks, { key: "email", host: "e-mail", send }];
}

/** A call that hangs counts as failed at the deadline. */
async function guarded(host: string, run: () => Promise<string | null>, secret?: URL): Promise<string | null> {
  const error = await before(Date.now() + TIMEOUT_MS, "send the alert", run()).catch((thrown: unknown) =>
    // The message of a failed fetch may contain the URL.
    secret ? reasonOf(thrown).replaceAll(secret.href, "ALERT_URL") : reasonOf(thrown),
  );
  if (error !== null) log("alert.not-sent", { host, error });
  return error;
}

async function post(url: URL, text: string): Promise<string | null> {
  const { headers, body } = webhookRequestOf(url, text);
  const response = await fetch(url, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return refusalOf(response.status, await beginningOf(response));
}

async function beginningOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk.subarray(0, LOOKED_AT_BYTES), { stream: true });
    if (text.length >= LOOKED_AT_BYTES) break;
  }
  return text;
}
