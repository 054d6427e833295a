// Sends alerts by the send_email binding, which has the destination address. The sender is of the console's domain:
// each possible domain is tried.
import type { Mailer } from "../config.ts";
import { log, reasonOf } from "../log.ts";
import type { AlertMessage } from "./alert-channel.ts";

const SENDER = "kicc-edge-receiver";
// Cloudflare refuses a sender whose domain does not send mail. For any other error another sender does not help.
const SENDER_REFUSED = /sender|\bfrom\b|domain|onboard/i;

/** @returns what went wrong, or null @throws what the binding throws, unless it is about the sender */
export async function sendMail(
  mailer: Mailer,
  { subject, text }: AlertMessage,
  console: string | null,
): Promise<string | null> {
  if (console === null) {
    return "the sender's domain is not known yet: open the console once, or call the API";
  }
  let refused = "";
  for (const domain of domainsOf(console)) {
    try {
      await mailer.send({ from: `${SENDER}@${domain}`, to: undefined, subject, text });
      return null;
    } catch (error) {
      refused = reasonOf(error);
      if (!SENDER_REFUSED.test(refused)) throw error;
      log("alert.sender-refused", { domain, error: refused });
    }
  }
  return refused;
}

/** `kicc.shop.example` → shop.example, then kicc.shop.example: the zone usually sends mail, a subdomain rarely does. */
function domainsOf(console: string): string[] {
  const { hostname } = new URL(console);
  const parent = hostname.split(".").slice(1).join(".");
  return parent.includes(".") ? [parent, hostname] : [hostname];
}
