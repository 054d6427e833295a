// Counts and sums by kind of each day, to compare with KICC's settlement.
import type { DaySums } from "../../rules/sums.ts";
import { Table } from "./elements.tsx";
import { KindName } from "./kind.tsx";
import { grouped, kst } from "../words/format.ts";
import type { View } from "../view.ts";

interface Day {
  readonly day: number;
  readonly sums: DaySums;
}

interface Line {
  readonly kind: string;
  readonly currency: string | null;
  readonly successes: number;
  readonly sum: number;
  readonly failures: number;
}

/**
 * A kind with failures only has a line too. Where a kind has several currencies, its failures are on the first line.
 */
function linesOf({ kinds, failures }: DaySums): Line[] {
  const seen = new Set<string>();
  const lines = kinds.map(({ kind, currency, successes, sum }) => {
    const failed = seen.has(kind) ? 0 : (failures.get(kind) ?? 0);
    seen.add(kind);
    return { kind, currency, successes, sum, failures: failed };
  });
  const others = [...failures].filter(([kind]) => !seen.has(kind));
  return [
    ...lines,
    ...others.map(([kind, count]) => ({ kind, currency: null, successes: 0, sum: 0, failures: count })),
  ];
}

/** Currencies other than won are summed as KICC sent them, cents or not. */
function sumText({ sum, currency }: Line): string {
  if (currency === null) return "—";
  const text = grouped(Math.trunc(sum)) + (Number.isInteger(sum) ? "" : sum.toFixed(2).slice(-3));
  return currency === "KRW" ? `₩${text}` : `${currency} ${text}`.trim();
}

export function DayTable({ v, days }: { readonly v: View; readonly days: readonly Day[] }) {
  const { w } = v;
  if (days.length === 0) return <p class="faint">{w.overview.nothingYet}</p>;
  return (
    <div class="scroll" role="group" aria-labelledby="days" tabindex={0}>
      <Table
        narrow
        caption={w.overview.days}
        columns={[
          { head: w.overview.day },
          { head: w.fields.kind },
          { head: w.overview.successes, kind: "number" },
          { head: w.overview.sum, kind: "number" },
          { head: w.overview.failures, kind: "number" },
        ]}
        rows={days.flatMap(({ day, sums }) =>
          linesOf(sums).map((line) => [
            <time datetime={kst(day).slice(0, 10)}>{kst(day).slice(5, 10)}</time>,
            <KindName kind={line.kind} v={v} />,
            grouped(line.successes),
            sumText(line),
            line.failures === 0 ? "0" : <b class="failure">{grouped(line.failures)}</b>,
          ]),
        )}
      />
    </div>
  );
}
