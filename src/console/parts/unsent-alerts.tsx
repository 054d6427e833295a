// Where alerts go, which of them could not be sent, and a button that sends a test alert.
import { channelsOf } from "../../outbound/alert-channel.ts";
import type { Unsent } from "../../store/alert-outbox.ts";
import { HOME } from "./layout.tsx";
import { Action, Text, TimeFromNow } from "./elements.tsx";
import type { View } from "../view.ts";

export function UnsentAlerts({ v, unsent }: { readonly v: View; readonly unsent: readonly Unsent[] }) {
  const { overview } = v.w;
  const hosts = channelsOf(v.config.operating.alerts).map(({ host }) => host);
  return (
    <section aria-labelledby="alerts">
      <h2 id="alerts">{overview.alerts}</h2>
      {hosts.length === 0 ? (
        <p>{overview.noChannels}</p>
      ) : (
        <p>
          {overview.channels}: {hosts.join(", ")}
        </p>
      )}
      {hosts.length > 0 && unsent.length === 0 && <p class="well">{overview.allSent}</p>}
      {unsent.length > 0 && (
        <>
          <p class="unwell">{overview.unsent}</p>
          <ul class="attempts">
            {unsent.map((alert) => (
              <li>
                <b>{alert.host}</b>{" "}
                <small>
                  <TimeFromNow at={alert.raisedAt} v={v} />, {overview.tries(alert.tries)}: <Text text={alert.error} />
                </small>
                <br />
                <Text text={alert.text.split("\n")[1] ?? alert.subject} />
              </li>
            ))}
          </ul>
        </>
      )}
      <div class="actions">{hosts.length > 0 && <Action to={`${HOME}/alert-test`} label={overview.testAlert} />}</div>
    </section>
  );
}
