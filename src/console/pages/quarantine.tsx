// The quarantine as a list.
import { HOME, Layout } from "../parts/layout.tsx";
import { Pager } from "../parts/paging.tsx";
import { Table, Text, Time } from "../parts/elements.tsx";
import { type View, hrefWith, queryOf } from "../view.ts";

export async function quarantinePage(v: View) {
  const answer = await v.perform("get /api/quarantine", queryOf(v));
  if ("refused" in answer) return answer;
  const { w, url } = v;
  const { quarantine, cursor } = answer;
  return (
    <Layout v={v} title={w.pages.quarantine} at="quarantine">
      <p>{w.quarantine.lead}</p>
      {quarantine.length === 0 ? (
        <p class="well">{w.frame.none}</p>
      ) : (
        <Table
          caption={w.pages.quarantine}
          columns={[
            { head: `${w.fields.received} (KST)`, kind: "key" },
            { head: w.quarantine.reason },
            { head: w.quarantine.from },
            { head: w.quarantine.begins, kind: "wide" },
            { head: w.quarantine.times, kind: "number" },
          ]}
          rows={quarantine.map((kept) => [
            <a href={`${HOME}/quarantine/${kept.id}`}>
              <Time at={kept.receivedAt} />
            </a>,
            w.quarantine.reasons[kept.reason],
            <>
              <Text text={kept.address} /> {kept.knewToken && <span class="tag failure">{w.quarantine.knew}</span>}
            </>,
            <span class="excerpt">
              <Text text={kept.excerpt.slice(0, 120)} />
            </span>,
            kept.receipts,
          ])}
        />
      )}
      <Pager
        v={v}
        older={cursor === null ? null : hrefWith(url, { cursor, said: null })}
        newest={url.searchParams.has("cursor") ? hrefWith(url, { cursor: null, said: null }) : null}
      />
    </Layout>
  );
}
