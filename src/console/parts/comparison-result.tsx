// The result of a comparison: counts by state, the numbers of each, most urgent first, and what is not on the list.
import type { Compared, Comparison } from "../comparison.ts";
import type { QueryEntry } from "../../store/announced.ts";
import { AnnouncedStateTag, announcedPath } from "./announced.tsx";
import { grouped, visible } from "../words/format.ts";
import { StateTag, Table, Text } from "./elements.tsx";
import { KindName } from "./kind.tsx";
import { HOME } from "./layout.tsx";
import { NotificationTable } from "./notification-table.tsx";
import type { View } from "../view.ts";

const GROUPS = ["missing", "dead", "held", "pending", "failed", "closed", "delivered"] as const;
type Group = (typeof GROUPS)[number];

/** So many of a group are shown. A phone could not show a page with 5,000. */
const SHOWN = 200;
const UNLISTED_SHOWN = 100;

interface ComparedProps {
  readonly v: View;
  readonly comparison: Comparison;
}

/** A failure that our system accepted is no refund: it is not shown with the successes. */
function groupOf({ state, result }: Compared): Group {
  return state === "delivered" && result === "failure" ? "failed" : state;
}

export function Summary({ v: { w }, comparison: { compared, by, isGuess } }: ComparedProps) {
  const groups = Map.groupBy(compared, groupOf);
  const isWell = groups.size === 1 && groups.has("delivered");
  return (
    <section class={isWell ? "verdict well" : undefined} aria-labelledby="result">
      <h2 id="result">{w.compare.result(grouped(compared.length), w.compare.numbers[by])}</h2>
      {isGuess && <p class="faint">{w.compare.guessed}</p>}
      {isWell && <p class="well">{w.compare.allWell}</p>}
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

const LEVELS = {
  missing: "urgent",
  dead: "urgent",
  held: "urgent",
  failed: "notice",
  pending: "calm",
  closed: "calm",
  delivered: "calm",
} as const;

/** @param group a group with at least one number */
export function GroupOf({ v, comparison, group }: ComparedProps & { readonly group: Group }) {
  const { w } = v;
  const all = comparison.compared.filter((each) => groupOf(each) === group);
  const shown = all.slice(0, SHOWN);
  return (
    <>
      {all.length > SHOWN && <p class="faint">{w.compare.shown(grouped(SHOWN), grouped(all.length))}</p>}
      <Table
        caption={w.compare.groups[group]}
        columns={[
          { head: w.compare.number, kind: "key" },
          { head: w.fields.order },
          ...(group === "missing" ? [{ head: w.compare.asked }] : [{ head: w.fields.kind }, { head: w.fields.state }]),
        ]}
        rows={shown.map((each) => [
          <NumberLink each={each} />,
          <Text text={comparison.rows.get(each.number)?.shopOrderNo ?? null} />,
          ...(each.state === "missing"
            ? [<Answer v={v} comparison={comparison} number={each.number} />]
            : [<Kind v={v} each={each} />, <StateTag state={each.state} w={w} />]),
        ])}
      />
    </>
  );
}

/** All groups but the numbers that never came, which have their own form. */
export function Groups({ v, comparison }: ComparedProps) {
  const groups = new Set(comparison.compared.map(groupOf));
  return (
    <>
      {GROUPS.filter((group) => group !== "missing" && groups.has(group)).map((group) => (
        <section aria-labelledby={group}>
          <h2 id={group}>{v.w.compare.groups[group]}</h2>
          <GroupOf v={v} comparison={comparison} group={group} />
        </section>
      ))}
    </>
  );
}

/** The archive's index does not contain kinds. */
function Kind({ v, each: { kind = null } }: { readonly v: View; readonly each: Compared }) {
  return kind === null ? <span class="faint">{v.w.compare.archived}</span> : <KindName kind={kind} v={v} />;
}

function NumberLink({ each: { number, id } }: { readonly each: Compared }) {
  const to = id === null ? `?q=${encodeURIComponent(number)}` : `/${encodeURIComponent(id)}`;
  return <a href={`${HOME}/notifications${to}`}>{visible(number)}</a>;
}

/** KICC's last answer about a number that never came. */
function Answer({ v: { w }, comparison: { announced, by }, number }: ComparedProps & { readonly number: string }) {
  const row = announced.get(number);
  if (row === undefined) return <span class="faint">{w.compare.notAsked}</span>;
  const last = (JSON.parse(row.history) as QueryEntry[]).at(-1);
  return (
    <>
      <a href={announcedPath(by === "pgCno" ? "approvals" : "cancellations", number)}>
        <AnnouncedStateTag state={row.state} w={w} />
      </a>{" "}
      <Text text={last?.text ?? null} />
    </>
  );
}

export function UnlistedNumbers({ v, unlisted }: { readonly v: View; readonly unlisted: Comparison["unlisted"] }) {
  const { w } = v;
  if (unlisted === null) return null;
  return (
    <section aria-labelledby="unlisted">
      <h2 id="unlisted">{w.compare.unlisted(grouped(unlisted.length))}</h2>
      {unlisted.length > UNLISTED_SHOWN && (
        <p class="faint">{w.compare.shown(grouped(UNLISTED_SHOWN), grouped(unlisted.length))}</p>
      )}
      {unlisted.length === 0 ? (
        <p class="well">{w.compare.noneUnlisted}</p>
      ) : (
        <NotificationTable rows={unlisted.slice(0, UNLISTED_SHOWN)} v={v} />
      )}
    </section>
  );
}
