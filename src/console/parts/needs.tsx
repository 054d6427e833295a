// Counts of what waits for a person or for the next attempt; and settings that are wrong.
import type { Condition, ConditionName } from "../../rules/conditions.ts";
import { type Traffic, OVERVIEW_COUNTS_AT_MOST } from "../../store/overview.ts";
import { grouped } from "../words/format.ts";
import { HOME } from "./layout.tsx";
import { countText } from "./verdict.tsx";
import type { View } from "../view.ts";

export function Problems({ v: { w, config } }: { readonly v: View }) {
  if (config.problems.length === 0) return null;
  return (
    <section class="problems" aria-labelledby="problems">
      <h2 id="problems">{w.overview.settingsWrong}</h2>
      <p>{config.receiving === null ? w.overview.receivingWrong : w.overview.settingsWrongLead}</p>
      <ul lang="en">
        {config.problems.map(({ setting, message }) => (
          <li>
            <code>{setting}</code> {message}
          </li>
        ))}
      </ul>
    </section>
  );
}

const QUARANTINE_CONDITIONS: readonly ConditionName[] = [
  "stale-url",
  "token-known",
  "new-address",
  "no-door",
  "quarantined",
];

interface CountsProps {
  readonly v: View;
  readonly conditions: readonly Condition[];
  readonly flow: Traffic;
}

/** A tile is loud where somebody must act. It is calm where that can wait, or nobody must act. */
export function Counts({ v: { w }, conditions, flow }: CountsProps) {
  const of = (...names: readonly ConditionName[]) =>
    conditions.filter(({ name }) => names.includes(name)).reduce((sum, { count }) => sum + count, 0);
  const list = `${HOME}/notifications?state=`;
  const fromKicc = of(...QUARANTINE_CONDITIONS) > of("quarantined");
  const { overview, states } = w;
  const tiles = [
    { count: of("dead"), name: states.dead, lead: overview.deadLead, href: `${list}dead`, level: "urgent" },
    { count: of("held"), name: states.held, lead: overview.heldLead, href: `${list}held`, level: "urgent" },
    { count: of("overdue"), name: states.overdue, lead: overview.overdueLead, href: `${list}overdue`, level: "urgent" },
    {
      count: of("unresolved"),
      name: overview.unresolved,
      lead: overview.unresolvedLead,
      href: `${HOME}/cancellations?state=unresolved`,
      level: "urgent",
    },
    {
      count: of(...QUARANTINE_CONDITIONS),
      name: overview.quarantined,
      lead: overview.quarantinedLead,
      href: `${HOME}/quarantine`,
      level: fromKicc ? "urgent" : "notice",
    },
    { count: flow.pending, name: states.pending, lead: overview.pendingLead, href: `${list}pending`, level: "calm" },
  ];
  return (
    <section aria-labelledby="needs">
      <h2 id="needs">{overview.counts}</h2>
      <ul class="tiles">
        {tiles.map(({ count, name, lead, href, level }) => (
          <li>
            <a href={href} class={count > 0 ? `tile ${level}` : "tile"}>
              <strong>{countText(count, OVERVIEW_COUNTS_AT_MOST, w)}</strong> <span>{name}</span>
              <small>{lead}</small>
            </a>
          </li>
        ))}
      </ul>
      {tiles.some(({ count }) => count >= OVERVIEW_COUNTS_AT_MOST) && (
        <p class="faint">{overview.atLeastLead(grouped(OVERVIEW_COUNTS_AT_MOST))}</p>
      )}
    </section>
  );
}
