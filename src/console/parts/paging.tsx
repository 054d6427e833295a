// Links to the next page and to the filters of a list, so that every view of a list has an address.
import type { View } from "../view.ts";

/** Links to older entries, and back to the newest. */
export function Pager(p: { readonly v: View; readonly older: string | null; readonly newest: string | null }) {
  const { w } = p.v;
  if (p.older === null && p.newest === null) return null;
  return (
    <nav class="pager" aria-label={`${w.frame.newest} / ${w.frame.older}`}>
      {p.newest !== null && <a href={p.newest}>← {w.frame.newest}</a>}
      {p.older !== null && (
        <a class="older" href={p.older} rel="next">
          {w.frame.older} →
        </a>
      )}
    </nav>
  );
}

/** Filters as links. The active one is marked. */
export function FilterLinks(p: {
  readonly label: string;
  readonly links: readonly { readonly href: string; readonly text: string; readonly on: boolean }[];
}) {
  return (
    <nav class="filters" aria-label={p.label}>
      {p.links.map(({ href, text, on }) => (
        <a href={href} aria-current={on ? "true" : undefined}>
          {text}
        </a>
      ))}
    </nav>
  );
}
