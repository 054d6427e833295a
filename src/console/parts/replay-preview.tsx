// A preview of what a replay or a close would affect: how many of each kind, and their sums. Also describes a selection
// in words.
import { PREVIEW_LOOKS_AT, PREVIEW_LOOKS_AT_MOST, type ReplayPreview } from "../../store/replay-progress.ts";
import { END_OF_TIME, type Selection } from "../../store/selection.ts";
import { filtersIn } from "../filter-query.ts";
import { clockText } from "../korean-time.ts";
import { grouped, money, visible } from "../words/format.ts";
import { AskingAction } from "./elements.tsx";
import { titleOf } from "./kind.tsx";
import { HOME, REPLAY_PATH } from "./layout.tsx";
import { type View, hrefWith } from "../view.ts";

/** In the address: a person wants all counted. */
const ALL = "all";

export function countsAll({ url }: View): boolean {
  return url.searchParams.has(ALL);
}

interface PreviewProps {
  readonly v: View;
  readonly wanted: Selection;
  readonly preview: ReplayPreview;
}

export function Preview({ v, wanted, preview: { sums, isPart } }: PreviewProps) {
  const { w } = v;
  const count = sums.reduce((total, each) => total + each.count, 0);
  const text = isPart ? w.overview.atLeast(grouped(count)) : grouped(count);
  const hidden = Object.entries(filtersIn(v)).map(([name, value]) => <input type="hidden" name={name} value={value} />);
  return (
    <section aria-labelledby="preview">
      <h2 id="preview">{w.replay.count(text)}</h2>
      <p>{visible(selectionText(wanted, v))}</p>
      <ul>
        {sums.map(({ kind, currency, count: of, hundredths }) => {
          const sum = visible(money(String(hundredths / 100), currency, w) ?? "");
          return <li>{w.replay.sum(titleOf(kind, v), grouped(of), sum)}</li>;
        })}
      </ul>
      {isPart && (
        <p>
          {w.replay.part(grouped(countsAll(v) ? PREVIEW_LOOKS_AT_MOST : PREVIEW_LOOKS_AT))}{" "}
          {!countsAll(v) && <a href={hrefWith(v.url, { [ALL]: "1", said: null })}>{w.replay.countAll}</a>}
        </p>
      )}
      {/* None of the rows that were looked at may be selected, although later ones are. */}
      {(count > 0 || isPart) && (
        <div class="actions">
          <form method="post" action={REPLAY_PATH}>
            {hidden}
            <button type="submit" class="main">
              {w.replay.doIt}
            </button>
          </form>
          {wanted.state !== "delivered" && (
            <AskingAction
              to={`${REPLAY_PATH}/close`}
              label={w.replay.close}
              lead={w.replay.closeLead}
              doIt={w.notification.closeDo}
            >
              {hidden}
              <label for="note">{w.fields.note}</label>
              <textarea id="note" name="note" required maxlength={1000} rows={3} />
            </AskingAction>
          )}
        </div>
      )}
      <p>
        <a href={`${HOME}/notifications${v.url.search}`}>{w.replay.back}</a>
      </p>
    </section>
  );
}

/** Describes a selection in words: state, kind, mallId, result, number, time. */
export function selectionText({ state, kind, mallId, result, q, from, to }: Selection, v: View): string {
  const { w } = v;
  const time = [from > 0 ? clockText(from) : "", to < END_OF_TIME ? clockText(to) : ""];
  const parts = [
    w.states[state],
    kind === null ? null : titleOf(kind, v),
    mallId,
    result === null ? null : w.notifications[result],
    q === null ? null : `“${q}”`,
    time.join("") === "" ? null : `${time.join(" – ").replaceAll("T", " ").trim()} KST`,
  ];
  return parts.filter((part) => part !== null).join(", ");
}
