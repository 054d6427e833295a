// Sends a test notification of any kind the whole way, and shows each step. A header asks the browser to renew the page
// until the first answer comes.
import { SUCCESS } from "../../rules/notification.ts";
import { type WholeRow, find } from "../../store/search.ts";
import { answerFor } from "../words/sentences.ts";
import { HOME, Layout } from "../parts/layout.tsx";
import { StateTag } from "../parts/elements.tsx";
import { DeliverySteps } from "../parts/delivery-steps.tsx";
import { KindName } from "../parts/kind.tsx";
import { KindSelect } from "../parts/kind-select.tsx";
import { Problems } from "../parts/needs.tsx";
import { Timeline } from "../parts/timeline.tsx";
import { type View, hrefWith } from "../view.ts";

const WATCHED_MS = 2 * 60 * 1000;
const RENEWED_AFTER_SECONDS = 2;
/** A failed result: no handler books it. SUCCESS is the result that handlers book. */
const FAILED = "9999";
const FIRST_KIND = "wechat.cancel";

/** @returns the page, and after how many seconds to renew it */
export async function testPage(v: View) {
  const id = v.url.searchParams.get("id");
  const row = id === null ? null : await find(v.db, id);
  const test = row?.source === "test" ? row : null;
  const isWatching = test !== null && isWatched(test, v);
  const page = (
    <Layout v={v} title={v.w.pages.test} at="test">
      <p>{v.w.test.lead}</p>
      <Problems v={v} />
      {test !== null && <Last v={v} test={test} isWatching={isWatching} />}
      <Form v={v} last={test} />
    </Layout>
  );
  return { page, renew: isWatching ? { seconds: RENEWED_AFTER_SECONDS, href: hrefWith(v.url, { said: null }) } : null };
}

/** A person who reads the answer must not lose it to a renewal. */
function isWatched({ state, receivedAt, history }: WholeRow, { now, url }: View): boolean {
  return state === "pending" && history.length === 0 && now - receivedAt < WATCHED_MS && !url.searchParams.has("stop");
}

interface LastProps {
  readonly v: View;
  readonly test: WholeRow;
  readonly isWatching: boolean;
}

function Last({ v, test, isWatching }: LastProps) {
  const { w } = v;
  return (
    <section aria-labelledby="last">
      <h2 id="last">
        {w.test.last}: <KindName kind={test.kind} v={v} /> <code>{test.resCd}</code>
      </h2>
      <div class={`answer ${test.state}`}>
        <p>
          <StateTag state={test.state} w={w} />
        </p>
        {answerFor(test, v).map((sentence) => (
          <p>{sentence}</p>
        ))}
        {test.state === "pending" && (
          <p class="faint">
            {isWatching ? w.test.watching : w.test.over}{" "}
            {isWatching ? (
              <a href={hrefWith(v.url, { stop: "1", said: null })}>{w.test.stop}</a>
            ) : (
              <a href={hrefWith(v.url, { stop: null, said: null })}>{w.frame.renewNow}</a>
            )}
          </p>
        )}
        <p>
          <a href={`${HOME}/notifications/${test.id}`}>{w.test.open}</a>
        </p>
      </div>
      <DeliverySteps v={v} row={test} />
      {test.history.length > 1 && (
        <details>
          <summary>{w.fields.attempts}</summary>
          <Timeline v={v} history={test.history} />
        </details>
      )}
    </section>
  );
}

/** Kind and result of the last test stay chosen, because a person sends it again until it works. */
function Form({ v, last }: { readonly v: View; readonly last: WholeRow | null }) {
  const { w } = v;
  const resCd = last?.resCd ?? FAILED;
  const isOther = resCd !== FAILED && resCd !== SUCCESS;
  return (
    <form method="post" action={`${HOME}/test`} class="test">
      <label for="kind">{w.test.kind}</label>
      <KindSelect v={v} chosen={last?.kind ?? FIRST_KIND} hasProducts={false} />
      <fieldset>
        <legend>{w.test.result}</legend>
        <label>
          <input type="radio" name="resCd" value={FAILED} checked={resCd === FAILED} /> <span>{w.test.failure}</span>
        </label>
        <label>
          <input type="radio" name="resCd" value={SUCCESS} checked={resCd === SUCCESS} /> <span>{w.test.success}</span>
        </label>
        <label>
          <input type="radio" name="resCd" value="" checked={isOther} /> <span>{w.test.otherResult}</span>
        </label>
        <label for="other" class="unseen">
          {w.test.otherCode}
        </label>
        <input
          id="other"
          name="other"
          value={isOther ? resCd : ""}
          placeholder="W901"
          maxlength={4}
          pattern="[0-9A-Za-z]{1,4}"
          autocomplete="off"
        />
      </fieldset>
      <button type="submit" class="main">
        {w.test.send}
      </button>
    </form>
  );
}
