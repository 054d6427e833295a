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
    [w.f_shopOrderNo, "shopOrderNo", row.shopOrderNo],
    [w.f_amount, "amountInfo", money(row.amount, row.currency, w)],
    [w.f_cancelDate, "cancelDate", kiccDate(row.cancelDate)],
    [w.f_cancelPgCno, "cancelPgCno", row.cancelPgCno],
    [w.f_pgCno, "pgCno", row.pgCno],
    [w.f_mallId, "mallId", row.mallId],
    [w.f_resCd, "resCd", `${row.resCd} (${row.resCd === SUCCESS ? w.succeeded : w.failedResult})`],
    [w.f_resMsg, "resMsg", row.resMsg],
  ] as const;
  return (
    <section aria-labelledby="fields">
      <h2 id="fields">{w.fields}</h2>
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
      <h2 id="receipt">{w.receipt}</h2>
      <Facts
        facts={[
          [w.r_receivedAt, <TimeFromNow at={row.receivedAt} v={v} />],
          [w.r_receipts, w.r_receiptsLead(row.receipts)],
          [w.r_source, w[`source_${row.source}`]],
          [w.r_sourceAddress, <Text text={row.sourceAddress} />],
          [w.f_reference, row.reference && <Text text={row.reference} />],
          [w.r_contentType, <Text text={row.contentType} />],
          [w.r_state, row.reason === null ? w[row.state] : `${w[row.state]}: ${reasonText(row.reason, w)}`],
          [w.r_id, <code>{row.id}</code>],
        ]}
      />
    </section>
  );
}
