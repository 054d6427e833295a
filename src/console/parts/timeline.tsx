// The attempts of one notification in their order: when, how it ended, what the origin said.
import type { Attempt } from "../../rules/outcome.ts";
import { Text, TimeFromNow, Took } from "./elements.tsx";
import type { View } from "../view.ts";
import type { Words } from "../words/words.ts";

interface OutcomeProps {
  readonly outcome: Attempt["outcome"];
  readonly status: number | null;
  readonly w: Words;
}

export function OutcomeOf({ outcome, status, w }: OutcomeProps) {
  const text =
    outcome === "accepted"
      ? w.notification.accepted
      : outcome === "gone"
        ? w.notification.gone
        : w.notification.attemptFailed;
  return (
    <span class={`state ${outcome === "accepted" ? "delivered" : "dead"}`}>
      {status === null ? text : `${text} · HTTP ${status}`}
    </span>
  );
}

/** Newest first: what happened last is what one wants to know. */
export function Timeline({ v, history }: { readonly v: View; readonly history: readonly Attempt[] }) {
  const { w } = v;
  if (history.length === 0) return <p class="faint">{w.notification.noAttempts}</p>;
  return (
    <ol class="timeline" reversed>
      {history.toReversed().map(({ number, startedAt, durationMs, outcome, status, error, answer }) => (
        <li class={outcome === "accepted" ? "taken" : "failed"}>
          <h3>
            {w.notification.attempt(number)} <OutcomeOf outcome={outcome} status={status} w={w} />
          </h3>
          <p>
            <TimeFromNow at={startedAt} v={v} /> <Took ms={durationMs} w={w} />
          </p>
          {error !== null && (
            <p lang="en">
              <Text text={error} />
            </p>
          )}
          {answer !== null && answer !== "" && (
            <>
              <p class="faint">{w.notification.answer}</p>
              <pre tabindex={0}>
                <Text text={answer} />
              </pre>
            </>
          )}
        </li>
      ))}
    </ol>
  );
}
