// Parts that pages share: times, states, tables that become cards on a phone, and forms that ask first.
import type { Child } from "hono/jsx";
import { rfc3339 } from "../../time.ts";
import { duration, fromNow, kst, visible } from "../words/format.ts";
import type { View } from "../view.ts";
import type { Words } from "../words/words.ts";

/** A time in KST. */
export function Time({ at }: { readonly at: number | string }) {
  const instant = typeof at === "number" ? at : Date.parse(at);
  return <time datetime={rfc3339(instant)}>{kst(instant)}</time>;
}

/** A time, and how long ago it was or how soon it comes. */
export function TimeFromNow({ at, v }: { readonly at: number | string; readonly v: View }) {
  const instant = typeof at === "number" ? at : Date.parse(at);
  return (
    <>
      <Time at={instant} /> KST <span class="faint">({fromNow(instant, v.now, v.w)})</span>
    </>
  );
}

export const STATES = ["pending", "delivered", "dead", "held", "closed"] as const;
export type StateName = (typeof STATES)[number];

export function StateTag({ state, w }: { readonly state: StateName; readonly w: Words }) {
  return <span class={`state ${state}`}>{w.states[state]}</span>;
}

/** Text from KICC or a stranger: escaped, with nothing invisible, and with its own writing direction. */
export function Text({ text }: { readonly text: string | null }) {
  return text === null ? <span class="faint">—</span> : <bdi>{visible(text)}</bdi>;
}

/**
 * An id or a command to copy. One click selects it, and the script adds a button that copies it.
 * @param as "pre" for several lines
 */
export function Copied({
  text,
  w,
  as = "code",
}: {
  readonly text: string;
  readonly w: Words;
  readonly as?: "code" | "pre";
}) {
  const marks = { "data-copy": w.frame.copy, "data-copied": w.frame.copied };
  return as === "pre" ? (
    <pre tabindex={0} {...marks}>
      {visible(text)}
    </pre>
  ) : (
    <code {...marks}>{visible(text)}</code>
  );
}

/** The same for a value that may be missing. */
export function CopiedText({ text, w }: { readonly text: string | null; readonly w: Words }) {
  return text === null ? <Text text={null} /> : <Copied text={text} w={w} />;
}

export interface Column {
  readonly head: string;
  readonly kind?: "number" | "wide" | "key";
}

/** A table; on a phone each row is a card. The roles are repeated, because CSS's `display` removes them. */
export function Table(p: {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Child[])[];
  /** Narrow enough to stay a table on a phone. */
  readonly narrow?: true;
}) {
  return (
    <table role="table" class={p.narrow ? undefined : "cards"}>
      <caption class="unseen">{p.caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {p.columns.map(({ head, kind }) => (
            <th role="columnheader" scope="col" class={kind}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {p.rows.map((cells) => (
          <tr role="row">
            {cells.map((cell, index) => (
              <td role="cell" class={p.columns[index]?.kind} data-head={p.columns[index]?.head}>
                <div>{cell}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Names and values. Those without a value are left out. */
export function Facts({ facts }: { readonly facts: readonly (readonly [string, Child])[] }) {
  return (
    <dl>
      {facts
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** A form that does one thing. */
export function Action(p: { readonly to: string; readonly label: string; readonly kind?: "main" | "danger" }) {
  return (
    <form method="post" action={p.to}>
      <button type="submit" class={p.kind}>
        {p.label}
      </button>
    </form>
  );
}

/** A form that opens first, says what it will do, and then does it. */
export function AskingAction(p: {
  readonly to: string;
  readonly label: string;
  readonly lead: string;
  readonly doIt: string;
  readonly children?: Child;
}) {
  return (
    <details class="ask">
      <summary>{p.label}</summary>
      <form method="post" action={p.to}>
        <p>{p.lead}</p>
        {p.children}
        <button type="submit" class="danger">
          {p.doIt}
        </button>
      </form>
    </details>
  );
}

export function Took({ ms, w }: { readonly ms: number | null; readonly w: Words }) {
  return ms === null ? null : <span class="faint">{w.notification.tookMs(duration(ms, w))}</span>;
}
