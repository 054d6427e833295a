// The frame of every page: landmarks, navigation, language, signing out, and how the last action ended.
import type { Child } from "hono/jsx";
import { kst, visible } from "../words/format.ts";
import { SCRIPT_PATH } from "./script.ts";
import { STYLE_PATH } from "./style.ts";
import { type View, hrefWith } from "../view.ts";
import type { Words } from "../words/words.ts";

const PAGES = ["overview", "notifications", "compare", "quarantine", "cancellations", "test", "audit"] as const;

export const HOME = "/console";
export const COMPARE_PATH = `${HOME}/compare`;
export const REPLAY_PATH = `${HOME}/replay-many`;

/** Shorter than the life of the cookie in src/console/renewal.ts. */
export const RENEWED_AFTER_SECONDS = 30;

export type PageName = (typeof PAGES)[number];

export function pagePathOf(page: PageName): string {
  return page === "overview" ? HOME : `${HOME}/${page}`;
}

interface Frame {
  readonly v: View;
  /** The title of the document and its heading. */
  readonly title: string;
  /** The page of the navigation that this belongs to. */
  readonly at?: PageName;
  /** For a page with live figures: whether it renews itself (RENEWED_AFTER_SECONDS). */
  readonly live?: boolean;
  readonly children?: Child;
}

export function Layout({ v, title, at, live, children }: Frame) {
  const { w, language, url } = v;
  const other = language === "en" ? "ko" : "en";
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${title} · ${w.frame.title}`}</title>
        <link rel="icon" href={`${HOME}/icon.svg`} />
        <link rel="stylesheet" href={STYLE_PATH} />
        <script src={SCRIPT_PATH} defer />
      </head>
      <body>
        <a class="skip" href="#content">
          {w.frame.skip}
        </a>
        <header>
          <div class="bar">
            <a class="brand" href={HOME}>
              {w.frame.title}
            </a>
            <span class={`tag ${v.config.operating.environment}`}>{v.config.operating.environment}</span>
            <div class="right">
              <a href={hrefWith(url, { lang: other })} lang={other} hreflang={other}>
                {w.frame.otherLanguage}
              </a>
              <SignOut v={v} />
            </div>
          </div>
          {v.who !== null && (
            <nav aria-label={w.frame.menu}>
              {PAGES.map((page) => (
                <a href={pagePathOf(page)} aria-current={page === at ? "page" : undefined}>
                  {w.pages[page]}
                </a>
              ))}
            </nav>
          )}
        </header>
        <main id="content" tabindex={-1} class={live === true ? "live" : undefined}>
          <Said v={v} />
          <h1>{title}</h1>
          {children}
          {live !== undefined && <Live v={v} live={live} />}
        </main>
      </body>
    </html>
  );
}

/** A page in use is not renewed: after a while the stylesheet says so. */
function Live({ v: { w, url, now }, live }: { readonly v: View; readonly live: boolean }) {
  return (
    <p class="faint renewal">
      {w.frame.asOf(kst(now).slice(11))} {live && w.frame.renews(RENEWED_AFTER_SECONDS)}{" "}
      {live && <b class="stale">{w.frame.waits}</b>} <a href={hrefWith(url, { said: null })}>{w.frame.renewNow}</a>
    </p>
  );
}

function SignOut({ v: { who, byAccess, w } }: { readonly v: View }) {
  if (who === null) return null;
  if (byAccess) {
    return (
      <>
        <span class="who">{visible(who)}</span>
        <a href="/cdn-cgi/access/logout">{w.frame.signOut}</a>
      </>
    );
  }
  return (
    <form method="post" action={`${HOME}/sign-out`}>
      <button class="link" type="submit">
        {w.frame.signOut}
      </button>
    </form>
  );
}

const SAID = [
  "done_replay",
  "done_replayAll",
  "done_close",
  "done_release",
  "done_drop",
  "done_ask",
  "done_test",
  "done_stop",
  "done_closeMany",
  "done_closeMore",
  "done_alert",
  "refused_conflict",
  "refused_not_found",
  "refused_invalid",
  "refused_settings",
  "refused_unavailable",
  "refused_alert",
] as const satisfies readonly (keyof Words["said"])[];

export type SaidName = (typeof SAID)[number];

/** Says one of the sentences above, and nothing else, whatever the URL contains. */
function Said({ v: { url, w } }: { readonly v: View }) {
  const name = SAID.find((each) => each === url.searchParams.get("said"));
  if (!name) return null;
  return (
    <p class={name.startsWith("done") ? "said done" : "said refused"} role="status">
      {w.said[name]}
    </p>
  );
}
