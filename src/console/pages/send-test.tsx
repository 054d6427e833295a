// Sends a made-up notification through everything, and shows it arrive: the page asks to be renewed, by a header, for two minutes.
import { find } from "../../store/search.ts";
import { answerFor } from "../words/sentences.ts";
import { HOME, Layout } from "../parts/layout.tsx";
import { StateTag } from "../parts/elements.tsx";
import { Timeline } from "../parts/timeline.tsx";
import { type View, hrefWith } from "../view.ts";

const WATCHED_MS = 2 * 60 * 1000;

/** @returns the page, and after how many seconds it is to be renewed */
export async function testPage(v: View) {
  const id = v.url.searchParams.get("id");
  const row = id === null ? null : await find(v.db, id);
  const { w } = v;
  const test = row?.source === "test" ? row : null;
  const watching =
    test !== null &&
    test.state === "pending" &&
    v.now - test.receivedAt < WATCHED_MS &&
    !v.url.searchParams.has("stop");
  const page = (
    <Layout v={v} title={w.pages.test} at="test">
      <p>{w.test.lead}</p>
      {test !== null && (
        <section aria-labelledby="last">
          <h2 id="last">{w.test.last}</h2>
          <div class={`answer ${test.state}`}>
            <p>
              <StateTag state={test.state} w={w} />
            </p>
            {answerFor(test, v).map((sentence) => (
              <p>{sentence}</p>
            ))}
            {test.state === "pending" && (
              <p class="faint">
                {watching ? w.test.watching : w.test.over}{" "}
                {watching && <a href={hrefWith(v.url, { stop: "1", said: null })}>{w.test.stop}</a>}
              </p>
            )}
            <p>
              <a href={`${HOME}/notifications/${test.id}`}>{w.test.open}</a>
            </p>
          </div>
          <Timeline v={v} history={test.history} />
        </section>
      )}
      <form method="post" action={`${HOME}/test`} class="test">
        <fieldset>
          <legend>{w.test.result}</legend>
          <label>
            <input type="radio" name="resCd" value="9999" checked /> <span>{w.test.failure}</span>
          </label>
          <label>
            <input type="radio" name="resCd" value="0000" /> <span>{w.test.success}</span>
          </label>
        </fieldset>
        <button type="submit" class="main">
          {w.test.send}
        </button>
      </form>
    </Layout>
  );
  return { page, renew: watching ? { seconds: 2, href: hrefWith(v.url, { said: null }) } : null };
}
