// One notification: the answer first, then what KICC told, how it came, each attempt, and what a person may do.
import { showBody } from "../../kinds/personal.ts";
import { SUCCESS } from "../../rules/notification.ts";
import { find, search } from "../../store/search.ts";
import { answerFor } from "../words/sentences.ts";
import { pretty, visible } from "../words/format.ts";
import { HOME, Layout } from "../parts/layout.tsx";
import { NotificationTable } from "../parts/notification-table.tsx";
import { Action, Ask, State, Text } from "../parts/elements.tsx";
import { Timeline } from "../parts/timeline.tsx";
import { Came, type OfRow, Told } from "../parts/fields.tsx";
import type { View } from "../view.ts";

const RELATED = 20;

/** @returns null where there is none of that id */
export async function notificationPage(v: View, id: string) {
  const row = await find(v.db, id);
  if (row === null) return null;
  const wanted = { state: null, q: row.pgCno, after: null, limit: RELATED };
  const related = row.pgCno === null ? [] : (await search(v.db, wanted)).rows.filter((each) => each.id !== id);
  const { w } = v;
  return (
    <Layout
      v={v}
      title={`${w.notification.title} ${visible(row.shopOrderNo ?? row.cancelPgCno ?? row.id)}`}
      at="notifications"
    >
      <Answer v={v} row={row} />
      <div class="columns">
        <Told v={v} row={row} />
        <Came v={v} row={row} />
      </div>
      <section aria-labelledby="attempts">
        <h2 id="attempts">{w.fields.attempts}</h2>
        <Timeline v={v} history={row.history} />
      </section>
      <Body v={v} row={row} />
      {related.length > 0 && (
        <section aria-labelledby="related">
          <h2 id="related">{w.notification.related}</h2>
          <NotificationTable rows={related} v={v} />
        </section>
      )}
    </Layout>
  );
}

function Answer({ v, row }: OfRow) {
  const { w } = v;
  const here = `${HOME}/notifications/${row.id}`;
  const mayReplay = row.state !== "pending";
  const mayClose = ["dead", "held"].includes(row.state);
  return (
    <section class={`answer ${row.state}`} aria-label={w.fields.state}>
      <p class="states">
        <State state={row.state} w={w} />{" "}
        <span class={row.resCd === SUCCESS ? "tag" : "tag failure"}>
          {row.resCd === SUCCESS ? w.fields.succeeded : w.fields.failed}
        </span>{" "}
        {row.source === "test" && <span class="tag">{w.fields.isTest}</span>}
      </p>
      {answerFor(row, v).map((sentence) => (
        <p>
          <bdi>{sentence}</bdi>
        </p>
      ))}
      {row.contradicts !== null && (
        <p>
          {w.notification.contradicts}: <a href={`${HOME}/notifications/${row.contradicts}`}>{row.contradicts}</a>
        </p>
      )}
      {row.note !== null && (
        <p>
          {w.fields.note}: <Text text={row.note} />
        </p>
      )}
      <div class="actions">
        {mayReplay && <Action to={`${here}/replay`} label={w.notification.sendAgain} kind="main" />}
        {mayClose && (
          <Ask
            to={`${here}/close`}
            label={w.notification.close}
            lead={w.notification.closeLead}
            doIt={w.notification.closeDo}
          >
            <label for="note">{w.fields.note}</label>
            <textarea id="note" name="note" required maxlength={1000} rows={3} />
          </Ask>
        )}
      </div>
    </section>
  );
}

function Body({ v: { w }, row }: OfRow) {
  const { masked: text, charset } = showBody(row.body, row.contentType);
  const lines = pretty(text);
  return (
    <section aria-labelledby="body">
      <h2 id="body">{w.fields.body}</h2>
      <p class="faint">
        {w.fields.bodyLead(row.body.length, charset)}
        {lines !== null && `; ${w.notification.prettyLead}`}.
      </p>
      <pre tabindex={0} aria-labelledby="body">
        {visible(lines ?? text)}
      </pre>
    </section>
  );
}
