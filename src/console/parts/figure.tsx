// The frame of a plot: its numbers in a sentence, a legend, axes in HTML (SVG text would shrink on a phone), and the
// same numbers as a table. Each span is a link to its notifications, and shows its values while it is pointed at or has
// the focus.
import type { Child } from "hono/jsx";
import { clockText } from "../korean-time.ts";
import { HOME } from "./layout.tsx";
import { RANGES, type Range, type Span, spanText } from "./spans.ts";
import type { Words } from "../words/words.ts";

export const WIDTH = 480;
export const HEIGHT = 120;

interface FigureProps {
  readonly title: string;
  /** The plot in one sentence, for people who do not see it. */
  readonly told: string;
  /** The values of its upper edge, middle and lower edge. */
  readonly scale: readonly [string, string, string];
  readonly legend: readonly (readonly [string, string])[];
  readonly spans: readonly Span[];
  readonly range: Range;
  /** The values of one span in words. */
  readonly valuesOf: (span: Span) => string;
  readonly w: Words;
  readonly table: Child;
  readonly children?: Child;
}

export function Figure({ title, told, scale, legend, spans, range, valuesOf, w, table, children }: FigureProps) {
  const ticks = [0, 0.25, 0.5, 0.75].map((share) => spans[Math.floor(share * spans.length)]);
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
      <div class="plot">
        <p class="scale" aria-hidden="true">
          {scale.map((text) => (
            <span>{text}</span>
          ))}
        </p>
        <div class="canvas">
          <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
            <path class="grid" d={`M0 ${HEIGHT}H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}M0 1H${WIDTH}`} />
            {children}
          </svg>
          <div class="spans" role="group" aria-label={`${title}: ${told}`}>
            {spans.map((span) => (
              <Slot span={span} range={range} values={valuesOf(span)} />
            ))}
          </div>
        </div>
        <p class="axis" aria-hidden="true">
          {ticks.map((span) => (
            <span>{span && spanText(span.at, range)}</span>
          ))}
        </p>
      </div>
      <details>
        <summary>{w.overview.asTable}</summary>
        {table}
      </details>
    </figure>
  );
}

function Slot({ span, range, values }: { readonly span: Span; readonly range: Range; readonly values: string }) {
  const end = span.at + RANGES[range].spanMs;
  const query = new URLSearchParams({ from: clockText(span.at), to: clockText(end) });
  return (
    <a href={`${HOME}/notifications?${query.toString()}`}>
      <span class="tip">
        <b>{spanText(span.at, range)}</b> {values}
      </span>
    </a>
  );
}
