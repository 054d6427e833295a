// The audit: what operators did.
import { visible } from "../words/format.ts";
import { HOME, Layout } from "../parts/layout.tsx";
import { Pager } from "../parts/paging.tsx";
import { Table, Text, Time } from "../parts/elements.tsx";
import { type View, hrefWith, queryOf } from "../view.ts";
import type { Words } from "../words/words.ts";

// The beginning of an id is enough to recognise it.
const SHORT = 20;

export async function auditPage(v: View) {
  const answer = await v.perform("get /api/audit", queryOf(v));
  if ("refused" in answer) return answer;
  const { w, url } = v;
  const { audit, cursor } = answer;
  return (
    <Layout v={v} title={w.pages.audit} at="audit">
      {audit.length === 0 ? (
        <p class="faint">{w.frame.none}</p>
      ) : (
        <Table
          caption={w.pages.audit}
          columns={[
            { head: `${w.audit.when} (KST)`, kind: "key" },
            { head: w.audit.who },
            { head: w.audit.what },
            { head: w.audit.subject },
            { head: w.audit.note, kind: "wide" },
          ]}
          rows={audit.map(({ at, who, what, subject, note }) => [
            <Time at={at} />,
            <Text text={who === "token" ? w.audit.token : who} />,
            whatText(what, w),
            <Subject id={subject} what={what} />,
            <Text text={note} />,
          ])}
        />
      )}
      <Pager
        v={v}
        older={cursor === null ? null : hrefWith(url, { cursor })}
        newest={url.searchParams.has("cursor") ? hrefWith(url, { cursor: null }) : null}
      />
    </Layout>
  );
}

function whatText(what: string, w: Words): string {
  return isKnown(what, w) ? w.audit.did[what] : what;
}

function isKnown(what: string, { audit }: Words): what is keyof Words["audit"]["did"] {
  return Object.hasOwn(audit.did, what);
}

function Subject({ id, what }: { readonly id: string | null; readonly what: string }) {
  if (id === null) return <Text text={null} />;
  const asked = what === "ask" ? "cancellations" : what === "ask-approval" ? "approvals" : null;
  const page = id.startsWith("ntf_") ? "notifications" : asked;
  if (page === null) return <Text text={id} />;
  return (
    <a href={`${HOME}/${page}/${encodeURIComponent(id)}`}>
      {visible(id.length > SHORT ? `${id.slice(0, SHORT)}…` : id)}
    </a>
  );
}
