// The numbers of a comparison, by their states, and what came that is not on the list.
import type { Child } from "hono/jsx";
import type { Compared, Comparison } from "../comparison.ts";
import type { QueryEntry } from "../../store/announced.ts";
import { AnnouncedStateTag, announcedPath } from "./announced.tsx";
import { grouped, visible } from "../words/format.ts";
import { type Column, Table, Text } from "./elements.tsx";
import { type ComparedProps, GROUPS, type Group, groupOf } from "./comparison-summary.tsx";
import { KindName } from "./kind.tsx";
import { HOME } from "./layout.tsx";
import { NotificationTable } from "./notification-table.tsx";
import type { View } from "../view.ts";

/** So many of a group are shown. A phone could not show a page with 5,000. */
const SHOWN = 200;
const UNLISTED_SHOWN = 100;

/** @param group a group with at least one number */
export function GroupOf({ v, comparison, group }: ComparedProps & { readonly group: Group }) {
  const { w } = v;
  const all = comparison.compared.filter((each) => groupOf(each) === group);
  const shown = all.slice(0, SHOWN);
  const orderOf = ({ number }: Compared) => comparison.rows.get(number)?.shopOrderNo ?? null;
  // A column that says nothing is left out.
  const columns: (Column & { readonly cell: (each: Compared) => Child })[] = [
    { head: w.compare.number, kind: "key", cell: (each) => <NumberLink each={each} /> },
  ];
  if (shown.some((each) => orderOf(each) !== null)) {
    columns.push({ head: w.fields.order, cell: (each) => <Text text={orderOf(each)} /> });
  }
  if (group !== "missing") columns.push({ head: w.fields.kind, cell: (each) => <Kind v={v} each={each} /> });
  else if (comparison.by !== "shopOrderNo") {
    const cell = ({ number }: Compared) => <Answer v={v} comparison={comparison} number={number} />;
    columns.push({ head: w.compare.asked, cell });
  }
  return (
    <>
      {all.length > SHOWN && <p class="faint">{w.compare.shown(grouped(SHOWN), grouped(all.length))}</p>}
      <Table
        caption={w.compare.groups[group]}
        columns={columns}
        rows={shown.map((each) => columns.map(({ cell }) => cell(each)))}
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
