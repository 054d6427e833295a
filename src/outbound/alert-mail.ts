// Alerts by the send_email binding. The address is the binding's; the sender is of the console's domain, found by trying.
import type { Mailer } from "../config.ts";
import { log, reasonOf } from "../log.ts";
import type { AlertMessage } from "./alert-channel.ts";

const SENDER = "kicc-edge-receiver";
// Cloudflare refuses a sender whose domain does not send mail; anything else is not mended by another sender.
const SENDER_REFUSED = /sender|\bfrom\b|domain|onboard/i;

/** @returns what went wrong, or null. @throws what the binding throws for another reason than the sender */
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

/** `kicc.shop.example` → shop.example, then itself: the zone most likely sends mail, its subdomain hardly. */
function domainsOf(console: string): string[] {
  const { hostname } = new URL(console);
  const parent = hostname.split(".").slice(1).join(".");
  return parent.includes(".") ? [parent, hostname] : [hostname];
}
