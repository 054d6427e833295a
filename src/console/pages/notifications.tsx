// The list of notifications: search and filters in the URL, newest first, pages by cursor.
import type { Refusal } from "../../api/operation.ts";
import type { NotificationShape } from "../../api/shapes.ts";
import { SUCCESS } from "../../rules/notification.ts";
import { listOverdue } from "../../store/overview.ts";
import { money } from "../words/format.ts";
import { HOME, Layout } from "../parts/layout.tsx";
import { KindName } from "../parts/kind.tsx";
import { Filters, Pager } from "../parts/paging.tsx";
import { Ask, STATES, State, Table, Text, Time } from "../parts/elements.tsx";
import { SearchBox } from "../parts/search-box.tsx";
import { type View, hrefWith, queryOf } from "../view.ts";
import type { Words } from "../words/words.ts";

const OVERDUE_SHOWN = 100;

/** What a row shows; the API's list and D1's rows both have it. */
export type Listed = Pick<
  NotificationShape,
  | "id"
  | "kind"
  | "state"
  | "source"
  | "shopOrderNo"
  | "cancelPgCno"
  | "amount"
  | "currency"
  | "resCd"
  | "resMsg"
  | "attempts"
> & { readonly receivedAt: number | string };

interface List {
  readonly rows: readonly Listed[];
  readonly cursor: string | null;
}

/** @returns the page; the id of the one and only match, which is then shown in place of a list of one; or a refusal */
export async function notificationsPage(v: View) {
  const query = queryOf(v);
  const { q, state, cursor } = query;
  const list = state === "overdue" ? await overdue(v) : await listed(v, query);
  if ("refused" in list) return list;
  const [only] = list.rows;
  const searched = q !== undefined && state === undefined && cursor === undefined;
  if (only && searched && list.rows.length === 1 && list.cursor === null) return { only: only.id };
  return <List v={v} list={list} />;
}

async function listed(v: View, query: object): Promise<List | Refusal> {
  const answer = await v.perform("get /api/notifications", query);
  return "refused" in answer ? answer : { rows: answer.notifications, cursor: answer.cursor };
}

async function overdue({ db, now }: View): Promise<List> {
  return { rows: await listOverdue(db, now, OVERDUE_SHOWN), cursor: null };
}

function List({ v, list: { rows, cursor } }: { readonly v: View; readonly list: List }) {
  const { w, url } = v;
  const { q = "", state = "", cursor: at } = queryOf(v);
  const link = (name: string, text: string) => ({
    href: hrefWith(url, { state: name || null, cursor: null, said: null }),
    text,
    on: state === name,
  });
  const more = q === "" ? [link("overdue", w.states.overdue)] : [];
  return (
    <Layout v={v} title={w.pages.notifications} at="notifications">
      <SearchBox v={v} q={q} state={state === "" || state === "overdue" ? undefined : state} />
      <Filters
        label={w.fields.state}
        links={[link("", w.frame.all), ...STATES.map((name) => link(name, w.states[name])), ...more]}
      />
      <p class="faint">
        {w.notifications.newestFirst}{" "}
        {q !== "" && <a href={hrefWith(url, { q: null, cursor: null })}>{w.notifications.clear}</a>}
      </p>
      {rows.length === 0 && cursor === null ? (
        <Nothing v={v} q={q} state={state} />
      ) : (
        <NotificationTable rows={rows} v={v} />
      )}
      <Pager
        v={v}
        older={cursor === null ? null : hrefWith(url, { cursor, said: null })}
        newest={at === undefined ? null : hrefWith(url, { cursor: null, said: null })}
      />
      {state === "dead" && q === "" && rows.length > 0 && (
        <Ask
          to={`${HOME}/replay-dead`}
          label={w.notifications.replayAll}
          lead={w.notifications.replayAllLead}
          doIt={w.notifications.replayAllDo}
        />
      )}
    </Layout>
  );
}

export function NotificationTable({ rows, v }: { readonly rows: readonly Listed[]; readonly v: View }) {
  const { w } = v;
  return (
    <Table
      caption={w.pages.notifications}
      columns={[
        { head: `${w.fields.received} (KST)`, kind: "key" },
        { head: w.fields.order },
        { head: w.fields.kind },
        { head: w.fields.amount, kind: "number" },
        { head: w.fields.result, kind: "wide" },
        { head: w.fields.state },
        { head: w.fields.attempts, kind: "number" },
      ]}
      rows={rows.map((row) => [
        <a href={`${HOME}/notifications/${row.id}`}>
          <Time at={row.receivedAt} />
        </a>,
        <Text text={row.shopOrderNo ?? row.cancelPgCno} />,
        <KindName kind={row.kind} v={v} />,
        <Text text={money(row.amount, row.currency, w)} />,
        <Result row={row} w={w} />,
        <State state={row.state} w={w} />,
        row.attempts,
      ])}
    />
  );
}

function Result({ row: { resCd, resMsg, source }, w }: { readonly row: Listed; readonly w: Words }) {
  return (
    <>
      {resCd === SUCCESS ? (
        w.fields.succeeded
      ) : (
        <>
          <b class="failure">{w.fields.failed}</b>{" "}
          <span class="faint">
            <Text text={`${resCd} ${resMsg}`.slice(0, 80)} />
          </span>
        </>
      )}{" "}
      {source === "test" && <span class="tag">{w.fields.isTest}</span>}
    </>
  );
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
