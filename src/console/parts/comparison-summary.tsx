// The result of a comparison at a glance: how many of each state, most urgent first, and as what kinds they came.
import { kindNamed } from "../../kinds/registry.ts";
import type { Compared, Comparison } from "../comparison.ts";
import { grouped } from "../words/format.ts";
import { titleOf } from "./kind.tsx";
import type { View } from "../view.ts";

export const GROUPS = ["missing", "dead", "held", "pending", "failed", "closed", "delivered"] as const;
export type Group = (typeof GROUPS)[number];

export interface ComparedProps {
  readonly v: View;
  readonly comparison: Comparison;
}

/** A failure that our system accepted is no refund: it is not shown with the successes. */
export function groupOf({ state, result }: Compared): Group {
  return state === "delivered" && result === "failure" ? "failed" : state;
}

/** @param isChosen a person said what the list is of */
export function Summary({ v, comparison, isChosen }: ComparedProps & { readonly isChosen: boolean }) {
  const { w } = v;
  const { compared, by, isGuess } = comparison;
  const groups = Map.groupBy(compared, groupOf);
  const isWell = groups.size === 1 && groups.has("delivered");
  return (
    <section class={isWell ? "verdict well" : undefined} aria-labelledby="result">
      <h2 id="result">{w.compare.result(grouped(compared.length), w.compare.numbers[by])}</h2>
      {isGuess && <p class="faint">{w.compare.guessed}</p>}
      {isWell && <p class="well">{w.compare.allWell}</p>}
      <KindsOf v={v} compared={compared} isChosen={isChosen} />
      <ul class="tiles">
        {GROUPS.filter((group) => groups.has(group)).map((group) => (
          <li>
            <a href={`#${group}`} class={`tile ${LEVELS[group]}`}>
              <strong>{grouped(groups.get(group)?.length ?? 0)}</strong> <span>{w.compare.groups[group]}</span>
              <small>{w.compare.leads[group]}</small>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** As what the numbers came: an order has a payment and a refund. */
function KindsOf({
  v,
  compared,
  isChosen,
}: {
  readonly v: View;
  readonly compared: readonly Compared[];
  readonly isChosen: boolean;
}) {
  const { w } = v;
  const kinds = [
    ...Map.groupBy(
      compared.flatMap(({ kind }) => kind ?? []),
      (kind) => kind,
    ),
  ];
  const flows = new Set(kinds.map(([kind]) => kindNamed(kind)?.flow));
  if (kinds.length === 0) return null;
  return (
    <>
      <p>{w.compare.kinds(kinds.map(([kind, each]) => `${titleOf(kind, v)} ${grouped(each.length)}`).join(", "))}</p>
      {!isChosen && flows.has("in") && <p>{w.compare.isMixed}</p>}
    </>
  );
}

const LEVELS = {
  missing: "urgent",
  dead: "urgent",
  held: "urgent",
  failed: "notice",
  pending: "calm",
  closed: "calm",
  delivered: "calm",
} as const;
