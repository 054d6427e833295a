// The frame of a plot: its numbers in a sentence, legend, axis labels as HTML (SVG text would shrink on a phone), and the same as a table.
import type { Child } from "hono/jsx";
import { kst } from "../words/format.ts";
import type { Words } from "../words/words.ts";

export const WIDTH = 480;
export const HEIGHT = 120;

interface FigureProps {
  readonly title: string;
  /** The plot in one sentence: what those get who do not see it. */
  readonly told: string;
  /** What its upper edge stands for. */
  readonly top: string;
  readonly legend: readonly (readonly [string, string])[];
  /** The hours' beginnings. */
  readonly hours: readonly { readonly at: number }[];
  readonly w: Words;
  readonly table: Child;
  readonly children?: Child;
}

export function Figure({ title, told, top, legend, hours, w, table, children }: FigureProps) {
  return (
    <figure>
      <figcaption>
        <h3>{title}</h3>
        <p>{told}</p>
      </figcaption>
      <ul class="legend">
        {legend.map(([name, text]) => (
          <li class={name}>{text}</li>
        ))}
      </ul>
      <p class="axis top" aria-hidden="true">
        {top}
      </p>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`${title}: ${told}`}>
        <path class="grid" d={`M0 ${HEIGHT}H${WIDTH}M0 1H${WIDTH}`} />
        {children}
      </svg>
      <p class="axis" aria-hidden="true">
        {[0, 6, 12, 18, hours.length - 1].map((index) => (
          <span>{kst(hours[index]?.at ?? 0).slice(11, 16)}</span>
        ))}
      </p>
      <details>
        <summary>{w.overview.asTable}</summary>
        {table}
      </details>
    </figure>
  );
}
