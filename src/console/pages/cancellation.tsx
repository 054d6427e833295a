// One announced cancellation with what KICC was asked, and asking it now.
import { CancellationState, cancellationPath } from "./cancellations.tsx";
import { visible } from "../words/format.ts";
import { HOME, Layout } from "../parts/layout.tsx";
import { Action, Facts, Text, TimeFromNow } from "../parts/elements.tsx";
import type { View } from "../view.ts";

export async function cancellationPage(v: View, cancelPgCno: string) {
  const one = await v.perform("get /api/cancellations/{cancelPgCno}", { cancelPgCno });
  if ("refused" in one) return one;
  const { w } = v;
  return (
    <Layout v={v} title={`${w.cancellations.one} ${visible(one.shopOrderNo ?? one.cancelPgCno)}`} at="cancellations">
      <section class="answer" aria-label={w.cancellations.state}>
        <p>
          <CancellationState state={one.state} w={w} /> {w.cancellations.leads[one.state]}
        </p>
        {one.notificationId !== null && (
          <p>
            {w.cancellations.settledBy}:{" "}
            <a href={`${HOME}/notifications/${one.notificationId}`}>{one.notificationId}</a>
          </p>
        )}
        <div class="actions">
          <Action to={`${cancellationPath(one.cancelPgCno)}/ask`} label={w.cancellations.askNow} kind="main" />
          <a class="button" href={`${HOME}/notifications?q=${encodeURIComponent(one.cancelPgCno)}`}>
            {w.pages.notifications}
          </a>
        </div>
      </section>
      <section aria-labelledby="fields">
        <h2 id="fields">{w.cancellations.one}</h2>
        <Facts
          facts={[
            [w.fields.shopOrderNo, <Text text={one.shopOrderNo} />],
            [w.fields.cancelPgCno, <Text text={one.cancelPgCno} />],
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
