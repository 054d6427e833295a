// The five steps of a delivery and what is known of each: where it waits, the headers, where it was sent, what came
// back.
import { type Step, stepsOf } from "../../rules/delivery-steps.ts";
import type { WholeRow } from "../../store/search.ts";
import { headersOf, sentBy } from "../sent-headers.ts";
import { visible } from "../words/format.ts";
import { TimeFromNow, Took } from "./elements.tsx";
import { AttemptAnswer, OutcomeOf } from "./timeline.tsx";
import type { View } from "../view.ts";

const MARKS = { done: "✓", now: "…", later: "○", failed: "✕" } as const;

interface StepsProps {
  readonly v: View;
  readonly row: WholeRow;
}

export function DeliverySteps({ v, row }: StepsProps) {
  const { w } = v;
  const mode = v.config.delivering?.mode ?? "push";
  return (
    <ol class="steps">
      {stepsOf(row).map((step) => (
        <li class={step.progress} aria-current={step.progress === "now" ? "step" : undefined}>
          <h3>
            <span class="mark" aria-hidden="true">
              {MARKS[step.progress]}
            </span>{" "}
            {w.test.steps[step.name]} <small>{w.test.progress[step.progress]}</small>
          </h3>
          {step.at !== null && (
            <p>
              <TimeFromNow at={step.at} v={v} />
            </p>
          )}
          {step.name === "queued" && <p class="faint">{w.test.queuedIn[mode]}</p>}
          <Detail v={v} row={row} step={step} />
        </li>
      ))}
    </ol>
  );
}

/** Nothing for a step that is still to come. */
function Detail({ v, row, step }: StepsProps & { readonly step: Step }) {
  const { w } = v;
  if (step.progress === "now" || step.progress === "later") return null;
  const last = row.history.at(-1);
  const sent = sentBy(v.config.delivering, row, last?.number ?? 1);
  switch (step.name) {
    case "signed":
      if (sent === null || last === undefined) return null;
      return (
        <details>
          <summary>{w.notification.sentHeaders}</summary>
          <pre tabindex={0}>{visible(headersOf(sent, row.id, last))}</pre>
        </details>
      );
    case "sent":
      return sent?.url == null ? null : (
        <p>
          <code>{visible(`POST ${sent.url}`)}</code>
        </p>
      );
    case "answered":
      return last === undefined ? null : (
        <>
          <p>
            <OutcomeOf outcome={last.outcome} status={last.status} w={w} /> <Took ms={last.durationMs} w={w} />
          </p>
          <AttemptAnswer v={v} attempt={last} />
        </>
      );
    case "stored":
    case "queued":
      return null;
  }
}
