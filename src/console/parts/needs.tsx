// What needs a person: settings that are wrong, and how many notifications and cancellations wait for a decision.
import { OVERVIEW_COUNTS_AT_MOST, type Needs } from "../../store/overview.ts";
import { HOME } from "./layout.tsx";
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

export function NeedsYou({ v: { w }, needs }: { readonly v: View; readonly needs: Needs }) {
  const list = `${HOME}/notifications?state=`;
  const tiles = [
    { count: needs.dead, name: w.states.dead, lead: w.overview.deadLead, href: `${list}dead` },
    { count: needs.held, name: w.states.held, lead: w.overview.heldLead, href: `${list}held` },
    {
      count: needs.quarantined,
      name: w.overview.quarantined,
      lead: w.overview.quarantinedLead,
      href: `${HOME}/quarantine`,
    },
    { count: needs.overdue, name: w.states.overdue, lead: w.overview.overdueLead, href: `${list}overdue` },
    {
      count: needs.unresolved,
      name: w.overview.unresolved,
      lead: w.overview.unresolvedLead,
      href: `${HOME}/cancellations?state=unresolved`,
    },
  ];
  const quiet = tiles.every(({ count }) => count === 0);
  return (
    <section aria-labelledby="needs">
      <h2 id="needs">{w.overview.needsYou}</h2>
      {quiet && <p class="well">{w.overview.nothingNeedsYou}</p>}
      <ul class="tiles">
        {tiles.map(({ count, name, lead, href }) => (
          <li>
            <a href={href} class={count > 0 ? "tile some" : "tile"}>
              <strong>{count >= OVERVIEW_COUNTS_AT_MOST ? w.overview.atLeast(count) : count}</strong>{" "}
              <span>{name}</span>
              <small>{lead}</small>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
