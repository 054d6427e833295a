// Sends a test alert to every channel at once, so that people see whether alerts arrive before they need one.
import * as z from "zod/mini";
import { channelsOf } from "../../outbound/alert-channel.ts";
import { ALERT_WORDS } from "../../rules/alert-words.ts";
import { audit } from "../../store/audit.ts";
import { heartbeatStatement } from "../../store/heartbeat.ts";
import type { Heartbeat } from "../../store/heartbeat.ts";
import { operation, refuse } from "../operation.ts";

export const testAlert = operation({
  method: "post",
  path: "/api/alert-test",
  summary: "Send a test alert to every webhook of ALERT_URL and to ALERT_EMAIL",
  input: z.object({}),
  answer: z.object({
    channels: z.array(
      z.object({
        /** The webhook's host, or `e-mail`. */
        host: z.string(),
        sent: z.boolean(),
        error: z.nullable(z.string()),
      }),
    ),
  }),
  async run(_input, { db, config, now, operator }) {
    const { alerts, environment } = config.operating;
    const channels = channelsOf(alerts);
    if (channels.length === 0) return refuse("conflict", "Neither ALERT_URL nor ALERT_EMAIL is set, or one is wrong");
    const personText = ALERT_WORDS[alerts.language];
    const subject = `${personText.subject} (${environment})`;
    const console = (await heartbeatStatement(db).first<Heartbeat>())?.console ?? null;
    const link = console === null ? "" : `\n${console}/console`;
    const message = { subject, text: `${subject}\n${personText.test}${link}` };
    const told = await Promise.all(
      channels.map(async ({ host, send }) => {
        const error = await send(message, console);
        return { host, sent: error === null, error };
      }),
    );
    const note = told.map(({ host, error }) => `${host}: ${error ?? "sent"}`).join("; ");
    await audit(db, { at: now, who: operator, what: "alert-test", subject: null, note }).run();
    return { channels: told };
  },
});
