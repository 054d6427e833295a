// Sending many again: how many the filter has and which sums, then how far the cron is with it, and a stop.
import { listReplays, previewReplay, type SumOf } from "../../store/replay-progress.ts";
import { REPLAY_COUNTS_AT_MOST } from "../../store/replay-many.ts";
import type { Selection } from "../../store/selection.ts";
import { instantOf } from "../korean-time.ts";
import { filtersIn } from "../filter-query.ts";
import { renewalOf } from "../renewal.ts";
import { Action, AskingAction, TimeFromNow } from "../parts/elements.tsx";
import { titleOf } from "../parts/kind.tsx";
import { HOME, Layout } from "../parts/layout.tsx";
import { countText } from "../parts/verdict.tsx";
import type { View } from "../view.ts";
import { grouped, money, visible } from "../words/format.ts";

/** Later than any instant that a row may have. */
const END_OF_TIME = 8_640_000_000_000_000;

export const REPLAY_PATH = `${HOME}/replay-many`;

/** What the page's filter has; null where a replay of many cannot be told by it. */
function wantedIn(v: View): Selection | null {
  const { state, q, result, kind = null, mallId = null, from, to } = filtersIn(v);
  if ((state !== "dead" && state !== "held" && state !== "delivered") || q !== undefined || result !== undefined)
    return null;
  const [fromAt, toAt] = [from === undefined ? 0 : instantOf(from), to === undefined ? END_OF_TIME : instantOf(to)];
  if (fromAt === null || toAt === null || (state === "delivered" && (from === undefined || to === undefined)))
    return null;
  return { state, kind, mallId, from: fromAt, to: toAt };
}

export async function replayManyPage(v: View) {
  const { db, now, w } = v;
  const wanted = wantedIn(v);
  const isAsked = v.url.searchParams.has("state");
  const [sums, replays] = await Promise.all([
    isAsked && wanted !== null ? previewReplay(db, wanted, now) : null,
    listReplays(db),
  ]);
  const isLive = !isAsked && replays.length > 0;
  const page = (
    <Layout v={v} title={w.replay.title} at="notifications" live={isLive}>
      {isAsked && sums === null && <p class="said refused">{w.replay.cannot}</p>}
      {sums !== null && <Preview v={v} sums={sums} />}
      <section aria-labelledby="under-way">
        <h2 id="under-way">{w.replay.underWay}</h2>
        {replays.length === 0 && <p class="well">{w.replay.none}</p>}
        {replays.map(({ id, state, kind, mallId, askedAt, total, left }) => {
          const all = Math.max(total, left);
          const about = [w.states[state], kind === null ? null : titleOf(kind, v), mallId].filter(
            (part) => part !== null,
          );
          return (
            <div class="replay">
              <p>
                <b>{visible(about.join(", "))}</b>, {w.replay.asked} <TimeFromNow at={askedAt} v={v} />
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

function Preview({ v, sums }: { readonly v: View; readonly sums: readonly SumOf[] }) {
  const { w } = v;
  const count = sums.reduce((total, each) => total + each.count, 0);
  return (
    <section aria-labelledby="preview">
      <h2 id="preview">{w.replay.count(countText(count, REPLAY_COUNTS_AT_MOST, w))}</h2>
      <ul>
        {sums.map(({ currency, count: of, hundredths }) => (
          <li>{w.replay.sum(grouped(of), visible(money(String(hundredths / 100), currency, w) ?? ""))}</li>
        ))}
      </ul>
      {count > 0 && (
        <form method="post" action={REPLAY_PATH} class="actions">
          {Object.entries(filtersIn(v)).map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <button type="submit" class="danger">
            {w.replay.doIt}
          </button>
          <a class="button" href={`${HOME}/notifications${v.url.search}`}>
            {w.replay.back}
          </a>
        </form>
      )}
      {count > 0 && filtersIn(v).state !== "delivered" && (
        <div class="actions">
          <AskingAction
            to={`${REPLAY_PATH}/close`}
            label={w.replay.close}
            lead={w.replay.closeLead}
            doIt={w.notification.closeDo}
          >
            {Object.entries(filtersIn(v)).map(([name, value]) => (
              <input type="hidden" name={name} value={value} />
            ))}
            <label for="note">{w.fields.note}</label>
            <textarea id="note" name="note" required maxlength={1000} rows={3} />
          </AskingAction>
        </div>
      )}
    </section>
  );
}
