// Notifications as a table whose rows are links. On a phone a row has two lines, and a third where something is wrong.
import type { NotificationShape } from "../../api/shapes.ts";
import { kindNamed } from "../../kinds/registry.ts";
import { SUCCESS } from "../../rules/notification.ts";
import { rfc3339 } from "../../time.ts";
import { kst, money } from "../words/format.ts";
import { reasonText } from "../words/sentences.ts";
import { HOME } from "./layout.tsx";
import { KindName } from "./kind.tsx";
import { StateTag, Text } from "./elements.tsx";
import type { View } from "../view.ts";

/** The fields of a row, which both the API's list and D1's rows have. */
export type Listed = Pick<
  NotificationShape,
  | "id"
  | "kind"
  | "state"
  | "reason"
  | "source"
  | "mallId"
  | "shopOrderNo"
  | "cancelPgCno"
  | "amount"
  | "currency"
  | "resCd"
  | "resMsg"
  | "attempts"
> & { readonly receivedAt: number | string };

interface TableProps {
  readonly rows: readonly Listed[];
  /** The last error, by id. */
  readonly errors?: ReadonlyMap<string, string>;
  readonly v: View;
}

export function NotificationTable({ rows, errors, v }: TableProps) {
  const { w } = v;
  const heads = [
    [`${w.overview.received} (KST)`, "when"],
    [w.fields.order, "order"],
    [w.fields.kind, "what"],
    [w.fields.amount, "number"],
    [w.fields.state, "how"],
    [w.notifications.why, "why"],
    [w.fields.attempts, "number tries"],
  ] as const;
  return (
    <table role="table" class="list">
      <caption class="unseen">{w.pages.notifications}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {heads.map(([head, name]) => (
            <th role="columnheader" scope="col" class={name}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <Row row={row} error={errors?.get(row.id) ?? null} v={v} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ row, error, v }: { readonly row: Listed; readonly error: string | null; readonly v: View }) {
  const { w } = v;
  return (
    <tr role="row">
      <td role="cell" class="when">
        <a href={`${HOME}/notifications/${row.id}`}>
          <When at={row.receivedAt} />
        </a>
      </td>
      <td role="cell" class="order">
        <Text text={row.shopOrderNo ?? row.cancelPgCno} />
        {row.mallId !== null && (
          <small>
            <Text text={row.mallId} />
          </small>
        )}
      </td>
      <td role="cell" class="what">
        <KindName kind={row.kind} v={v} /> {row.resCd !== SUCCESS && <b class="failure">{w.notifications.failed}</b>}{" "}
        {row.source === "test" && <span class="tag">{w.fields.isTest}</span>}
      </td>
      <td role="cell" class="number">
        <Text text={money(row.amount, row.currency, w)} />
      </td>
      <td role="cell" class="how">
        <StateTag state={row.state} w={w} />
      </td>
      <td role="cell" class="why">
        <Why row={row} error={error} v={v} />
      </td>
      <td role="cell" class="number tries">
        {row.attempts}
      </td>
    </tr>
  );
}

/** A phone does not show the year and the seconds. */
function When({ at }: { readonly at: number | string }) {
  const instant = typeof at === "number" ? at : Date.parse(at);
  const text = kst(instant);
  return (
    <time datetime={rfc3339(instant)}>
      <span class="wide">{text.slice(0, 5)}</span>
      {text.slice(5, 16)}
      <span class="wide">{text.slice(16)}</span>
    </time>
  );
}

/** Why it is dead, held or waits, and KICC's text for a failure. Most notifications have none. */
function Why({ row, error, v: { w } }: { readonly row: Listed; readonly error: string | null; readonly v: View }) {
  const isStuck = row.state === "dead" || row.state === "held";
  const mustBook = (row.state === "dead" || row.state === "closed") && kindNamed(row.kind)?.demandsBooking;
  const texts = [
    isStuck && row.reason !== null ? reasonText(row.reason, w) : null,
    isStuck || row.state === "pending" ? error : null,
    row.resCd === SUCCESS ? null : `${row.resCd} ${row.resMsg}`.slice(0, 80),
  ].filter((text) => text !== null);
  return (
    <>
      {mustBook && row.resCd === SUCCESS && <b class="failure">{w.notifications.bookOrCancel} </b>}
      {texts.length > 0 && <Text text={texts.join("; ")} />}
    </>
  );
}
