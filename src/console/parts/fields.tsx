// What KICC told, field by field with its meaning, and how it came.
import { SUCCESS } from "../../rules/notification.ts";
import type { WholeRow } from "../../store/search.ts";
import { reasonText } from "../words/sentences.ts";
import { kiccDate, money } from "../words/format.ts";
import { Facts, Text, TimeFromNow } from "./elements.tsx";
import type { View } from "../view.ts";

export interface OfRow {
  readonly v: View;
  readonly row: WholeRow;
}

export function Told({ v: { w }, row }: OfRow) {
  const fields = [
    [w.fields.shopOrderNo, "shopOrderNo", row.shopOrderNo],
    [w.fields.amountCancelled, "amountInfo", money(row.amount, row.currency, w)],
    [w.fields.cancelDate, "cancelDate", kiccDate(row.cancelDate)],
    [w.fields.cancelPgCno, "cancelPgCno", row.cancelPgCno],
    [w.fields.pgCno, "pgCno", row.pgCno],
    [w.fields.mallId, "mallId", row.mallId],
    [w.fields.resCd, "resCd", `${row.resCd} (${row.resCd === SUCCESS ? w.fields.succeeded : w.fields.failed})`],
    [w.fields.resMsg, "resMsg", row.resMsg],
  ] as const;
  return (
    <section aria-labelledby="fields">
      <h2 id="fields">{w.notification.fields}</h2>
      <dl>
        {fields.map(([name, field, value]) => (
          <div>
            <dt>
              {name} <code>{field}</code>
            </dt>
            <dd>
              <Text text={value} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function Came({ v, row }: OfRow) {
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
          [w.fields.reference, row.reference && <Text text={row.reference} />],
          [w.fields.contentType, <Text text={row.contentType} />],
          [
            w.fields.state,
            row.reason === null ? w.states[row.state] : `${w.states[row.state]}: ${reasonText(row.reason, w)}`,
          ],
          [w.fields.id, <code>{row.id}</code>],
        ]}
      />
    </section>
  );
}
