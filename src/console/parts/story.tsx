// Everything about one payment: all notifications with its pgCno or order number, of every kind, in order, and what is
// left of the amount.
import { kindNamed } from "../../kinds/registry.ts";
import { type Balance, type Movement, balanceOf } from "../../rules/balance.ts";
import { SUCCESS } from "../../rules/notification.ts";
import { RELATED_AT_MOST } from "../../store/related.ts";
import type { ListedRow, WholeRow } from "../../store/search.ts";
import { money } from "../words/format.ts";
import { StateTag, Text, TimeFromNow } from "./elements.tsx";
import { resultText } from "./fields.tsx";
import { KindName } from "./kind.tsx";
import { HOME } from "./layout.tsx";
import type { View } from "../view.ts";
import type { Words } from "../words/words.ts";

interface StoryProps {
  readonly v: View;
  readonly row: WholeRow;
  readonly related: readonly ListedRow[];
}

export function Story({ v, row, related }: StoryProps) {
  const { w } = v;
  const all: readonly ListedRow[] = [row, ...related].toSorted((one, other) => one.receivedAt - other.receivedAt);
  const balance = balanceOf(all.flatMap((each) => movementOf(each, row)));
  return (
    <section aria-labelledby="story">
      <h2 id="story">{w.notification.story}</h2>
      {balance !== null && related.length > 0 && <BalanceOf balance={balance} w={w} />}
      {related.length === 0 && <p class="faint">{w.notification.storyAlone}</p>}
      {related.length >= RELATED_AT_MOST && <p class="faint">{w.notification.storyMost(RELATED_AT_MOST)}</p>}
      {related.length > 0 && (
        <ol class="timeline">
          {all.map((each) => (
            <StoryEntry v={v} each={each} isThis={each.id === row.id} />
          ))}
        </ol>
      )}
    </section>
  );
}

/** An order may have several payments. Those with another pgCno are shown, but not summed up. */
function movementOf(each: ListedRow, { pgCno, source }: WholeRow): Movement[] {
  const flow = kindNamed(each.kind)?.flow ?? null;
  const isOurs = each.reason !== "foreign" && each.source !== "test" && source !== "test";
  if (flow === null || each.resCd !== SUCCESS || each.pgCno !== pgCno || !isOurs) return [];
  // A change of state without a cancellation's id takes no money back.
  if (flow === "out" && each.cancelPgCno === null && each.eventDate === null) return [];
  return [{ flow, currency: each.currency, amount: each.amount, cancelPgCno: each.cancelPgCno }];
}

function BalanceOf({ balance, w }: { readonly balance: Balance; readonly w: Words }) {
  const { approved, cancelled, currency, isOverdrawn } = balance;
  const text = (amount: number) => money(String(amount), currency, w) ?? "";
  if (isOverdrawn && approved !== null) {
    return <p class="said refused">{w.notification.overdrawn(text(cancelled), text(approved))}</p>;
  }
  if (approved === null) return <p>{w.notification.balanceUnknown(text(cancelled))}</p>;
  return <p>{w.notification.balance(text(approved), text(cancelled), text(approved - cancelled))}</p>;
}

function StoryEntry({ v, each, isThis }: { readonly v: View; readonly each: ListedRow; readonly isThis: boolean }) {
  const { w } = v;
  const isSuccess = each.resCd === SUCCESS;
  const sign = { in: "+ ", out: "− " }[kindNamed(each.kind)?.flow ?? "in"];
  const amount = money(each.amount, each.currency, w);
  return (
    <li class={isSuccess ? "taken" : "failed"}>
      <h3>
        <KindName kind={each.kind} v={v} />{" "}
        {amount !== null && isSuccess && (
          <>
            {kindNamed(each.kind)?.flow && sign}
            <Text text={amount} />{" "}
          </>
        )}
        <StateTag state={each.state} w={w} />
      </h3>
      <p>
        {isThis ? (
          <b aria-current="true">
            {w.notification.thisOne}: <TimeFromNow at={each.receivedAt} v={v} />
          </b>
        ) : (
          <a href={`${HOME}/notifications/${each.id}`}>
            <TimeFromNow at={each.receivedAt} v={v} />
          </a>
        )}
        {!isSuccess && (
          <>
            {" "}
            <span class="failure">{resultText(each, w)}</span>{" "}
            <Text text={`${each.resCd} ${each.resMsg}`.slice(0, 120)} />
          </>
        )}
      </p>
    </li>
  );
}
