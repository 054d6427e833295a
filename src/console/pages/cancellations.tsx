// The cancellations that our system announced, by state.
import type { CancellationState as StateName } from "../../store/cancellations.ts";
import { HOME, Layout } from "../parts/layout.tsx";
import { Filters, Pager } from "../parts/paging.tsx";
import { Table, Text, Time } from "../parts/elements.tsx";
import { type View, hrefWith, queryOf } from "../view.ts";
import type { Words } from "../words/words.ts";

const STATES = ["expected", "notified", "reconciled", "failed", "unresolved"] as const;
const KINDS = {
  expected: "pending",
  notified: "delivered",
  reconciled: "delivered",
  failed: "held",
  unresolved: "dead",
} as const;

export function CancellationState({ state, w }: { readonly state: StateName; readonly w: Words }) {
  return <span class={`state ${KINDS[state]}`}>{w.cancellations.states[state]}</span>;
}

export function cancellationPath(cancelPgCno: string): string {
  return `${HOME}/cancellations/${encodeURIComponent(cancelPgCno)}`;
}

export async function cancellationsPage(v: View) {
  const query = queryOf(v);
  const answer = await v.perform("get /api/cancellations", query);
  if ("refused" in answer) return answer;
  const { w, url } = v;
  const { cancellations, cursor } = answer;
  const link = (name: string, text: string) => ({
    href: hrefWith(url, { state: name || null, cursor: null, said: null }),
    text,
    on: (query["state"] ?? "") === name,
  });
  return (
    <Layout v={v} title={w.pages.cancellations} at="cancellations">
      <p>{w.cancellations.lead}</p>
      <Filters
        label={w.fields.state}
        links={[link("", w.frame.all), ...STATES.map((name) => link(name, w.cancellations.states[name]))]}
      />
      {cancellations.length === 0 ? (
        <p class="well">{w.frame.none}</p>
      ) : (
        <Table
          caption={w.pages.cancellations}
          columns={[
            { head: `${w.cancellations.announced} (KST)`, kind: "key" },
            { head: w.fields.order },
            { head: w.fields.cancelPgCno },
            { head: w.cancellations.state },
            { head: w.cancellations.asks, kind: "number" },
            { head: `${w.cancellations.next} (KST)` },
          ]}
          rows={cancellations.map((each) => [
            <a href={cancellationPath(each.cancelPgCno)}>
              <Time at={each.announcedAt} />
            </a>,
            <Text text={each.shopOrderNo ?? each.reference} />,
            <Text text={each.cancelPgCno} />,
            <CancellationState state={each.state} w={w} />,
            each.asks,
            each.nextAskAt === null ? <Text text={null} /> : <Time at={each.nextAskAt} />,
          ])}
        />
      )}
      <Pager
        v={v}
        older={cursor === null ? null : hrefWith(url, { cursor, said: null })}
        newest={query["cursor"] === undefined ? null : hrefWith(url, { cursor: null, said: null })}
      />
    </Layout>
  );
}
