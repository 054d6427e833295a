// What KICC sent, field by field with its meaning, and how it came.
import { kindNamed } from "../../kinds/registry.ts";
import { SUCCESS } from "../../rules/notification.ts";
import type { WholeRow } from "../../store/search.ts";
import { reasonText } from "../words/sentences.ts";
import { kiccDate, money } from "../words/format.ts";
import { Copied, CopiedText, Facts, Text, TimeFromNow } from "./elements.tsx";
import { KindName } from "./kind.tsx";
import type { View } from "../view.ts";
import type { Words } from "../words/words.ts";

export interface OfRow {
  readonly v: View;
  readonly row: WholeRow;
}

/** A success of a kind that takes money back is called a cancellation. */
export function resultText({ kind, resCd }: { readonly kind: string; readonly resCd: string }, w: Words): string {
  const takesBack = kindNamed(kind)?.flow === "out";
  if (resCd === SUCCESS) return takesBack ? w.fields.succeeded : w.fields.wentWell;
  return takesBack ? w.fields.failed : w.fields.wentWrong;
}

export function KiccFields({ v, row }: OfRow) {
  const { w } = v;
  const takesBack = kindNamed(row.kind)?.flow === "out";
  const date = row.cancelDate ?? row.eventDate;
  const id = (value: string | null) => <CopiedText text={value} w={w} />;
  const fields = [
    [w.fields.kind, row.kind, <KindName kind={row.kind} v={v} />],
    [w.fields.shopOrderNo, "shopOrderNo", id(row.shopOrderNo)],
    [
      takesBack ? w.fields.amountCancelled : w.fields.amount,
      "amount",
      <Text text={money(row.amount, row.currency, w)} />,
    ],
    [takesBack ? w.fields.cancelDate : w.fields.eventDate, null, <Text text={kiccDate(date)} />],
    ...(takesBack || row.cancelPgCno !== null
      ? [[w.fields.cancelPgCno, "cancelPgCno", id(row.cancelPgCno)] as const]
      : []),
    [w.fields.pgCno, "pgCno", id(row.pgCno)],
    [w.fields.mallId, "mallId", <Text text={row.mallId} />],
    [w.fields.resCd, "resCd", <Text text={`${row.resCd} (${resultText(row, w)})`} />],
    [w.fields.resMsg, "resMsg", <Text text={row.resMsg} />],
  ] as const;
  return (
    <section aria-labelledby="fields">
      <h2 id="fields">{w.notification.fields}</h2>
      <dl>
        {fields.map(([name, field, value]) => (
          <div>
            <dt>
              {name} {field !== null && <code>{field}</code>}
            </dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function ReceiptFields({ v, row }: OfRow) {
  const { w } = v;
  return (
    <section aria-labelledby="receipt">
      <h2 id="receipt">{w.fields.receipt}</h2>
      <Facts
        facts={[
          [w.fields.receivedAt, <TimeFromNow at={row.receivedAt} v={v} />],
          [w.fields.receipts, w.fields.receiptsLead(row.receipts)],
          [w.fields.source, w.sources[row.source]],
          [w.fields.sourceAddress, <Text text={row.sourceAddress} />],
          [w.fields.reference, row.reference && <Copied text={row.reference} w={w} />],
          [w.fields.contentType, <Text text={row.contentType} />],
          [
            w.fields.state,
            row.reason === null ? w.states[row.state] : `${w.states[row.state]}: ${reasonText(row.reason, w)}`,
          ],
          [w.fields.id, <Copied text={row.id} w={w} />],
        ]}
      />
    </section>
  );
}
