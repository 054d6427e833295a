// Guide: a refund that KICC never notified. It asks for its number, shows what is known of it, and asks KICC. What KICC
// confirms is delivered.
import { isRefusal } from "../../api/perform.ts";
import { AnnouncedStateTag, announcedPath } from "../parts/announced.tsx";
import { Action } from "../parts/elements.tsx";
import { HOME, Layout } from "../parts/layout.tsx";
import { NotificationTable } from "../parts/notification-table.tsx";
import type { View } from "../view.ts";

export async function guideRefundPage(v: View) {
  const { w } = v;
  const g = w.guide.refund;
  const number = (v.url.searchParams.get("number") ?? "").trim();
  const [list, announced] =
    number === ""
      ? [null, null]
      : await Promise.all([
          v.perform("get /api/notifications", { q: number }),
          v.perform("get /api/cancellations/{cancelPgCno}", { cancelPgCno: number }),
        ]);
  if (list !== null && "refused" in list) return list;
  const known = announced === null || isRefusal(announced) ? null : announced;
  return (
    <Layout v={v} title={g.title} at="overview">
      <ol class="guide">
        <li>
          <h2>
            <label for="number">{g.number}</label>
          </h2>
          <form method="get" class="search">
            <div class="row">
              <input id="number" name="number" value={number} required maxlength={200} autocomplete="off" />
              <button type="submit" class="main">
                {w.search.submit}
              </button>
            </div>
          </form>
        </li>
        {list !== null && (
          <>
            <li>
              <h2>{g.known}</h2>
              {list.notifications.length === 0 ? (
                <p>{g.noneKnown}</p>
              ) : (
                <NotificationTable rows={list.notifications} v={v} />
              )}
            </li>
            <li>
              <h2>{g.ask}</h2>
              {known === null ? (
                <>
                  <p>{g.notAnnounced}</p>
                  <a class="button" href={`${HOME}/cancellations`}>
                    {w.pages.cancellations}
                  </a>
                </>
              ) : (
                <>
                  <p>
                    <AnnouncedStateTag state={known.state} w={w} /> {w.cancellations.leads[known.state]}
                  </p>
                  <Action
                    to={`${announcedPath("cancellations", known.cancelPgCno)}/ask`}
                    label={w.cancellations.askNow}
                    kind="main"
                  />
                </>
              )}
            </li>
            <li>
              <h2>{g.deliver}</h2>
              <p>{g.deliverLead}</p>
            </li>
          </>
        )}
      </ol>
    </Layout>
  );
}
