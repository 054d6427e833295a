// The last attempts at our system, failed ones first.
import type { LastAttempt } from "../../store/overview.ts";
import { HOME } from "./layout.tsx";
import { Text, TimeFromNow, Took } from "./elements.tsx";
import { KindName } from "./kind.tsx";
import { OutcomeOf } from "./timeline.tsx";
import { money, visible } from "../words/format.ts";
import type { View } from "../view.ts";

function isFailure({ outcome }: LastAttempt): boolean {
  return outcome !== "accepted";
}

/** @param attempts newest first */
export function OriginAttempts({ v, attempts }: { readonly v: View; readonly attempts: readonly LastAttempt[] }) {
  const { overview } = v.w;
  const [last] = attempts;
  const verdict = !last
    ? overview.originUnknown
    : last.outcome === "accepted"
      ? overview.originWell
      : overview.originUnwell;
  const shown = [...attempts.filter(isFailure), ...attempts.filter((each) => !isFailure(each))];
  return (
    <section aria-labelledby="origin">
      <h2 id="origin">{overview.origin}</h2>
      <p class={last && (isFailure(last) ? "unwell" : "well")}>{verdict}</p>
      {last && (
        <>
          <h3>{overview.lastAttempts}</h3>
          <ol class="attempts">
            {shown.map((attempt) => (
              <One v={v} attempt={attempt} />
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function One({ v, attempt }: { readonly v: View; readonly attempt: LastAttempt }) {
  const { w } = v;
  const { id, kind, shopOrderNo, amount, currency, startedAt, durationMs, outcome, status, error } = attempt;
  return (
    <li>
      <a href={`${HOME}/notifications/${id}`}>{visible(shopOrderNo ?? id)}</a> <KindName kind={kind} v={v} />{" "}
      {amount !== null && <Text text={money(amount, currency, w)} />}
      <br />
      <OutcomeOf outcome={outcome} status={status} w={w} />{" "}
      <small>
        <TimeFromNow at={startedAt} v={v} /> <Took ms={durationMs} w={w} />
      </small>
      {error !== null && (
        <small>
          {" "}
          <Text text={error} />
        </small>
      )}
    </li>
  );
}
