// Whether all is well: one sentence, or the conditions of the alerts, most urgent first.
import { consolePathOf } from "../../rules/alert-words.ts";
import {
  ALERT_COUNTS_AT_MOST,
  type Condition,
  type ConditionName,
  byUrgency,
  isUrgent,
} from "../../rules/conditions.ts";
import type { Absence } from "../../rules/alert-words.ts";
import type { Traffic } from "../../store/overview.ts";
import { fromNow, grouped, kst, visible } from "../words/format.ts";
import { TimeFromNow } from "./elements.tsx";
import { HOME } from "./layout.tsx";
import type { View } from "../view.ts";
import type { Words } from "../words/words.ts";

interface VerdictProps {
  readonly v: View;
  readonly conditions: readonly Condition[];
  /** Times in which KICC may have called without being taken, and which nobody was told yet. */
  readonly absences: readonly Absence[];
  readonly flow: Traffic;
}

export function Verdict({ v, conditions, absences, flow }: VerdictProps) {
  const { w } = v;
  const isBad = absences.length > 0 || conditions.some(({ name }) => isUrgent(name));
  const level = isBad ? "urgent" : conditions.length > 0 ? "notice" : "well";
  return (
    <section class={`verdict ${level}`} aria-labelledby="verdict">
      <h2 id="verdict">
        <span class="mark" aria-hidden="true">
          {MARKS[level]}
        </span>{" "}
        {level === "urgent" ? w.verdict.urgent : level === "notice" ? w.verdict.notice : wellText(v, flow)}
      </h2>
      {level !== "well" && (
        <ul>
          {absences.map(({ fromAt, toAt }) => (
            <li class="urgent">
              <b class="level">{w.verdict.levels.urgent}</b> {w.verdict.away(kst(fromAt), `${kst(toAt)} KST`)}
            </li>
          ))}
          {byUrgency(conditions).map((condition) => (
            <ConditionEntry v={v} condition={condition} />
          ))}
        </ul>
      )}
      {level === "notice" && <p class="faint">{wellText(v, flow)}</p>}
    </section>
  );
}

/** The guide for a condition. */
const GUIDES: Readonly<Partial<Record<ConditionName, "down" | "address" | "refund">>> = {
  dead: "down",
  overdue: "down",
  "new-address": "address",
  "token-known": "address",
  unresolved: "refund",
};

const MARKS = { urgent: "✕", notice: "!", well: "✓" } as const;

function ConditionEntry({ v, condition }: { readonly v: View; readonly condition: Condition }) {
  const { w } = v;
  const { name, since, detail, orderNo } = condition;
  const level = isUrgent(name) ? "urgent" : "notice";
  const guide = GUIDES[name] ?? null;
  const about = orderNo ?? (name === "settings" ? null : detail);
  return (
    <li class={level}>
      <b class="level">{w.verdict.levels[level]}</b>{" "}
      <a href={name === "settings" ? "#problems" : consolePathOf(condition)}>
        {w.verdict.conditions[name](countText(condition.count, ALERT_COUNTS_AT_MOST, w))}
      </a>
      {about && <bdi> ({visible(about)})</bdi>}{" "}
      {guide !== null && <a href={`${HOME}/guide/${guide}`}>{w.verdict.whatToDo}</a>}{" "}
      {name !== "settings" && (
        <small>
          {w.verdict.since} <TimeFromNow at={since} v={v} />
        </small>
      )}
    </li>
  );
}

/** A count that stopped at its bound is shown as "at least". */
export function countText(count: number, most: number, w: Words): string {
  return count >= most ? w.overview.atLeast(grouped(most)) : grouped(count);
}

function wellText({ w, now }: View, { lastReceivedAt, receivedToday, pending }: Traffic): string {
  if (lastReceivedAt === null) return w.verdict.wellNothing;
  const last = fromNow(lastReceivedAt, now, w);
  if (receivedToday === 0) return w.verdict.wellNoneToday(last);
  return pending === 0
    ? w.verdict.well(last, grouped(receivedToday))
    : w.verdict.wellUnderWay(last, grouped(receivedToday), grouped(pending));
}
