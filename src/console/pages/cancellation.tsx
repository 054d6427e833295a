// One announced cancellation or approval: KICC's answers so far, and asking KICC now.
import { AnnouncedStateTag, type RegisterName, announcedPath } from "../parts/announced.tsx";
import { visible } from "../words/format.ts";
import { HOME, Layout } from "../parts/layout.tsx";
import { Action, Facts, Text, TimeFromNow } from "../parts/elements.tsx";
import type { View } from "../view.ts";

export async function announcedPage(v: View, register: RegisterName, id: string) {
  const one =
    register === "approvals"
      ? await v.perform("get /api/approvals/{pgCno}", { pgCno: id })
      : await v.perform("get /api/cancellations/{cancelPgCno}", { cancelPgCno: id });
  if ("refused" in one) return one;
  const { w } = v;
  const name = w.cancellations[register].one;
  return (
    <Layout v={v} title={`${name} ${visible(one.shopOrderNo ?? id)}`} at="cancellations">
      <section class="answer" aria-label={w.cancellations.state}>
        <p>
          <AnnouncedStateTag state={one.state} w={w} /> {w.cancellations.leads[one.state]}
        </p>
        {one.notificationId !== null && (
          <p>
            {w.cancellations.settledBy}:{" "}
            <a href={`${HOME}/notifications/${one.notificationId}`}>{one.notificationId}</a>
          </p>
        )}
        <div class="actions">
          <Action to={`${announcedPath(register, id)}/ask`} label={w.cancellations.askNow} kind="main" />
          <a class="button" href={`${HOME}/notifications?q=${encodeURIComponent(id)}`}>
            {w.pages.notifications}
          </a>
        </div>
      </section>
      <section aria-labelledby="fields">
        <h2 id="fields">{name}</h2>
        <Facts
          facts={[
            [w.fields.shopOrderNo, <Text text={one.shopOrderNo} />],
            ...("cancelPgCno" in one ? [[w.fields.cancelPgCno, <Text text={one.cancelPgCno} />] as const] : []),
            ...("kind" in one ? [[w.fields.kind, <Text text={one.kind} />] as const] : []),
            [w.fields.pgCno, <Text text={one.pgCno} />],
            [w.fields.mallId, <Text text={one.mallId} />],
            [w.fields.reference, <Text text={one.reference} />],
            [w.cancellations.announced, <TimeFromNow at={one.announcedAt} v={v} />],
            [w.cancellations.next, one.nextAskAt && <TimeFromNow at={one.nextAskAt} v={v} />],
          ]}
        />
      </section>
      <section aria-labelledby="queries">
        <h2 id="queries">{w.cancellations.queries}</h2>
        {one.history.length === 0 ? (
          <p class="faint">{w.cancellations.noQueries}</p>
        ) : (
          <ol class="timeline" reversed>
            {one.history.toReversed().map(({ at, status, text }) => (
              <li>
                <p>
                  <TimeFromNow at={at} v={v} /> {status !== null && <code>{visible(status)}</code>}
                </p>
                <p>
                  <Text text={text} />
                </p>
              </li>
            ))}
          </ol>
        )}
      </section>
    </Layout>
  );
}
