// A range of time as two SVG plots: counts, and delivery times. Each has the same numbers as a table.
import { Figure, HEIGHT, WIDTH } from "./figure.tsx";
import { duration, grouped } from "../words/format.ts";
import { type Range, type Span, spanText } from "./spans.ts";
import { Table } from "./elements.tsx";
import type { Words } from "../words/words.ts";

interface PlotProps {
  readonly spans: readonly Span[];
  readonly range: Range;
  readonly w: Words;
}

const BARS = ["received", "delivered", "failed"] as const;

export function CountPlot({ spans, range, w }: PlotProps) {
  const top = roundUp(Math.max(...spans.flatMap((span) => BARS.map((name) => span[name]))));
  const sum = (name: (typeof BARS)[number]) => grouped(spans.reduce((total, span) => total + span[name], 0));
  const slot = WIDTH / spans.length;
  const barWidth = (slot * 0.75) / BARS.length;
  const bar = (span: Span, index: number, name: (typeof BARS)[number], place: number) => {
    if (span[name] === 0) return null;
    const height = Math.max((span[name] / top) * (HEIGHT - 1), 2);
    const x = index * slot + slot / 8 + place * barWidth;
    return <rect class={name} x={fixed(x)} y={fixed(HEIGHT - height)} width={fixed(barWidth)} height={fixed(height)} />;
  };
  const valuesOf = (span: Span) =>
    w.overview.plotSum(grouped(span.received), grouped(span.delivered), grouped(span.failed));
  const title = w.overview.countTitles[range];
  const heads = [w.overview.beginning, w.overview.received, w.states.delivered, w.overview.failedAttempts];
  return (
    <Figure
      title={title}
      told={w.overview.plotSum(sum("received"), sum("delivered"), sum("failed"))}
      scale={[grouped(top), grouped(top / 2), "0"]}
      legend={[
        ["received", w.overview.received],
        ["delivered", w.states.delivered],
        ["failed", w.overview.failedAttempts],
      ]}
      spans={spans}
      range={range}
      valuesOf={valuesOf}
      w={w}
      table={
        <Table
          narrow
          caption={title}
          columns={heads.map(column)}
          rows={spans.map((span) => [spanText(span.at, range), ...BARS.map((name) => grouped(span[name]))])}
        />
      }
    >
      {spans.map((span, index) => BARS.map((name, place) => bar(span, index, name, place)))}
    </Figure>
  );
}

/** Rounds up to an even number of one digit and zeros, so that half of it is whole too. */
function roundUp(count: number): number {
  const step = 10 ** Math.max(0, String(count).length - 1);
  const rounded = Math.ceil(count / step) * step;
  return Math.max(2, rounded % 2 === 0 ? rounded : rounded + step);
}

const TICKS_MS = [100, 1000, 10_000, 60_000, 600_000, 3_600_000, 21_600_000, 86_400_000, 604_800_000];

interface DelayPlotProps extends PlotProps {
  readonly whole: { readonly p50Ms: number; readonly p95Ms: number };
}

/** A logarithmic scale, because a usual delay is under a second and one with retries takes hours. */
export function DelayPlot({ spans, range, whole, w }: DelayPlotProps) {
  const known = spans.flatMap(({ p50Ms, p95Ms }) => [p50Ms, p95Ms]).filter((ms) => ms !== null);
  const bottom = TICKS_MS.findLast((tick) => tick <= Math.min(...known)) ?? 100;
  const top = TICKS_MS.find((tick) => tick >= Math.max(...known, bottom + 1)) ?? 604_800_000;
  const y = (ms: number) => {
    const share = Math.log(Math.max(ms, bottom) / bottom) / Math.log(top / bottom);
    return fixed(HEIGHT - 2 - Math.min(share, 1) * (HEIGHT - 4));
  };
  const text = (ms: number | null) => (ms === null ? "—" : duration(ms, w));
  const x = (index: number) => fixed(((index + 0.5) * WIDTH) / spans.length);
  return (
    <Figure
      title={w.overview.deliveryTime}
      told={w.overview.plotDelay(text(whole.p50Ms), text(whole.p95Ms))}
      scale={[text(top), text(Math.sqrt(top * bottom)), text(bottom)]}
      legend={[
        ["p50", w.overview.p50],
        ["p95", w.overview.p95],
      ]}
      spans={spans}
      range={range}
      valuesOf={({ p50Ms, p95Ms }) => w.overview.spanDelay(text(p50Ms), text(p95Ms))}
      w={w}
      table={
        <Table
          narrow
          caption={w.overview.deliveryTime}
          columns={[w.overview.beginning, w.overview.p50, w.overview.p95].map(column)}
          rows={spans.map((span) => [spanText(span.at, range), text(span.p50Ms), text(span.p95Ms)])}
        />
      }
    >
      <path class="p95" d={line(spans, ({ p95Ms }) => p95Ms, x, y)} />
      <path class="p50" d={line(spans, ({ p50Ms }) => p50Ms, x, y)} />
    </Figure>
  );
}

/** A line through the spans with a value, with a gap where there is none. A single value is a dot. */
function line(
  spans: readonly Span[],
  valueOf: (span: Span) => number | null,
  x: (index: number) => string,
  y: (ms: number) => string,
): string {
  return spans
    .map((span, index) => {
      const value = valueOf(span);
      if (value === null) return "";
      const before = spans[index - 1];
      return before && valueOf(before) !== null ? `L${x(index)} ${y(value)}` : `M${x(index)} ${y(value)}h0`;
    })
    .join("");
}

function column(head: string, index: number) {
  return index === 0 ? { head } : { head, kind: "number" as const };
}

function fixed(number: number): string {
  return String(Math.round(number * 10) / 10);
}
