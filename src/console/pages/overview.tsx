// The overview: what needs a person, the last day, how our system does, and the search.
import { HOME, Layout } from "../parts/layout.tsx";
import { percentile } from "../../rules/histogram.ts";
import { type LastAttempt, type Needs, readLastAttempts, readNeeds } from "../../store/overview.ts";
import { type Hour, readHours } from "../../store/rollups.ts";
import { NeedsYou, Problems } from "../parts/needs.tsx";
import { Facts, Text, TimeFromNow } from "../parts/elements.tsx";
import { CountPlot, DelayPlot, HOURS, lastDay } from "../parts/plot.tsx";
import { renewalOf } from "../live.ts";
import { SearchBox } from "../parts/search-box.tsx";
import type { View } from "../view.ts";
import { OutcomeOf } from "../parts/timeline.tsx";

const HOUR_MS = 60 * 60 * 1000;
const ATTEMPTS = 6;

export async function overviewPage(v: View) {
  const [needs, hours, attempts] = await Promise.all([
    readNeeds(v.db, v.now),
    readHours(v.db, (Math.floor(v.now / HOUR_MS) - HOURS + 1) * HOUR_MS, v.now + HOUR_MS),
    readLastAttempts(v.db, ATTEMPTS),
  ]);
  const { w } = v;
  const page = (
    <Layout v={v} title={w.pages.overview} at="overview" live>
      <Problems v={v} />
      <SearchBox v={v} q="" />
      <NeedsYou v={v} needs={needs} />
      <LastDay v={v} hours={hours} />
      <div class="columns">
        <Origin v={v} attempts={attempts} />
        <Waiting v={v} needs={needs} />
      </div>
    </Layout>
  );
  return { page, renew: renewalOf(v) };
}

function LastDay({ v: { w, now }, hours }: { readonly v: View; readonly hours: readonly Hour[] }) {
  const day = lastDay(
    hours.map(({ hour, received, delivered, failed, delays }) => ({
      at: hour,
      received,
      delivered,
      failed,
      p50Ms: percentile(delays, 0.5),
      p95Ms: percentile(delays, 0.95),
    })),
    now,
  );
  const sums = (hours[0]?.delays ?? []).map((_none, index) =>
    hours.reduce((sum, { delays }) => sum + (delays[index] ?? 0), 0),
  );
  const [p50Ms, p95Ms] = [percentile(sums, 0.5), percentile(sums, 0.95)];
  return (
    <section aria-labelledby="day">
      <h2 id="day">{w.overview.lastDay}</h2>
      {hours.length === 0 ? (
        <p class="faint">{w.overview.nothingYet}</p>
      ) : (
        <div class="columns">
          <CountPlot hours={day} w={w} />
          {p50Ms !== null && p95Ms !== null && <DelayPlot hours={day} day={{ p50Ms, p95Ms }} w={w} />}
        </div>
      )}
    </section>
  );
}

function Origin({ v, attempts }: { readonly v: View; readonly attempts: readonly LastAttempt[] }) {
  const { w } = v;
  const [last] = attempts;
  const verdict = !last
    ? w.overview.originUnknown
    : last.outcome === "accepted"
      ? w.overview.originWell
      : w.overview.originUnwell;
  return (
    <section aria-labelledby="origin">
      <h2 id="origin">{w.overview.origin}</h2>
      <p class={last && (last.outcome === "accepted" ? "well" : "unwell")}>{verdict}</p>
      {last && (
        <>
          <h3>{w.overview.lastAttempts}</h3>
          <ol class="attempts">
            {attempts.map(({ id, startedAt, outcome, status, error }) => (
              <li>
                <a href={`${HOME}/notifications/${id}`}>
                  <TimeFromNow at={startedAt} v={v} />
                </a>{" "}
                <OutcomeOf outcome={outcome} status={status} w={w} /> {error !== null && <Text text={error} />}
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function Waiting({ v, needs: { oldestPending } }: { readonly v: View; readonly needs: Needs }) {
  const { w, config } = v;
  const oldest = oldestPending && (
    <a href={`${HOME}/notifications/${oldestPending.id}`}>
      <TimeFromNow at={oldestPending.receivedAt} v={v} />
    </a>
  );
  return (
    <section aria-labelledby="waiting">
      <h2 id="waiting">{w.overview.waiting}</h2>
      <Facts
        facts={[
          [w.overview.oldestPending, oldest ?? w.overview.nonePending],
          [w.overview.deliveryMode, <code>{config.storing.mode}</code>],
          [w.overview.environment, <code>{config.operating.environment}</code>],
        ]}
      />
    </section>
  );
}
