// Every page: what it forbids the browser, how it shows hostile text, what it costs D1, and what its forms do.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { KINDS } from "../../src/kinds/registry.ts";
import { replayNextPage } from "../../src/store/replay-many.ts";
import { keepRefused } from "../../src/store/quarantine.ts";
import { clear, kiccBody, rowOf, stored } from "../fixtures.ts";
import { meteredD1 } from "../metered.ts";
import { signedIn, visit } from "./browse.ts";
import { CANCEL_PG_CNO, LISTS, PAGES, PG_CNO, ntf, qrt } from "./paths.ts";
import { filling } from "./rows.ts";

/** The one that copies: a file, and nothing of a page is in it. */
const OWN_SCRIPT = /<script src="\/console\/script-[0-9a-f]+\.js" defer="(?:true)?"><\/script>/;
async function fill(count: number, sharing: number = 0): Promise<void> {
  for (const sql of filling({ count, now: Date.now(), sharing })) await env.DB.prepare(sql).run();
}

afterEach(() => vi.restoreAllMocks());
beforeEach(async () => {
  await clear();
  await fill(0);
});

/**
 * The status with so many rows. A search for one number redirects to it, and an unknown id gets a page that says so.
 */
function statusOf(path: string, rows: number): number {
  if (path === "/notifications?q=ORD-20260113-00001") return rows > 0 ? 303 : 200;
  if (/^\/(notifications|quarantine)\/\w+$/.test(path)) return rows > 0 ? 200 : 404;
  // Of a few rows none was announced.
  if (/^\/(cancellations|approvals)\/\d+$/.test(path)) return rows > 1 ? 200 : 404;
  return 200;
}

/** The overview reads everything that alerts look at, in one batch. It is requested every half minute at most. */
function mostOf(path: string): { readonly trips: number; readonly read: number } {
  if (path.startsWith("/replay-many")) return { trips: 5, read: 6000 };
  return path === "" || path === "/guide/down" ? { trips: 8, read: 17_000 } : { trips: 5, read: 2000 };
}

describe("every page", () => {
  it("forbids all scripts but its own file, frames, foreign origins and being kept, and has none of what it forbids", async () => {
    await fill(1);
    const cookie = await signedIn();
    for (const path of [...PAGES, "/nowhere", "/sign-in"]) {
      const response = await visit(`/console${path}`, { cookie });
      const { headers } = response;
      expect(headers.get("content-security-policy")).toBe(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      );
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("cache-control")).toBe("no-store");
      const page = (await response.text()).replace(OWN_SCRIPT, "");
      expect(page).not.toMatch(/<script|javascript:|\son\w+=|\sstyle=|<style/i);
    }
  });

  it("loads in at most 40 KiB, its stylesheet included, and asks no other host", async () => {
    await fill(10_000);
    const cookie = await signedIn();
    const gzipped = async (text: string) =>
      (await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).bytes()).length;
    for (const path of PAGES) {
      const page = await (await visit(`/console${path}`, { cookie })).text();
      const style = /href="(\/console\/style-[0-9a-f]+\.css)"/.exec(page)?.[1];
      const sheet = style === undefined ? "" : await (await visit(style)).text();
      expect({ path, within: (await gzipped(page)) + (await gzipped(sheet)) <= 40 * 1024 }).toEqual({
        path,
        within: true,
      });
      expect(page).not.toMatch(/(src|href|action)="(https?:)?\/\//);
    }
  });

  it("serves its stylesheet by a name of its content", async () => {
    const page = await (await visit("/console")).text();
    const path = /href="(\/console\/style-[0-9a-f]+\.css)"/.exec(page)?.[1] ?? "";
    const style = await visit(path);
    expect(style.status).toBe(200);
    expect(style.headers.get("content-type")).toBe("text/css; charset=utf-8");
    expect(style.headers.get("cache-control")).toContain("immutable");
  });

  it.each([0, 1, 10_000])(
    "costs at most 5 round trips and 2,000 rows with %i rows, the overview more",
    async (count) => {
      await fill(count);
      const cookie = await signedIn();
      // An isolate's first page also stores the console's address and D1's size.
      await visit("/console", { cookie });
      for (const path of PAGES) {
        const { db, take } = meteredD1(env.DB);
        const response = await visit(`/console${path}`, { cookie, env: { DB: db } });
        expect({ path, status: response.status }).toEqual({ path, status: statusOf(path, count) });
        const { read, trips } = take();
        const most = mostOf(path);
        expect({ path, trips, read, within: trips <= most.trips && read <= most.read }).toMatchObject({ within: true });
      }
    },
  );

  it("costs no more with 100,000 notifications, thousands of them of one order", async () => {
    await fill(100_000, 5000);
    const cookie = await signedIn();
    const only = "?q=26011409120300001000";
    const searches = ["?q=ORD-SHARED", "?q=ORD-SHARED&state=dead", only];
    for (const path of [
      ...LISTS,
      ...searches.map((search) => `/notifications${search}`),
      "",
      "/cancellations",
      "/approvals",
      "/audit",
    ]) {
      const { db, take } = meteredD1(env.DB);
      const response = await visit(`/console${path}`, { cookie, env: { DB: db } });
      const status = path.endsWith(only) ? 303 : 200;
      expect({ path, status: response.status }).toEqual({ path, status });
      const { read, trips } = take();
      const most = mostOf(path);
      expect({ path, trips, read, within: trips <= most.trips && read <= most.read }).toMatchObject({ within: true });
    }
  }, 60_000);
});

describe("hostile text", () => {
  const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(1)>'\u202e&amp;`;
  /**
   * Returns what a browser would execute, and what is missing. An ampersand must be escaped again, so that no entity is
   * ours.
   */
  const harmIn = (page: string) => [
    ...["<script", "<img", "\u202e"].filter((harm) => page.replace(OWN_SCRIPT, "").includes(harm)),
    ...["&lt;script&gt;alert(1)&lt;/script&gt;", "&amp;amp;"].filter((escaped) => !page.includes(escaped)),
  ];

  it("of KICC stays text, in lists and on its own page", async () => {
    const fields = { shopOrderNo: HOSTILE, resMsg: HOSTILE, resCd: HOSTILE, mallId: HOSTILE, cancelDate: HOSTILE };
    const body = kiccBody({ ...fields, amountInfo: { currency: HOSTILE, amount: HOSTILE }, more: HOSTILE });
    const { id } = await stored(body, { reference: HOSTILE, contentType: HOSTILE, sourceAddress: HOSTILE });
    const attempt = {
      number: 1,
      startedAt: 0,
      durationMs: 1,
      outcome: "failed",
      status: 500,
      error: HOSTILE,
      answer: HOSTILE,
    };
    await env.DB.prepare(
      "UPDATE notifications SET state = 'closed', reason = ?2, note = ?2, history = ?3, settled_at = 1 WHERE id = ?1",
    )
      .bind(id, HOSTILE, JSON.stringify([attempt]))
      .run();
    const cookie = await signedIn();
    for (const path of [`/notifications/${id}`, "/notifications"]) {
      expect(harmIn(await (await visit(`/console${path}`, { cookie })).text())).toEqual([]);
    }
  });

  it("of a stranger stays text in quarantine", async () => {
    const id = qrt(7);
    const kept = {
      id,
      trusted: false,
      reason: "address" as const,
      address: HOSTILE,
      knewToken: true,
      door: "/kicc/wechat/cancel",
      path: "/kicc/wechat/cancel",
      mallId: null,
      reference: HOSTILE,
    };
    const body = new TextEncoder().encode(HOSTILE);
    await keepRefused(env.DB, { ...kept, contentType: HOSTILE, receivedAt: 1, whole: true, body });
    const cookie = await signedIn();
    for (const path of ["/quarantine", `/quarantine/${id}`]) {
      expect(harmIn(await (await visit(`/console${path}`, { cookie })).text())).toEqual([]);
    }
  });

  it("of a URL stays text, and says nothing in our name", async () => {
    const cookie = await signedIn();
    const q = encodeURIComponent(HOSTILE);
    const searched = await (await visit(`/console/notifications?q=${q}`, { cookie })).text();
    // Only the search box keeps what was typed, so that it can be searched for again.
    expect(harmIn(searched.replace(/ value="[^"]*"/, ""))).toEqual([]);
    const page = await (await visit(`/console?said=${q}&lang=xx`, { cookie })).text();
    expect(page).not.toContain('role="status"');
    expect((await visit(`/console/notifications?cursor=${q}`, { cookie })).status).toBe(400);
    expect((await visit(`/console/notifications?state=${q}`, { cookie })).status).toBe(400);
    expect((await visit(`/console/notifications/${q}`, { cookie })).status).toBe(404);
    expect((await visit(`/console/cancellations/${q}`, { cookie })).status).toBe(400);
  });
});

describe("the language switch", () => {
  it("is kept in a cookie, wins over the browser's, and stays on the page", async () => {
    const cookie = await signedIn();
    const switched = await visit("/console/notifications?state=dead&lang=ko", { cookie });
    expect(switched.status).toBe(303);
    expect(switched.headers.get("location")).toBe("/console/notifications?state=dead");
    expect(switched.headers.get("set-cookie")).toContain("kicc-language=ko");
    const page = await (await visit("/console", { cookie: `${cookie}; kicc-language=ko` })).text();
    expect(page).toContain('<html lang="ko">');
    expect(page).toContain("현황");
  });
});

describe("the forms", () => {
  async function dead(): Promise<string> {
    const { id } = await stored();
    await env.DB.prepare("UPDATE notifications SET state = 'dead', reason = 'exhausted' WHERE id = ?").bind(id).run();
    return id;
  }
  const audited = async () => (await env.DB.prepare("SELECT who, what, subject, note FROM audit").run()).results;

  it("send again, and the audit says who did it", async () => {
    const [id, cookie] = [await dead(), await signedIn()];
    const response = await visit(`/console/notifications/${id}/replay`, { cookie, form: {} });
    expect(response.headers.get("location")).toBe(`/console/notifications/${id}?said=done_replay`);
    expect(await rowOf(id)).toMatchObject({ state: "pending" });
    expect(await audited()).toEqual([{ who: "token", what: "replay", subject: id, note: null }]);
    const again = await visit(`/console/notifications/${id}/replay`, { cookie, form: {} });
    expect(again.headers.get("location")).toContain("said=refused_conflict");
  });

  it("close with a note, and not without one", async () => {
    const [id, cookie] = [await dead(), await signedIn()];
    const bare = await visit(`/console/notifications/${id}/close`, { cookie, form: { note: " " } });
    expect(bare.headers.get("location")).toContain("said=refused_invalid");
    await visit(`/console/notifications/${id}/close`, { cookie, form: { note: "refunded by hand" } });
    expect(await rowOf(id)).toMatchObject({ state: "closed" });
    expect(await (await visit(`/console/notifications/${id}`, { cookie })).text()).toContain("refunded by hand");
    expect(await audited()).toEqual([{ who: "token", what: "close", subject: id, note: "refunded by hand" }]);
  });

  it("release and drop what is in quarantine, and the audit has both", async () => {
    const cookie = await signedIn();
    const sent = {
      trusted: false,
      reason: "address" as const,
      address: "198.51.100.7",
      knewToken: true,
      door: "/kicc/wechat/cancel",
      path: "/kicc/wechat/cancel",
      mallId: null,
      reference: null,
    };
    const more = { ...sent, contentType: null, receivedAt: Date.now(), whole: true };
    await keepRefused(env.DB, { ...more, id: qrt(1), body: new TextEncoder().encode(kiccBody()) });
    await keepRefused(env.DB, { ...more, id: qrt(2), body: new TextEncoder().encode("no JSON") });
    const page = await (await visit(`/console/quarantine/${qrt(1)}`, { cookie })).text();
    expect(page).toContain("KICC_SOURCES = &quot;203.233.72.66,198.51.100.7&quot;");
    const released = await visit(`/console/quarantine/${qrt(1)}/release`, { cookie, form: {} });
    expect(released.headers.get("location")).toMatch(/^\/console\/notifications\/ntf_[0-9a-f]{32}\?said=done_release$/);
    const refused = await visit(`/console/quarantine/${qrt(2)}/release`, { cookie, form: {} });
    expect(refused.headers.get("location")).toContain("said=refused_conflict");
    await visit(`/console/quarantine/${qrt(2)}/drop`, { cookie, form: {} });
    expect((await visit(`/console/quarantine/${qrt(2)}`, { cookie })).status).toBe(404);
    expect((await audited()).map(({ what }) => what)).toEqual(["release", "drop"]);
  });

  it("ask KICC about a cancellation, and show what came of it", async () => {
    await fill(5);
    await env.DB.exec("DELETE FROM notifications");
    await env.DB.exec("DELETE FROM audit");
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error("no route to KICC"));
    const cookie = await signedIn();
    const path = `/console/cancellations/${CANCEL_PG_CNO}`;
    const asked = await visit(`${path}/ask`, { cookie, form: {} });
    expect(asked.headers.get("location")).toBe(`${path}?said=done_ask`);
    const page = await (await visit(path, { cookie })).text();
    expect(page.match(/<li><p><time/g)).toHaveLength(2);
    expect(page).toContain("Unresolved");
    expect(await audited()).toEqual([{ who: "token", what: "ask", subject: CANCEL_PG_CNO, note: null }]);
    const unknown = await visit("/console/cancellations/1/ask", { cookie, form: {} });
    expect(unknown.headers.get("location")).toBe("/console/cancellations/1?said=refused_not_found");
  });

  it("ask KICC about an approval, and show what came of it", async () => {
    await fill(5);
    await env.DB.exec("DELETE FROM notifications");
    await env.DB.exec("DELETE FROM audit");
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error("no route to KICC"));
    const cookie = await signedIn();
    const path = `/console/approvals/${PG_CNO}`;
    const asked = await visit(`${path}/ask`, { cookie, form: {} });
    expect(asked.headers.get("location")).toBe(`${path}?said=done_ask`);
    const page = await (await visit(path, { cookie })).text();
    expect(page.match(/<li><p><time/g)).toHaveLength(2);
    expect(page).toContain("Expected approval");
    expect(await audited()).toEqual([{ who: "token", what: "ask-approval", subject: PG_CNO, note: null }]);
    expect(await (await visit("/console/audit", { cookie })).text()).toContain(`href="${path}"`);
  });

  it("send a test, and its page is renewed until it arrived", async () => {
    const cookie = await signedIn();
    const sent = await visit("/console/test", { cookie, form: { resCd: "9999" } });
    const location = sent.headers.get("location") ?? "";
    expect(location).toMatch(/^\/console\/test\?id=ntf_[0-9a-f]{32}&said=done_test$/);
    const watched = await visit(location, { cookie });
    expect(watched.headers.get("refresh")).toMatch(/^2; url=\/console\/test\?id=ntf_[0-9a-f]{32}$/);
    expect((await visit(`${location}&stop=1`, { cookie })).headers.get("refresh")).toBeNull();
    await env.DB.exec("UPDATE notifications SET state = 'delivered', delivered_at = 1");
    expect((await visit(location, { cookie })).headers.get("refresh")).toBeNull();
  });

  it("send a test of every kind and with any code, and show the five steps of it", async () => {
    const cookie = await signedIn();
    for (const { name } of KINDS) {
      const sent = await visit("/console/test", { cookie, form: { kind: name, resCd: "", other: "W901" } });
      const id = /id=(ntf_[0-9a-f]{32})/.exec(sent.headers.get("location") ?? "")?.[1] ?? "";
      const row = env.DB.prepare("SELECT kind, res_cd, source FROM notifications WHERE id = ?").bind(id);
      expect(await row.first()).toEqual({ kind: name, res_cd: "W901", source: "test" });
      const page = await (await visit(`/console/test?id=${id}`, { cookie })).text();
      expect([...page.matchAll(/<li class="(done|now|later|failed)"/g)].map(([, step]) => step)).toEqual([
        "done",
        "now",
        "later",
        "later",
        "later",
      ]);
      expect(page).toContain(`<option value="${name}" selected="">`);
    }
    const refused = await visit("/console/test", { cookie, form: { kind: "none", resCd: "0000" } });
    expect(refused.headers.get("location")).toContain("said=refused_invalid");
  });

  it("change nothing that needs settings while these are wrong, and the overview names them", async () => {
    const [id, cookie] = [await dead(), await signedIn()];
    const wrong = { ORIGIN_URL: "http://shop.example" };
    const response = await visit(`/console/notifications/${id}/replay`, { cookie, form: {}, env: wrong });
    expect(response.headers.get("location")).toContain("said=refused_settings");
    expect(await rowOf(id)).toMatchObject({ state: "dead" });
    const page = await (await visit("/console", { cookie, env: wrong })).text();
    expect(page).toContain("<code>ORIGIN_URL</code> must be an https URL");
  });

  it("are refused where they are larger than any form is", async () => {
    const [id, cookie] = [await dead(), await signedIn()];
    const form = { note: "x".repeat(70_000) };
    expect((await visit(`/console/notifications/${id}/close`, { cookie, form })).status).toBe(403);
  });
});

describe("while D1 is away", () => {
  it("says so in words, and lets people sign in and out", async () => {
    const away = {
      prepare: () => {
        throw new Error("D1 is away: secret detail");
      },
    };
    const cookie = await signedIn();
    const response = await visit("/console", { cookie, env: { DB: away } });
    expect(response.status).toBe(503);
    const page = await response.text();
    expect(page).toContain("D1 does not answer");
    expect(page).not.toContain("secret detail");
  });
});

describe("sending many again", () => {
  const PATH = "/console/replay-many";

  it("says how many and which sum before, how far it is after, and stops", async () => {
    const cookie = await signedIn();
    await fill(1000);
    const preview = await (await visit(`${PATH}?state=dead`, { cookie })).text();
    expect(preview).toContain("40 would be sent again");
    expect(preview).toMatch(/WeChat Pay cancelled: \d+, successes among them sum up to ₩[\d,]+/);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM replays").first("n")).toBe(0);
    const asked = await visit(PATH, { cookie, form: { state: "dead" } });
    expect(asked.headers.get("location")).toBe(`${PATH}?said=done_replayAll`);
    const before = await (await visit(PATH, { cookie })).text();
    expect(before).toContain("0 of 40 are sent");
    await replayNextPage(env.DB, Date.now() + 1, 30);
    const after = await visit(PATH, { cookie });
    expect(after.headers.get("refresh")).toBe(`30; url=${PATH}?renewed=1`);
    const page = await after.text();
    expect(page).toContain('<progress id="replay-1" max="40" value="30">'.replace("replay-1", idIn(page)));
    const stop = `${PATH}/${idIn(page).slice("replay-".length)}/stop`;
    expect((await visit(stop, { cookie, form: {} })).headers.get("location")).toBe(`${PATH}?said=done_stop`);
    expect((await visit(stop, { cookie, form: {} })).headers.get("location")).toContain("refused_not_found");
    expect(await env.DB.prepare("SELECT count(*) AS n FROM notifications WHERE state = 'dead'").first("n")).toBe(10);
    expect(await env.DB.prepare("SELECT what FROM audit ORDER BY id DESC LIMIT 1").first("what")).toBe("replay-stop");
  });

  it("closes them with a note, in pages, and leaves what another filter has", async () => {
    const cookie = await signedIn();
    await fill(20_000);
    const left = async (state: string) =>
      env.DB.prepare("SELECT count(*) AS n FROM notifications WHERE state = ?").bind(state).first<number>("n");
    const closed = (await left("closed")) ?? 0;
    const bare = await visit(`${PATH}/close`, { cookie, form: { state: "dead", note: " " } });
    expect(bare.headers.get("location")).toContain("refused_invalid");
    const done = await visit(`${PATH}/close`, { cookie, form: { state: "dead", note: "refunded by hand" } });
    expect(done.headers.get("location")).toBe("/console/notifications?said=done_closeMany");
    expect([await left("dead"), await left("held"), await left("closed")]).toEqual([0, 400, closed + 800]);
    const noted = env.DB.prepare("SELECT count(*) AS n FROM notifications WHERE note = 'refunded by hand'");
    expect(await noted.first("n")).toBe(800);
    expect(await env.DB.prepare("SELECT what, note FROM audit ORDER BY id DESC LIMIT 1").first()).toEqual({
      what: "close-many",
      note: "refunded by hand",
    });
  });

  it("has the whole filter of the list: a search, a result and a time as well, for replaying, closing and the file", async () => {
    const cookie = await signedIn();
    await fill(1000);
    await env.DB.exec(
      "UPDATE notifications SET res_cd = 'W901' WHERE state = 'dead' AND CAST(substr(id, -2) AS TEXT) = '5b'",
    );
    const count = (query: string) =>
      visit(`${PATH}?${query}`, { cookie }).then(async (page) => countIn(await page.text()));
    const failures = Number(
      await env.DB.prepare("SELECT count(*) AS n FROM notifications WHERE state = 'dead' AND res_cd <> '0000'").first(
        "n",
      ),
    );
    expect(failures).toBeGreaterThan(0);
    expect(await count("state=dead&result=failure")).toBe(failures);
    expect(await count("state=dead&result=success")).toBe(40 - failures);
    // 00090 to 00093 are dead, and 00190 to 00193.
    expect(await count("state=dead&q=ORD-20260113-0009")).toBe(4);
    expect(await count("state=dead&q=ORD-20260113-00191")).toBe(1);
    const query = "state=dead&q=ORD-20260113-0009&result=success";
    const file = await (await visit(`/console/notifications.csv?${query}`, { cookie })).text();
    expect(file.trim().split("\r\n")).toHaveLength(1 + ((await count(query)) ?? 0));
    const form = Object.fromEntries(new URLSearchParams("state=dead&q=ORD-20260113-0009"));
    await visit(PATH, { cookie, form });
    expect(await (await visit(PATH, { cookie })).text()).toContain("Dead, “ORD-20260113-0009”");
    await replayNextPage(env.DB, Date.now() + 1, 200);
    await replayNextPage(env.DB, Date.now() + 1, 200);
    const states = env.DB.prepare(
      "SELECT state, count(*) AS n FROM notifications WHERE shop_order_no LIKE 'ORD-20260113-0009%' GROUP BY state",
    );
    expect((await states.run()).results).not.toContainEqual(expect.objectContaining({ state: "dead" }));
    expect(await count("state=dead")).toBe(36);
    const closed = await visit(`${PATH}/close`, {
      cookie,
      form: { state: "dead", q: "ORD-20260113-0019", note: "by hand" },
    });
    expect(closed.headers.get("location")).toContain("done_closeMany");
    expect(await count("state=dead")).toBe(32);
  });

  it("tells of a part of very many, and of all when asked", async () => {
    const cookie = await signedIn();
    await fill(20_000);
    const part = await (await visit(`${PATH}?state=dead`, { cookie })).text();
    expect(part).toContain("500+ would be sent again");
    const all = /href="([^"]+all=1)"/.exec(part)?.[1]?.replaceAll("&amp;", "&") ?? "";
    const page = await (await visit(all, { cookie })).text();
    expect(countIn(page)).toBe(800);
    expect(page).toContain('name="state" value="dead"');
    expect(page).not.toContain('name="all"');
  });

  it("says that a search is too short where more numbers begin with it than can be told", async () => {
    const cookie = await signedIn();
    await fill(1000);
    const page = await (await visit(`${PATH}?state=dead&q=ORD-2026`, { cookie })).text();
    expect(page).toContain("Type more of it.");
    const asked = await visit(PATH, { cookie, form: { state: "dead", q: "ORD-2026" } });
    expect(asked.headers.get("location")).toContain("refused_invalid");
  });

  it("refuses what it cannot tell: delivered ones without a time, and what is under way", async () => {
    const cookie = await signedIn();
    for (const query of ["state=delivered", "state=closed", "state=pending", "state=dead&from=yesterday"]) {
      const page = await (await visit(`${PATH}?${query}`, { cookie })).text();
      expect(page).toContain("This filter cannot be sent again as a whole");
      expect(page).not.toContain("would be sent again");
    }
  });

  function countIn(page: string): number | null {
    const [, count] = />(\d+) would be sent again</.exec(page) ?? [];
    return count === undefined ? null : Number(count);
  }

  function idIn(page: string): string {
    return /<progress id="(replay-\d+)"/.exec(page)?.[1] ?? "";
  }
});

describe("the guides", () => {
  it("are linked where the overview says what is wrong", async () => {
    const cookie = await signedIn();
    await fill(1000);
    const page = await (await visit("/console", { cookie })).text();
    const verdict = page.slice(page.indexOf('id="verdict"'), page.indexOf("</section>"));
    for (const name of ["down", "address", "refund"]) expect(verdict).toContain(`href="/console/guide/${name}"`);
  });

  it("say with live figures what waits, what was refused from where, and what is known of a refund", async () => {
    const cookie = await signedIn();
    await fill(1000);
    const guide = async (path: string) => (await visit(`/console/guide/${path}`, { cookie })).text();
    expect(await guide("down")).toContain("Dead: 40.");
    const address = await guide("address");
    expect(address).toContain("wechat: 203.233.72.66,198.51.100.");
    const refund = await guide(`refund?number=${CANCEL_PG_CNO}`);
    expect(refund).toContain(`action="/console/cancellations/${CANCEL_PG_CNO}/ask"`);
    expect(refund).toContain(`/console/notifications/${ntf(4)}`);
    expect(await guide("refund?number=NEVER")).toContain("KICC told us nothing of it");
  });
});

describe("the list", () => {
  it("keeps kind, result, merchant and Korean time in its address, and the download has the same", async () => {
    const cookie = await signedIn();
    const at = Date.parse("2026-01-14T00:12:00Z");
    const { id } = await stored(kiccBody({ shopOrderNo: "ORD-IN" }), { receivedAt: at });
    await stored(kiccBody({ shopOrderNo: "ORD-LATE" }), { receivedAt: at + 60_000 });
    await stored(kiccBody({ shopOrderNo: "ORD-FAILED", resCd: "W901" }), { receivedAt: at });
    const query = "?kind=wechat&result=success&from=2026-01-14T09:12&to=2026-01-14T09:13";
    const page = await (await visit(`/console/notifications${query}`, { cookie })).text();
    expect(page.match(/ORD-[A-Z]+/g)).toEqual(["ORD-IN"]);
    expect(page).toContain(`href="/console/notifications/${id}"`);
    expect(page).toContain('value="2026-01-14T09:12"');
    const file = await visit(`/console/notifications.csv${query}`, { cookie });
    expect(file.headers.get("content-disposition")).toMatch(/^attachment; filename="kicc-\d{8}T\d{4}\.csv"$/);
    expect((await file.text()).match(/ORD-[A-Z]+/g)).toEqual(["ORD-IN"]);
    expect((await visit("/console/notifications?from=yesterday", { cookie })).status).toBe(400);
    expect((await visit("/console/notifications.csv?kind=none", { cookie })).status).toBe(400);
    expect((await visit("/console/notifications.csv")).status).toBe(401);
  });

  it("says in the row why one is dead and what its last attempt came to, and how far a page looked", async () => {
    const cookie = await signedIn();
    await fill(1000);
    const dead = await (await visit("/console/notifications?state=dead", { cookie })).text();
    expect(dead).toMatch(/all tries are used up; [^<]+/);
    const page = await (await visit("/console/notifications?mallId=another", { cookie })).text();
    expect(page).toMatch(/0 shown; looked at all back to \d{4}-/);
  });

  it.each(["dead", "closed"])("demands that an approval that ends %s is booked or cancelled", async (state) => {
    const cookie = await signedIn();
    const { id } = await stored();
    await env.DB.prepare("UPDATE notifications SET state = ?2, kind = 'alipay.approval' WHERE id = ?1")
      .bind(id, state)
      .run();
    const page = await (await visit(`/console/notifications?state=${state}`, { cookie })).text();
    expect(page).toContain("Book it or cancel the payment.");
    const one = await (await visit(`/console/notifications/${id}`, { cookie })).text();
    expect(one).toMatch(/The customer has paid\. (KICC demands|A closed one)/);
    expect(one.includes("Book the payment by hand, or cancel it at KICC, before you close this")).toBe(
      state === "dead",
    );
  });
});

it("finds the one match of a search at once, and lists several", async () => {
  const cookie = await signedIn();
  const { id } = await stored(kiccBody({ shopOrderNo: "ORD-20260113-0008" }));
  const one = await visit("/console/notifications?q=ORD-20260113-0008", { cookie });
  expect(one.headers.get("location")).toBe(`/console/notifications/${id}`);
  await stored(kiccBody({ shopOrderNo: "ORD-20260113-0008" }));
  const two = await visit("/console/notifications?q=ORD-20260113-0008", { cookie });
  expect(two.status).toBe(200);
});
