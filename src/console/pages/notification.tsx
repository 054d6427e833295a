// One notification: first what became of it, then what KICC sent, how it came, each attempt, and what a person may do.
import { type Shown, showBody } from "../../kinds/personal.ts";
import { SUCCESS } from "../../rules/notification.ts";
import { isRefusal } from "../../api/perform.ts";
import { kindNamed } from "../../kinds/registry.ts";
import { findRelated } from "../../store/related.ts";
import { find } from "../../store/search.ts";
import { headersOf, sentBy } from "../sent-headers.ts";
import { answerFor } from "../words/sentences.ts";
import { pretty, visible } from "../words/format.ts";
import { HOME, Layout } from "../parts/layout.tsx";
import { Action, AskingAction, StateTag, Text } from "../parts/elements.tsx";
import { ByHand } from "../parts/by-hand.tsx";
import { Story } from "../parts/story.tsx";
import { Timeline } from "../parts/timeline.tsx";
import { ReceiptFields, type OfRow, KiccFields, resultText } from "../parts/fields.tsx";
import type { Attempt } from "../../rules/outcome.ts";
import type { WholeRow } from "../../store/search.ts";
import type { View } from "../view.ts";
import type { Words } from "../words/words.ts";

/** The same page with its personal values. The audit records who looked before anything is shown. */
export async function personalPage(v: View, id: string) {
  const looked = await v.perform("get /api/notifications/{id}", { id, body: "whole" });
  return isRefusal(looked) ? looked : notificationPage(v, id, true);
}

/** @param isOpen shows personal values @returns null for an unknown id */
export async function notificationPage(v: View, id: string, isOpen = false) {
  const [row, related] = await Promise.all([find(v.db, id), findRelated(v.db, id)]);
  if (row === null) return null;
  const { w } = v;
  const shown = showBody(row.body, row.contentType);
  return (
    <Layout
      v={v}
      title={`${w.notification.title} ${visible(row.shopOrderNo ?? row.cancelPgCno ?? row.id)}`}
      at="notifications"
    >
      <Answer v={v} row={row} />
      <div class="columns">
        <KiccFields v={v} row={row} />
        <ReceiptFields v={v} row={row} />
      </div>
      <section aria-labelledby="attempts">
        <h2 id="attempts">{w.fields.attempts}</h2>
        <Timeline v={v} history={row.history} sent={(attempt) => sentHeaders(v, row, attempt)} />
        <ByHand v={v} row={row} isOpen={isOpen || !shown.isPersonal} />
      </section>
      <Story v={v} row={row} related={related} />
      <Body v={v} row={row} shown={shown} isOpen={isOpen} />
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
        <StateTag state={row.state} w={w} />{" "}
        <span class={row.resCd === SUCCESS ? "tag" : "tag failure"}>{resultText(row, w)}</span>{" "}
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
      {adviceFor(row, w) !== null && <p class="advised">{adviceFor(row, w)}</p>}
      {row.note !== null && (
        <p>
          {w.fields.note}: <Text text={row.note} />
        </p>
      )}
      <div class="actions">
        {mayReplay && <Action to={`${here}/replay`} label={w.notification.sendAgain} kind="main" />}
        {mayClose && (
          <AskingAction
            to={`${here}/close`}
            label={w.notification.close}
            lead={isPayment(row) ? w.notification.closePaymentLead : w.notification.closeLead}
            doIt={w.notification.closeDo}
          >
            <label for="note">{w.fields.note}</label>
            <textarea id="note" name="note" required maxlength={1000} rows={3} />
          </AskingAction>
        )}
      </div>
    </section>
  );
}

function isPayment({ kind, resCd, source }: WholeRow): boolean {
  return source !== "test" && resCd === SUCCESS && kindNamed(kind)?.demandsBooking === true;
}

function sentHeaders({ config }: View, row: WholeRow, attempt: Attempt): string | null {
  const sent = sentBy(config.delivering, row, attempt.number);
  return sent === null ? null : headersOf(sent, row.id, attempt);
}

/**
 * What the merchant owes the customer because our system does not know of the notification; null where it knows, or
 * nothing is owed.
 */
function adviceFor(row: WholeRow, w: Words): string | null {
  const { state, resCd, source } = row;
  const kind = kindNamed(row.kind);
  if (isPayment(row) && state === "closed") return w.notification.wasBookedOrCancelled;
  if (kind === null || source === "test" || (state !== "dead" && state !== "held")) return null;
  if (kind.isLoss) return w.notification.loss;
  if (isPayment(row)) return w.notification.bookOrCancel;
  if (resCd !== SUCCESS) return null;
  return kind.flow === "out" ? w.notification.refundUnbooked : null;
}

interface BodyProps extends OfRow {
  readonly shown: Shown;
  readonly isOpen: boolean;
}

function Body({ v: { w }, row, shown, isOpen }: BodyProps) {
  const { masked, charset, isPersonal } = shown;
  const text = isOpen ? shown.text : masked;
  const lines = pretty(text);
  return (
    <section aria-labelledby="body">
      <h2 id="body">{w.fields.body}</h2>
      <p class="faint">
        {w.fields.bodyLead(row.body.length, charset)}
        {lines !== null && `; ${w.notification.prettyLead}`}.
      </p>
      {isPersonal && isOpen && <p>{w.notification.personalShown}</p>}
      {isPersonal && !isOpen && (
        <form method="post" action={`${HOME}/notifications/${row.id}/look`} class="row look">
          <p>
            {w.notification.personal} <span class="faint">{w.notification.showPersonalLead}</span>
          </p>
          <button type="submit">{w.notification.showPersonal}</button>
        </form>
      )}
      <pre tabindex={0} aria-labelledby="body">
        {visible(lines ?? text)}
      </pre>
    </section>
  );
}
