// Replaying many: how many are selected and their sums, then how far the cron is, and stopping it.
import { PREVIEW_LOOKS_AT, PREVIEW_LOOKS_AT_MOST, listReplays, previewReplay } from "../../store/replay-progress.ts";
import { REPLAY_COUNTS_AT_MOST } from "../../store/replay-many.ts";
import { END_OF_TIME, type Selection } from "../../store/selection.ts";
import { instantOf } from "../korean-time.ts";
import { filtersIn } from "../filter-query.ts";
import { renewalOf } from "../renewal.ts";
import { Action, TimeFromNow } from "../parts/elements.tsx";
import { Layout, REPLAY_PATH } from "../parts/layout.tsx";
import { Preview, countsAll, selectionText } from "../parts/replay-preview.tsx";
import { countText } from "../parts/verdict.tsx";
import type { View } from "../view.ts";
import { grouped, visible } from "../words/format.ts";

/** The selection of the page's filters; null where these select nothing that can be replayed at once. */
function wantedIn(v: View): Selection | null {
  const { state, q = null, result, kind = null, mallId = null, from, to } = filtersIn(v);
  if (state !== "dead" && state !== "held" && state !== "delivered") return null;
  if (result !== undefined && result !== "success" && result !== "failure") return null;
  const [fromAt, toAt] = [from === undefined ? 0 : instantOf(from), to === undefined ? END_OF_TIME : instantOf(to)];
  if (fromAt === null || toAt === null || (state === "delivered" && (from === undefined || to === undefined)))
    return null;
  return { state, kind, mallId, result: result ?? null, q, from: fromAt, to: toAt };
}

export async function replayManyPage(v: View) {
  const { db, now, w } = v;
  const wanted = wantedIn(v);
  const isAsked = v.url.searchParams.has("state");
  const [preview, replays] = await Promise.all([
    isAsked && wanted !== null
      ? previewReplay(db, wanted, now, countsAll(v) ? PREVIEW_LOOKS_AT_MOST : PREVIEW_LOOKS_AT)
      : null,
    listReplays(db),
  ]);
  const isLive = !isAsked && replays.length > 0;
  const page = (
    <Layout v={v} title={w.replay.title} at="notifications" live={isLive}>
      {isAsked && wanted === null && <p class="said refused">{w.replay.cannot}</p>}
      {isAsked && wanted !== null && preview === null && <p class="said refused">{w.replay.tooShort}</p>}
      {wanted !== null && preview !== null && <Preview v={v} wanted={wanted} preview={preview} />}
      <section aria-labelledby="under-way">
        <h2 id="under-way">{w.replay.underWay}</h2>
        {replays.length === 0 && <p class="well">{w.replay.none}</p>}
        {replays.map((replay) => {
          const { id, askedAt, total, left } = replay;
          const all = Math.max(total, left);
          return (
            <div class="replay">
              <p>
                <b>{visible(selectionText(replay, v))}</b>, {w.replay.asked} <TimeFromNow at={askedAt} v={v} />
              </p>
              <label for={`replay-${id}`}>
                {w.replay.left(grouped(all - left), countText(all, REPLAY_COUNTS_AT_MOST, w))}
              </label>
              <progress id={`replay-${id}`} max={Math.max(all, 1)} value={all - left} />
              <Action to={`${REPLAY_PATH}/${id}/stop`} label={w.replay.stop} kind="danger" />
            </div>
          );
        })}
        <p class="faint">{w.replay.lead}</p>
      </section>
    </Layout>
  );
  return { page, renew: isLive ? renewalOf(v) : null };
}
