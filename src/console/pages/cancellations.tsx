// The cancellations and approvals that our system announced, by state.
import { AnnouncedStateTag, type RegisterName, announcedPath } from "../parts/announced.tsx";
import { HOME, Layout } from "../parts/layout.tsx";
import { FilterLinks, Pager } from "../parts/paging.tsx";
import { Table, Text, Time } from "../parts/elements.tsx";
import { type View, hrefWith, queryOf } from "../view.ts";

const REGISTERS = ["cancellations", "approvals"] as const;
const ANNOUNCED_STATES = ["expected", "notified", "reconciled", "failed", "unresolved"] as const;
/** A page of either register, each entry with the id by which it is announced. */
async function listOf(v: View, register: RegisterName, query: object) {
  if (register === "approvals") {
    const answer = await v.perform("get /api/approvals", query);
    if ("refused" in answer) return answer;
    return { cursor: answer.cursor, rows: answer.approvals.map((each) => ({ ...each, id: each.pgCno })) };
  }
  const answer = await v.perform("get /api/cancellations", query);
  if ("refused" in answer) return answer;
  return { cursor: answer.cursor, rows: answer.cancellations.map((each) => ({ ...each, id: each.cancelPgCno })) };
}

export async function announcedListPage(v: View, register: RegisterName) {
  const query = queryOf(v);
  const answer = await listOf(v, register, query);
  if ("refused" in answer) return answer;
  const { w, url } = v;
  const { rows, cursor } = answer;
  const link = (name: string, text: string) => ({
    href: hrefWith(url, { state: name || null, cursor: null, said: null }),
    text,
    on: (query["state"] ?? "") === name,
  });
  return (
    <Layout v={v} title={w.cancellations[register].many} at="cancellations">
      <p>{w.cancellations[register].lead}</p>
      <FilterLinks
        label={w.cancellations.register}
        links={REGISTERS.map((name) => ({
          href: `${HOME}/${name}`,
          text: w.cancellations[name].many,
          on: name === register,
        }))}
      />
      <FilterLinks
        label={w.fields.state}
        links={[link("", w.frame.all), ...ANNOUNCED_STATES.map((name) => link(name, w.cancellations.states[name]))]}
      />
      {rows.length === 0 ? (
        <p class="well">{w.frame.none}</p>
      ) : (
        <Table
          caption={w.cancellations[register].many}
          columns={[
            { head: `${w.cancellations.announced} (KST)`, kind: "key" },
            { head: w.fields.order },
            { head: register === "approvals" ? w.fields.pgCno : w.fields.cancelPgCno },
            { head: w.cancellations.state },
            { head: w.cancellations.asks, kind: "number" },
            { head: `${w.cancellations.next} (KST)` },
          ]}
          rows={rows.map((each) => [
            <a href={announcedPath(register, each.id)}>
              <Time at={each.announcedAt} />
            </a>,
            <Text text={each.shopOrderNo ?? each.reference} />,
            <Text text={each.id} />,
            <AnnouncedStateTag state={each.state} w={w} />,
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
