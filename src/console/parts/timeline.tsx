// The attempts of one notification in order: when, how each ended, what the origin answered.
import type { Attempt } from "../../rules/outcome.ts";
import { Text, TimeFromNow, Took } from "./elements.tsx";
import { visible } from "../words/format.ts";
import { adviceOn } from "../words/problem.ts";
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

interface TimelineProps {
  readonly v: View;
  readonly history: readonly Attempt[];
  /** The headers that an attempt sent, a line each; null where this receiver sent none. */
  readonly sent?: (attempt: Attempt) => string | null;
}

/** Newest first, because the last attempt matters most. */
export function Timeline({ v, history, sent }: TimelineProps) {
  const { w } = v;
  if (history.length === 0) return <p class="faint">{w.notification.noAttempts}</p>;
  return (
    <ol class="timeline" reversed>
      {history.toReversed().map((attempt) => (
        <TimelineEntry v={v} attempt={attempt} headers={sent?.(attempt) ?? null} />
      ))}
    </ol>
  );
}

interface TimelineEntryProps {
  readonly v: View;
  readonly attempt: Attempt;
  readonly headers: string | null;
}

function TimelineEntry({ v, attempt, headers }: TimelineEntryProps) {
  const { w } = v;
  const { number, startedAt, durationMs, outcome, status } = attempt;
  return (
    <li class={outcome === "accepted" ? "taken" : "failed"}>
      <h3>
        {w.notification.attempt(number)} <OutcomeOf outcome={outcome} status={status} w={w} />
      </h3>
      <p>
        <TimeFromNow at={startedAt} v={v} /> <Took ms={durationMs} w={w} />
      </p>
      <AttemptAnswer v={v} attempt={attempt} />
      {headers !== null && (
        <details>
          <summary>{w.notification.sentHeaders}</summary>
          <pre tabindex={0}>{visible(headers)}</pre>
        </details>
      )}
    </li>
  );
}

/** The origin's answer, and what to do about it. */
export function AttemptAnswer({ v: { w }, attempt }: { readonly v: View; readonly attempt: Attempt }) {
  const { error, answer, head } = attempt;
  const advice = adviceOn(error, w);
  return (
    <>
      {advice !== null && <p>{visible(advice)}</p>}
      {error !== null && (
        <p lang="en" class={advice === null ? undefined : "faint"}>
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
      {head !== undefined && (
        <details>
          <summary>{w.notification.answerHead}</summary>
          <pre tabindex={0}>{visible(head)}</pre>
        </details>
      )}
    </>
  );
}
