// The overview: whether all is well, the search, what waits, how our system answers, plots, and sums for the
// accountant.
import { DAY_MS, HOUR_MS } from "../../time.ts";
import { COMPARE_PATH, HOME, Layout } from "../parts/layout.tsx";
import type { Condition } from "../../rules/conditions.ts";
import { observe } from "../../store/alert-conditions.ts";
import { type Traffic, readTraffic, readLastAttempts } from "../../store/overview.ts";
import { type Hour, readDays, readSpans } from "../../store/rollup-reads.ts";
import { listUnsent } from "../../store/alert-outbox.ts";
import { type Month, readMonth } from "../../store/size.ts";
import type { Config } from "../../config.ts";
import { UnsentAlerts } from "../parts/unsent-alerts.tsx";
import { Counts, Problems } from "../parts/needs.tsx";
import { DayTable } from "../parts/day-table.tsx";
import { Facts, TimeFromNow } from "../parts/elements.tsx";
import { FilterLinks } from "../parts/paging.tsx";
import { CountPlot, DelayPlot } from "../parts/plot.tsx";
import { type Range, RANGES, delaysOf, rangeNamed, spansOf, startOf } from "../parts/spans.ts";
import { OriginAttempts } from "../parts/attempts.tsx";
import { SearchBox } from "../parts/search-box.tsx";
import { Verdict } from "../parts/verdict.tsx";
import { midnightOf } from "../korean-time.ts";
import { type View, hrefWith } from "../view.ts";
import { grouped, kst } from "../words/format.ts";
import { DAYS_A_MONTH, dollarsOf, usageOf } from "../../rules/month-cost.ts";
import { renewalOf } from "../renewal.ts";

const ATTEMPTS = 8;
const UNSENT = 5;
const DAYS = { day: 7, week: 7, month: 30 } as const;
/**
 * The cron writes its heartbeat each minute. If it is older than this, the cron does not run, or D1 takes no writes.
 */
const SILENT_MS = 5 * 60 * 1000;

/** A long range reads many hours, so its page does not renew itself. */
export async function overviewPage(v: View) {
  const { db, now, w } = v;
  const range = rangeNamed(v.url.searchParams.get("range"));
  const midnight = midnightOf(now);
  const [seen, flow, attempts, hours, days, unsent, month] = await Promise.all([
    observe(db, now),
    readTraffic(db, midnight),
    readLastAttempts(db, ATTEMPTS),
    readSpans(db, startOf(range, now), now + HOUR_MS, RANGES[range].spanMs),
    readDays(db, midnight - (DAYS[range] - 1) * DAY_MS, now + HOUR_MS),
    listUnsent(db, UNSENT),
    readMonth(db, kst(now).slice(0, 10), now),
  ]);
  const conditions = [...ownConditions(v.config, seen.heartbeat?.at ?? null, now), ...seen.conditions];
  const isLive = range === "day";
  const page = (
    <Layout v={v} title={w.pages.overview} at="overview" live={isLive}>
      <Verdict v={v} conditions={conditions} absences={seen.absences} flow={flow} />
      <Problems v={v} />
      <SearchBox v={v} q="" />
      <Counts v={v} conditions={conditions} flow={flow} />
      <div class="columns">
        <OriginAttempts v={v} attempts={attempts} />
        <div>
          <Waiting v={v} flow={flow} month={month} />
          <UnsentAlerts v={v} unsent={unsent} />
        </div>
      </div>
      <section aria-labelledby="guides">
        <h2 id="guides">{w.guide.title}</h2>
        <ul class="attempts">
          {(["down", "address", "refund"] as const).map((name) => (
            <li>
              <a href={`${HOME}/guide/${name}`}>{w.guide[name].title}</a>
            </li>
          ))}
          <li>
            <a href={COMPARE_PATH}>{w.compare.question}</a>
          </li>
        </ul>
      </section>
      <Plots v={v} range={range} hours={hours} />
      <section aria-labelledby="days">
        <h2 id="days">{w.overview.days}</h2>
        <DayTable v={v} days={days} />
        <p class="faint">{w.overview.daysLead}</p>
      </section>
    </Layout>
  );
  return { page, renew: isLive ? renewalOf(v) : null };
}

/** Conditions that the Worker itself knows, besides those in D1. */
function ownConditions({ problems }: Config, beatAt: number | null, now: number): Condition[] {
  const own: Condition[] = [];
  if (problems.length > 0) own.push({ name: "settings", count: problems.length, since: now, detail: null });
  if (beatAt !== null && now - beatAt > SILENT_MS)
    own.push({ name: "d1-writes", count: 1, since: beatAt, detail: null });
  return own;
}

interface PlotsProps {
  readonly v: View;
  readonly range: Range;
  readonly hours: readonly Hour[];
}

function Plots({ v: { w, now, url }, range, hours }: PlotsProps) {
  const spans = spansOf(hours, range, now);
  const whole = delaysOf(hours);
  const link = (name: Range) => ({
    href: hrefWith(url, { range: name === "day" ? null : name, said: null }) + "#plots",
    text: w.overview.ranges[name],
    on: name === range,
  });
  return (
    <section aria-labelledby="plots">
      <h2 id="plots">{w.overview.plots}</h2>
      <FilterLinks label={w.overview.range} links={[link("day"), link("week"), link("month")]} />
      {hours.length === 0 ? (
        <p class="faint">{w.overview.nothingYet}</p>
      ) : (
        <div class="columns">
          <CountPlot spans={spans} range={range} w={w} />
          {whole !== null && <DelayPlot spans={spans} range={range} whole={whole} w={w} />}
        </div>
      )}
    </section>
  );
}

interface WaitingProps {
  readonly v: View;
  readonly flow: Traffic;
  readonly month: Month;
}

function Waiting({ v, flow: { oldestPending }, month }: WaitingProps) {
  const { w, config } = v;
  const { bytes, share, daysUntilFull } = month.capacity;
  const oldest = oldestPending && (
    <a href={`${HOME}/notifications/${oldestPending.id}`}>
      <TimeFromNow at={oldestPending.receivedAt} v={v} />
    </a>
  );
  const used = w.overview.capacityText(sizeText(bytes), (share * 100).toFixed(1));
  return (
    <section aria-labelledby="waiting">
      <h2 id="waiting">{w.overview.waiting}</h2>
      <Facts
        facts={[
          [w.overview.oldestPending, oldest ?? w.overview.nonePending],
          [w.overview.deliveryMode, <code>{config.storing.mode}</code>],
          [w.overview.environment, <code>{config.operating.environment}</code>],
          [
            w.overview.capacity,
            daysUntilFull === null ? used : `${used}, ${w.overview.fullIn(grouped(daysUntilFull))}`,
          ],
          [w.overview.cost, costText(v, month)],
        ]}
      />
    </section>
  );
}

/** Of a whole month at this rate, with what is stored now. */
function costText({ w, config }: View, { perDay, archivedBytes, capacity }: Month): string {
  const stored = { d1: capacity.bytes, r2: config.hasArchive ? archivedBytes : null };
  const { sum } = dollarsOf(usageOf(perDay * DAYS_A_MONTH, stored));
  return w.overview.costText(sum.toFixed(2), grouped(Math.round(perDay)));
}

function sizeText(bytes: number): string {
  return bytes < 1_000_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${(bytes / 1_000_000_000).toFixed(2)} GB`;
}
