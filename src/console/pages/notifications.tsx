// The list of notifications, newest first. Search and filters are in the URL. Each page says how far it looked.
import type { Refusal } from "../../api/operation.ts";
import { serialCursor } from "../../api/cursor.ts";
import { listOverdue } from "../../store/overview.ts";
import { seqAt } from "../../store/insert.ts";
import { readLastErrors } from "../../store/last-errors.ts";
import { apiFilters, filtersIn, presets } from "../filter-query.ts";
import { kst } from "../words/format.ts";
import { HOME, Layout, REPLAY_PATH } from "../parts/layout.tsx";
import { FilterLinks, Pager } from "../parts/paging.tsx";
import { STATES, Text } from "../parts/elements.tsx";
import { FilterFields } from "../parts/filter-fields.tsx";
import { type Listed, NotificationTable } from "../parts/notification-table.tsx";
import { SearchBox } from "../parts/search-box.tsx";
import { type View, hrefWith, queryOf } from "../view.ts";

const OVERDUE_SHOWN = 50;

interface List {
  readonly rows: readonly Listed[];
  readonly cursor: string | null;
}

/** @returns the page; a refusal; or the id of the only match, which is then shown instead of a list */
export async function notificationsPage(v: View) {
  const { state, q, ...others } = filtersIn(v);
  const { cursor } = queryOf(v);
  const list = state === "overdue" ? await overdue(v) : await listed(v);
  if ("refused" in list) return list;
  const [only] = list.rows;
  const searched = q !== undefined && state === undefined && cursor === undefined && Object.keys(others).length === 0;
  if (only && searched && list.rows.length === 1 && list.cursor === null) return { only: only.id };
  const stuck = list.rows.filter((row) => ["dead", "held", "pending"].includes(row.state));
  const errors = await readLastErrors(
    v.db,
    stuck.map(({ id }) => id),
  );
  return <List v={v} list={list} errors={errors} />;
}

async function listed(v: View): Promise<List | Refusal> {
  const { cursor, limit } = queryOf(v);
  const given = { ...apiFilters(v), ...(cursor ? { cursor } : {}), ...(limit ? { limit } : {}) };
  const answer = await v.perform("get /api/notifications", given);
  return "refused" in answer ? answer : { rows: answer.notifications, cursor: answer.cursor };
}

async function overdue({ db, now }: View): Promise<List> {
  return { rows: await listOverdue(db, now, OVERDUE_SHOWN), cursor: null };
}

interface ListProps {
  readonly v: View;
  readonly list: List;
  readonly errors: ReadonlyMap<string, string>;
}

function List({ v, list: { rows, cursor }, errors }: ListProps) {
  const { w, url } = v;
  const { q = "", state = "", ...others } = filtersIn(v);
  const { cursor: at } = queryOf(v);
  const isFiltered = q !== "" || Object.keys(others).length > 0;
  const link = (name: string, text: string) => ({
    href: hrefWith(url, { state: name || null, cursor: null, said: null }),
    text,
    on: state === name,
  });
  const more = isFiltered ? [] : [link("overdue", w.states.overdue)];
  return (
    <Layout v={v} title={w.pages.notifications} at="notifications">
      <SearchBox v={v} q={q}>
        <FilterFields v={v} />
      </SearchBox>
      <FilterLinks
        label={w.fields.state}
        links={[link("", w.frame.all), ...STATES.map((name) => link(name, w.states[name])), ...more]}
      />
      {state !== "overdue" && <TimeLinks v={v} />}
      <div class="actions above">
        {["dead", "held", "delivered"].includes(state) && rows.length > 0 && (
          <a class="button" href={`${REPLAY_PATH}${new URL(hrefWith(url, { cursor: null, said: null }), url).search}`}>
            {w.replay.link}
          </a>
        )}
        {state !== "overdue" && rows.length > 0 && (
          <a class="button" href={csvPath(url)}>
            {w.notifications.download}
          </a>
        )}
      </div>
      <p class="faint">
        {w.notifications.newestFirst} {isFiltered && <a href={`${HOME}/notifications`}>{w.notifications.clear}</a>}
      </p>
      {rows.length === 0 && cursor === null ? (
        <Nothing v={v} q={q} state={state} />
      ) : (
        <NotificationTable rows={rows} errors={errors} v={v} />
      )}
      <Looked v={v} rows={rows} cursor={cursor} />
      <Pager
        v={v}
        older={cursor === null ? null : hrefWith(url, { cursor, said: null })}
        newest={at === undefined ? null : hrefWith(url, { cursor: null, said: null })}
      />
    </Layout>
  );
}

function csvPath(url: URL): string {
  const { search } = new URL(hrefWith(url, { cursor: null, said: null, limit: null, excel: "1" }), url);
  return `${HOME}/notifications.csv${search}`;
}

function TimeLinks({ v: { w, url, now } }: { readonly v: View }) {
  const ranges = presets(now);
  const [from, to] = [url.searchParams.get("from") ?? "", url.searchParams.get("to") ?? ""];
  const link = (name: keyof typeof ranges) => ({
    href: hrefWith(url, { ...ranges[name], cursor: null, said: null }),
    text: w.notifications.times[name],
    on: ranges[name].from === from && ranges[name].to === to,
  });
  const any = {
    href: hrefWith(url, { from: null, to: null, cursor: null, said: null }),
    text: w.notifications.times.any,
    on: from === "" && to === "",
  };
  return <FilterLinks label={w.fields.time} links={[any, link("today"), link("yesterday"), link("week")]} />;
}

/** A page that is not full but has a next one looked at a bounded number of rows: it says how far. */
function Looked({ v: { w }, rows, cursor }: { readonly v: View } & List) {
  const read = cursor === null ? null : serialCursor.safeParse(cursor);
  if (read === null || !read.success) return null;
  const back = kst(Math.floor(read.data / seqAt(1)));
  return <p class="faint">{w.notifications.looked(rows.length, back)}</p>;
}

function Nothing({ v: { w, url }, q, state }: { readonly v: View; readonly q: string; readonly state: string }) {
  if (q === "") return <p class="well">{w.frame.none}</p>;
  return (
    <section class="nothing" aria-labelledby="nothing">
      <h2 id="nothing">
        <Text text={state === "" ? w.notifications.noneFound(q) : w.notifications.noneFoundState(q)} />
      </h2>
      <p>{w.notifications.noneFoundLead}</p>
      <ul>
        {state !== "" && (
          <li>
            <a href={hrefWith(url, { state: null })}>{w.notifications.noneFoundAll}</a>
          </li>
        )}
        <li>
          <a href={`${HOME}/quarantine`}>{w.notifications.noneFoundQuarantine}</a>
        </li>
        <li>
          <a href={`${HOME}/cancellations`}>{w.notifications.noneFoundCancellations}</a>
        </li>
      </ul>
    </section>
  );
}
