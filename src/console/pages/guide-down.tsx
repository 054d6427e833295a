// Guide: our server was down. It shows since when and what waits, sends it again in the order of receipt, and shows how
// far that is.
import { midnightOf } from "../korean-time.ts";
import { observeOne } from "../../store/alert-conditions.ts";
import { OVERVIEW_COUNTS_AT_MOST, readTraffic, readLastAttempts } from "../../store/overview.ts";
import { renewalOf } from "../renewal.ts";
import { TimeFromNow } from "../parts/elements.tsx";
import { OutcomeOf } from "../parts/timeline.tsx";
import { HOME, Layout, REPLAY_PATH } from "../parts/layout.tsx";
import { countText } from "../parts/verdict.tsx";
import type { View } from "../view.ts";

const ATTEMPTS = 8;

export async function guideDownPage(v: View) {
  const { db, now, w } = v;
  const [dead, flow, attempts] = await Promise.all([
    observeOne(db, "dead"),
    readTraffic(db, midnightOf(now)),
    readLastAttempts(db, ATTEMPTS),
  ]);
  const [last] = attempts;
  const g = w.guide;
  const page = (
    <Layout v={v} title={g.down.title} at="overview" live>
      <ol class="guide">
        <li>
          <h2>{g.down.isUp}</h2>
          {last ? (
            <p>
              {g.down.last} <OutcomeOf outcome={last.outcome} status={last.status} w={w} />{" "}
              <TimeFromNow at={last.startedAt} v={v} />
            </p>
          ) : (
            <p>{w.overview.originUnknown}</p>
          )}
          <p>{g.down.tryIt}</p>
          <a class="button" href={`${HOME}/test`}>
            {w.test.send}
          </a>
        </li>
        <li>
          <h2>{g.down.waits}</h2>
          <p>
            {g.down.pending(countText(flow.pending, OVERVIEW_COUNTS_AT_MOST, w))}{" "}
            {flow.oldestPending && <TimeFromNow at={flow.oldestPending.receivedAt} v={v} />}
          </p>
          <p>
            {g.down.dead(countText(dead?.count ?? 0, OVERVIEW_COUNTS_AT_MOST, w))}{" "}
            {dead && <TimeFromNow at={dead.since} v={v} />}
          </p>
        </li>
        <li>
          <h2>{g.down.send}</h2>
          <p>{g.down.sendLead}</p>
          <a class="button" href={`${REPLAY_PATH}?state=dead`}>
            {w.replay.link}
          </a>
        </li>
        <li>
          <h2>{g.down.watch}</h2>
          <p>{g.down.watchLead}</p>
          <a class="button" href={REPLAY_PATH}>
            {w.replay.underWay}
          </a>
        </li>
      </ol>
    </Layout>
  );
  return { page, renew: renewalOf(v) };
}
