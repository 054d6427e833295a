// The last 24 hours as two SVG plots made here, each with the same numbers as a table.
import { Figure, HEIGHT, WIDTH } from "./figure.tsx";
import { duration, grouped, kst } from "../words/format.ts";
import { Table } from "./elements.tsx";
import type { Words } from "../words/words.ts";

const HOUR_MS = 60 * 60 * 1000;
export const HOURS = 24;

/** What a plot shows of one hour. */
export interface PlotHour {
  /** Its beginning. */
  readonly at: number;
  readonly received: number;
  readonly delivered: number;
  readonly failed: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

const EMPTY = { received: 0, delivered: 0, failed: 0, p50Ms: null, p95Ms: null };

/** The 24 hours up to the one that `now` is in, oldest first: those of which nothing is known are empty. */
export function lastDay(known: readonly PlotHour[], now: number): PlotHour[] {
  const last = Math.floor(now / HOUR_MS) * HOUR_MS;
  return Array.from({ length: HOURS }, (_none, index) => {
    const at = last - (HOURS - 1 - index) * HOUR_MS;
    return known.find((hour) => hour.at === at) ?? { ...EMPTY, at };
  });
}

const SLOT = WIDTH / HOURS;
const BARS = ["received", "delivered", "failed"] as const;

export function CountPlot({ hours, w }: { readonly hours: readonly PlotHour[]; readonly w: Words }) {
  const highest = Math.max(...hours.flatMap((hour) => BARS.map((name) => hour[name])), 1);
  const sum = (name: (typeof BARS)[number]) => hours.reduce((total, hour) => total + hour[name], 0);
  const [received, delivered, failed] = [sum("received"), sum("delivered"), sum("failed")];
  const barWidth = (SLOT - 5) / BARS.length;
  const bar = (hour: PlotHour, index: number, name: (typeof BARS)[number], place: number) => {
    const height = (hour[name] / highest) * (HEIGHT - 4);
    const shown = hour[name] === 0 ? 0 : Math.max(height, 2);
    const x = index * SLOT + 2.5 + place * barWidth;
    return shown === 0 ? null : (
      <rect class={name} x={fixed(x)} y={fixed(HEIGHT - shown)} width={fixed(barWidth)} height={fixed(shown)} />
    );
  };
  return (
    <Figure
      title={w.overview.perHour}
      told={w.overview.plotSum(received, delivered, failed)}
      top={w.overview.most(highest)}
      legend={[
        ["received", w.fields.received],
        ["delivered", w.states.delivered],
        ["failed", w.overview.failedAttempts],
      ]}
      hours={hours}
      w={w}
      table={
        <Table
          narrow
          caption={w.overview.perHour}
          columns={[w.overview.hour, w.fields.received, w.states.delivered, w.overview.failedAttempts].map(column)}
          rows={hours.map((hour) => [hourText(hour.at), ...BARS.map((name) => grouped(hour[name]))])}
        />
      }
    >
      {hours.map((hour, index) => BARS.map((name, place) => bar(hour, index, name, place)))}
    </Figure>
  );
}

const TICKS_MS = [100, 1000, 10_000, 60_000, 600_000, 3_600_000, 21_600_000, 86_400_000, 604_800_000];

interface DelayPlotProps {
  readonly hours: readonly PlotHour[];
  readonly day: { readonly p50Ms: number; readonly p95Ms: number };
  readonly w: Words;
}

/** Delays on a logarithmic scale: a healthy one is under a second, one after retries takes hours. */
export function DelayPlot({ hours, day, w }: DelayPlotProps) {
  const known = hours.flatMap(({ p50Ms, p95Ms }) => [p50Ms, p95Ms]).filter((ms) => ms !== null);
  const bottom = TICKS_MS.findLast((tick) => tick <= Math.min(...known)) ?? 100;
  const top = TICKS_MS.find((tick) => tick >= Math.max(...known, bottom + 1)) ?? 604_800_000;
  const y = (ms: number) => {
    const share = Math.log(Math.max(ms, bottom) / bottom) / Math.log(top / bottom);
    return fixed(HEIGHT - 4 - share * (HEIGHT - 8));
  };
  const told = (ms: number | null) => (ms === null ? "—" : duration(ms, w));
  return (
    <Figure
      title={w.overview.deliveryTime}
      told={w.overview.plotDelay(duration(day.p50Ms, w), duration(day.p95Ms, w))}
      top={duration(top, w)}
      legend={[
        ["p50", w.overview.p50],
        ["p95", w.overview.p95],
      ]}
      hours={hours}
      w={w}
      table={
        <Table
          narrow
          caption={w.overview.deliveryTime}
          columns={[w.overview.hour, w.overview.p50, w.overview.p95].map(column)}
          rows={hours.map((hour) => [hourText(hour.at), told(hour.p50Ms), told(hour.p95Ms)])}
        />
      }
    >
      {TICKS_MS.filter((tick) => tick > bottom && tick < top).map((tick) => (
        <path class="grid" d={`M0 ${y(tick)}H${WIDTH}`} />
      ))}
      <path class="p95" d={line(hours, ({ p95Ms }) => p95Ms, y)} />
      <path class="p50" d={line(hours, ({ p50Ms }) => p50Ms, y)} />
    </Figure>
  );
}

/** A line through the hours that have a value, broken where one has none; a lone one is a dot. */
function line(
  hours: readonly PlotHour[],
  valueOf: (hour: PlotHour) => number | null,
  y: (ms: number) => string,
): string {
  return hours
    .map((hour, index) => {
      const value = valueOf(hour);
      if (value === null) return "";
      const before = hours[index - 1];
      const x = fixed((index + 0.5) * SLOT);
      return before && valueOf(before) !== null ? `L${x} ${y(value)}` : `M${x} ${y(value)}h0`;
    })
    .join("");
}

function column(head: string, index: number) {
  return index === 0 ? { head } : { head, kind: "number" as const };
}

function hourText(at: number): string {
  return kst(at).slice(5, 16);
}

function fixed(number: number): string {
  return String(Math.round(number * 10) / 10);
}
