import { afterEach, describe, expect, it, vi } from "vitest";
import type { Origin } from "../../src/config.ts";
import { type DeliveryRequest, deliverTo } from "../../src/outbound/origin.ts";
import type { Outcome } from "../../src/rules/outcome.ts";

// A stand-in for the origin: real HTTP is tested end to end.
type Fetch = (url: URL, init: RequestInit) => Promise<Response>;
const fetchSpy = vi.spyOn(globalThis, "fetch");
afterEach(() => {
  fetchSpy.mockReset();
});

const TIMEOUT_MS = 150;
const BODY = Uint8Array.from([0x22, 0xc1, 0xa4, 0xbb, 0xf3, 0x22]);
const PARCEL: DeliveryRequest = {
  kind: "wechat.cancel",
  mallId: "T0099001",
  body: BODY,
  headers: { "webhook-id": "ntf_1", "user-agent": "kicc-edge-receiver/1.0.0" },
  contentType: "application/json; charset=euc-kr",
};

const originWith = (more: Partial<Origin> = {}): Origin => ({
  url: new URL("https://origin.example/kicc"),
  routes: new Map(),
  fetcher: null,
  headers: {},
  timeoutMs: TIMEOUT_MS,
  ...more,
});

const bytesOf = (text: string) => new TextEncoder().encode(text);
const never = new Promise<never>(() => {});

/** A body whose chunks come one by one, and that then ends, stalls or breaks. */
function streamOf(chunks: Iterable<Uint8Array>, then: "end" | "stall" | "break" = "end"): ReadableStream<Uint8Array> {
  const rest = chunks[Symbol.iterator]();
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const { value, done } = rest.next();
      if (!done) controller.enqueue(value);
      else if (then === "end") controller.close();
      else if (then === "break") controller.error(new Error("Network connection lost."));
      return done && then === "stall" ? never : undefined;
    },
  });
}

function answering(response: Response | (() => Promise<Response>), origin: Partial<Origin> = {}): Promise<Outcome> {
  fetchSpy.mockImplementation(typeof response === "function" ? response : () => Promise.resolve(response));
  return deliverTo(originWith(origin), PARCEL);
}

async function sent(origin: Partial<Origin> = {}, parcel: Partial<DeliveryRequest> = {}): Promise<Request> {
  fetchSpy.mockImplementation(() => Promise.resolve(new Response()));
  await deliverTo(originWith(origin), { ...PARCEL, ...parcel });
  const [url, init] = fetchSpy.mock.lastCall ?? [];
  return new Request(url as URL, init);
}

/** As the origin sent it, in pieces of 1000 bytes. */
function* pieces(text: string): Generator<Uint8Array> {
  const bytes = bytesOf(text);
  for (let from = 0; from < bytes.length; from += 1000) yield bytes.slice(from, from + 1000);
}

async function timed(work: Promise<Outcome>): Promise<Outcome> {
  const startedAt = Date.now();
  const outcome = await work;
  expect(Date.now() - startedAt).toBeLessThan(TIMEOUT_MS + 20_000);
  return outcome;
}

async function waitFor(response: Response): Promise<number | null> {
  const outcome = await answering(response);
  if (outcome.kind !== "failed") throw new Error(`Cannot wait: ${outcome.kind}`);
  return outcome.retryAfterMs;
}

async function afterAWhile(): Promise<Response> {
  await new Promise((resolve) => setTimeout(resolve, 30));
  return new Response("OK");
}

const whole = (resCd: string) => `{"resCd":"${resCd}"}`.padEnd(65_536);
const stalled = (status: number, headers = {}) => new Response(streamOf([bytesOf("x")], "stall"), { status, headers });
const json = (body: unknown, status = 200) => Response.json(body, { status });
const retryAfter = (value: string, status = 503) => new Response(null, { status, headers: { "retry-after": value } });
const redirect = (location: string | null, status = 302) =>
  new Response(null, { status, headers: location === null ? {} : { location } });

describe("what the origin is sent", () => {
  it("is the bytes as they came, by POST, with their Content-Type", async () => {
    const request = await sent();
    expect(request.method).toBe("POST");
    expect(await request.bytes()).toEqual(BODY);
    expect(request.headers.get("content-type")).toBe("application/json; charset=euc-kr");
    expect(request.headers.get("webhook-id")).toBe("ntf_1");
  });

  it("has no Content-Type where none came", async () => {
    expect((await sent({}, { contentType: null })).headers.has("content-type")).toBe(false);
  });

  it("goes where its mallId is routed to, and all else to the origin's URL", async () => {
    const routes = new Map([["T0099001", new URL("https://one.example/a")]]);
    expect((await sent({ routes })).url).toBe("https://one.example/a");
    expect((await sent({ routes }, { mallId: "T0099002" })).url).toBe("https://origin.example/kicc");
    expect((await sent({ routes }, { mallId: null })).url).toBe("https://origin.example/kicc");
    expect((await sent({ routes }, { mallId: "constructor" })).url).toBe("https://origin.example/kicc");
  });

  it("carries one host's headers to no other host", async () => {
    const headers = { "origin.example": { "cf-access-client-secret": "one" }, "one.example": { "x-api-key": "other" } };
    const routes = new Map([
      ["T0099001", new URL("https://one.example/a")],
      ["T0099002", new URL("https://origin.example.evil.example/")],
      ["T0099003", new URL("https://sub.origin.example/")],
    ]);
    const own = await sent({ headers, routes }, { mallId: null });
    expect(own.headers.get("cf-access-client-secret")).toBe("one");
    expect(own.headers.has("x-api-key")).toBe(false);
    const routed = await sent({ headers, routes });
    expect(routed.headers.get("x-api-key")).toBe("other");
    expect(routed.headers.has("cf-access-client-secret")).toBe(false);
    for (const mallId of ["T0099002", "T0099003"]) {
      const elsewhere = await sent({ headers, routes }, { mallId });
      expect(elsewhere.headers.has("cf-access-client-secret")).toBe(false);
      expect(elsewhere.headers.has("x-api-key")).toBe(false);
    }
  });

  it("carries the headers of a host and port to that port alone", async () => {
    const headers = { "origin.example:8443": { "x-api-key": "one" } };
    expect((await sent({ headers })).headers.has("x-api-key")).toBe(false);
    const url = new URL("https://origin.example:8443/");
    expect((await sent({ headers, url })).headers.get("x-api-key")).toBe("one");
  });

  it("cannot be passed off as another notification by a host's headers", async () => {
    const headers = { "origin.example": { "webhook-id": "ntf_2", "content-type": "text/plain" } };
    const request = await sent({ headers });
    expect(request.headers.get("webhook-id")).toBe("ntf_1");
    expect(request.headers.get("content-type")).toBe("application/json; charset=euc-kr");
  });

  it("goes through the binding where there is one, routes and all", async () => {
    const fetcher = { fetch: vi.fn<Fetch>(() => Promise.resolve(new Response())) };
    const routes = new Map([["T0099001", new URL("http://shop.internal/one")]]);
    const outcome = await deliverTo(originWith({ fetcher: fetcher as unknown as Fetcher, routes }), PARCEL);
    expect(outcome.kind).toBe("accepted");
    expect(fetchSpy).not.toHaveBeenCalled();
    const [url, init] = fetcher.fetch.mock.lastCall ?? [];
    expect(url?.href).toBe("http://shop.internal/one");
    expect(init).toMatchObject({ method: "POST", redirect: "manual", body: BODY });
  });

  it("never follows a redirect", async () => {
    const outcome = await answering(redirect("https://elsewhere.example/"));
    expect(fetchSpy).toHaveBeenCalledTimes(1);
    expect(fetchSpy.mock.lastCall?.[1]).toMatchObject({ redirect: "manual" });
    expect(outcome).toMatchObject({ kind: "failed", status: 302 });
  });
});

describe("a delivery is accepted", () => {
  it.each([200, 201, 202, 204, 299])("by a %i without a body", async (status) => {
    expect(await answering(new Response(null, { status }))).toEqual({ kind: "accepted", status, answer: null });
  });

  it.each([
    "OK",
    '{"resCd":"0000","resMsg":"ok","pgCno":""}',
    '\uFEFF{"resCd":"0000"}',
    "{}",
    '{"ok":false}',
    '"5001"',
    "null",
    '{"result":{"resCd":"5001"}}',
    '{"__proto__":{"resCd":"5001"}}',
    '{"RESCD":"5001"}',
  ])("by a 200 with %s", async (text) => {
    expect(await answering(new Response(text))).toMatchObject({ kind: "accepted", status: 200 });
  });

  it("by a 2xx whose body is over 64 KiB, whatever it says", async () => {
    const text = `{"resCd":"5001","resMsg":"${"한".repeat(30_000)}"}`;
    const outcome = await answering(new Response(text));
    expect(outcome).toEqual({ kind: "accepted", status: 200, answer: text.slice(0, 500) });
  });

  it("by a 2xx whose body never ends, without reading on", async () => {
    const chunk = new Uint8Array(8192).fill(0x78);
    let chunks = 0;
    const endless = (function* () {
      for (;;) {
        chunks += 1;
        yield chunk;
      }
    })();
    expect(await answering(new Response(streamOf(endless)))).toMatchObject({ kind: "accepted", status: 200 });
    expect(chunks).toBeLessThan(20);
  });

  it("by a resCd of 0000 in a body of 64 KiB to the byte, in small pieces", async () => {
    expect((await answering(new Response(streamOf(pieces(whole("0000")))))).kind).toBe("accepted");
    expect((await answering(new Response(streamOf(pieces(whole("5001")))))).kind).toBe("failed");
    expect((await answering(new Response(streamOf(pieces(`${whole("5001")} `))))).kind).toBe("accepted");
  });
});

describe("a delivery fails", () => {
  it.each([
    ['{"resCd":"5001","resMsg":"Internal DB Error"}', "5001"],
    ['{"resCd":0}', "0"],
    ['{"resCd":""}', '""'],
    ['{"resCd":null}', "null"],
    ['{"resCd":["0000"]}', '["0000"]'],
    ['{"resCd":"0000 "}', '"0000 "'],
    ['{"resCd":"0000","resCd":"5001"}', "5001"],
    ['[{"resCd":"5001"}]', "5001"],
    ['{"resCd":"5001"', "5001"],
  ])("by a 200 with %s: KICC would have been told so", async (text, resCd) => {
    expect(await answering(new Response(text))).toEqual({
      kind: "failed",
      status: 200,
      error: `origin answered 200 with resCd ${resCd}`,
      answer: text,
      head: "content-type: text/plain;charset=UTF-8",
      retryAfterMs: null,
    });
  });

  it("by a failing resCd in EUC-KR, which the kept answer shows in Korean", async () => {
    const text = Uint8Array.from([...bytesOf('{"resCd":"9999","resMsg":"'), 0xc1, 0xa4, 0xbb, 0xf3, ...bytesOf('"}')]);
    expect(await answering(new Response(text))).toMatchObject({
      kind: "failed",
      answer: '{"resCd":"9999","resMsg":"정상"}',
    });
  });

  it.each([400, 409, 422, 429, 500, 502, 503, 504])("by a %i, even one that says 0000", async (status) => {
    expect(await answering(json({ resCd: "0000" }, status))).toMatchObject({
      kind: "failed",
      status,
      error: `origin answered ${status}`,
      answer: '{"resCd":"0000"}',
    });
  });

  it("keeps no more of an answer than an operator reads", async () => {
    const outcome = await answering(new Response(`x${"😀".repeat(2000)}`, { status: 500 }));
    expect(new TextEncoder().encode(outcome.answer ?? "")).toHaveLength(1 + 1023 * 4);
    expect(outcome.answer?.isWellFormed()).toBe(true);
  });

  it("keeps its own error short and well formed", async () => {
    const outcome = await answering(json({ resCd: `\ud800${"9".repeat(10_000)}` }));
    expect(outcome.kind === "failed" && outcome.error.length).toBeLessThan(100);
    expect(outcome.kind === "failed" && outcome.error.isWellFormed()).toBe(true);
  });

  it("when there is no connection", async () => {
    const outcome = await answering(() => Promise.reject(new Error("Network connection lost.")));
    expect(outcome).toEqual({
      kind: "failed",
      status: null,
      error: "no connection: Network connection lost.",
      answer: null,
      retryAfterMs: null,
    });
  });

  it("when whatever was thrown is no error at all, or is thrown at once", async () => {
    expect(await answering(() => Promise.reject("refused"))).toMatchObject({ error: "no connection: refused" });
    fetchSpy.mockImplementation(() => {
      throw new TypeError("Invalid URL");
    });
    expect(await deliverTo(originWith(), PARCEL)).toMatchObject({
      kind: "failed",
      error: "no connection: Invalid URL",
    });
  });

  it("when a header cannot be sent, instead of throwing", async () => {
    fetchSpy.mockImplementation(() => Promise.resolve(new Response()));
    const broken = { ...PARCEL, contentType: "text/plain\r\nx-evil: 1" };
    expect((await deliverTo(originWith(), broken)).kind).toBe("failed");
    expect(fetchSpy).not.toHaveBeenCalled();
  });

  it("when a 200 breaks off half-way", async () => {
    const broken = new Response(streamOf([bytesOf('{"resCd":"0000"')], "break"));
    expect(await answering(broken)).toEqual({
      kind: "failed",
      status: 200,
      error: "no whole answer: Network connection lost.",
      answer: null,
      retryAfterMs: null,
    });
  });

  it("when a 200 claims to be gzip and is not", async () => {
    const broken = streamOf([bytesOf("not gzip")]).pipeThrough(new DecompressionStream("gzip"));
    const headers = { "content-encoding": "gzip" };
    expect(await answering(new Response(broken, { headers, encodeBody: "manual" }))).toMatchObject({
      kind: "failed",
      status: 200,
      error: "origin answered 200, and its body cannot be read: Content-Encoding says gzip",
    });
  });

  it("when a page stands where the handler's answer should", async () => {
    expect(await answering(new Response("<html><title>점검</title>"))).toMatchObject({
      kind: "failed",
      status: 200,
      error: 'origin answered a maintenance page (200, "점검")',
    });
  });
});

describe("an origin that is late", () => {
  it("fails the delivery within the timeout", async () => {
    expect(await timed(answering(() => never))).toEqual({
      kind: "failed",
      status: null,
      error: `no answer in ${TIMEOUT_MS} ms`,
      answer: null,
      retryAfterMs: null,
    });
    expect(fetchSpy.mock.lastCall?.[1]?.signal?.aborted).toBe(true);
  });

  it("fails it just so behind a binding that does not heed the signal", async () => {
    const fetcher = { fetch: () => never } as unknown as Fetcher;
    expect(await timed(deliverTo(originWith({ fetcher }), PARCEL))).toMatchObject({ kind: "failed", status: null });
  });

  it.each([[[]], [['{"resCd":"0000"}']]])("fails it when the body of a 200 stalls after %j", async (chunks) => {
    const stalls = () => Promise.resolve(new Response(streamOf(chunks.map(bytesOf), "stall")));
    const expected = { kind: "failed", status: 200, error: `no whole answer in ${TIMEOUT_MS} ms` };
    expect(await timed(answering(stalls))).toMatchObject(expected);
    const fetcher = { fetch: stalls } as unknown as Fetcher;
    expect(await timed(deliverTo(originWith({ fetcher }), PARCEL))).toMatchObject(expected);
  });

  it("fails it when the body comes drop by drop", async () => {
    const drops = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        controller.enqueue(bytesOf(" "));
      },
    });
    expect(await timed(answering(new Response(drops)))).toMatchObject({ kind: "failed", status: 200 });
  });

  it("is taken by its status where that says enough without the body", async () => {
    expect(await timed(answering(stalled(410)))).toMatchObject({ kind: "gone", status: 410 });
    expect(await timed(answering(stalled(401)))).toMatchObject({
      error: expect.stringMatching(/^origin answered 401: .* wants credentials/),
    });
    expect(await timed(answering(stalled(503, { "retry-after": "60" })))).toMatchObject({ retryAfterMs: 60_000 });
  });

  it("does not fail what came in time", async () => {
    expect(await answering(afterAWhile)).toMatchObject({ kind: "accepted", answer: "OK" });
  });
});

describe("an origin that says 410", () => {
  it.each(["", '{"resCd":"0000"}'])("ends the notification, its body being %j", async (text) => {
    const outcome = await answering(new Response(text, { status: 410 }));
    expect(outcome).toMatchObject({ kind: "gone", status: 410, error: "origin answered 410", answer: text || null });
  });
});

describe("what is kept of a failing answer", () => {
  it("is its first 4 KiB, by whole characters", async () => {
    const outcome = await answering(new Response("한".repeat(5000), { status: 500 }));
    expect(outcome.answer).toBe("한".repeat(1365));
  });

  it("is the headers that tell why, without cookies, credentials or what a redirect's query holds", async () => {
    const headers = {
      server: "nginx/1.26",
      "set-cookie": "session=s3cr3t",
      authorization: "Bearer s3cr3t",
      location: "https://shop.example/login?token=s3cr3t#s3cr3t",
      "www-authenticate": `Basic realm="${"r".repeat(300)}"`,
    };
    const outcome = await answering(new Response(null, { status: 302, headers }));
    const head = "head" in outcome ? outcome.head : null;
    expect(head?.split("\n")).toEqual([
      "location: https://shop.example/login",
      "server: nginx/1.26",
      `www-authenticate: Basic realm="${"r".repeat(187)}`,
    ]);
  });
});

describe("Retry-After", () => {
  it.each([429, 503])("stretches the wait on a %i", async (status) => {
    expect(await waitFor(retryAfter("120", status))).toBe(120_000);
  });

  it.each([302, 400, 500, 502])("says nothing on a %i", async (status) => {
    expect(await waitFor(retryAfter("120", status))).toBeNull();
  });

  it("may be an HTTP date, and one that has passed asks for nothing", async () => {
    const inOneHour = new Date(Date.now() + 3_600_000).toUTCString();
    const waitMs = await waitFor(retryAfter(inOneHour));
    expect(waitMs).toBeGreaterThan(3_590_000);
    expect(waitMs).toBeLessThanOrEqual(3_600_000);
    expect(await waitFor(retryAfter("Wed, 21 Oct 2015 07:28:00 GMT"))).toBe(0);
  });

  it.each([
    "",
    "soon",
    "-5",
    "-1e9",
    "1.5",
    "1e3",
    "0x10",
    "+60",
    "60s",
    "60, 120",
    "try after 2050",
    "2050-01-01",
    "Xyz, 99 Foo 2050 99:99:99 GMT",
    "NaN",
    "Infinity",
  ])("of %j counts as none", async (value) => {
    expect(await waitFor(retryAfter(value))).toBeNull();
  });

  it("of more seconds than any number holds is a long wait, for the bound to cut", async () => {
    expect(await waitFor(retryAfter("9".repeat(400)))).toBe(Number.POSITIVE_INFINITY);
  });
});

// All its words: test/rules/answers.ts.
describe("a refusal that an operator can mend is named", () => {
  it("by what a 401 or 403 may mean, and which setting to look at", async () => {
    for (const status of [401, 403]) {
      expect(await answering(new Response("no", { status }))).toMatchObject({
        error: expect.stringMatching(new RegExp(`^origin answered ${status}: .*ORIGIN_SIGNING_SECRET`)),
      });
    }
  });

  it("by the URL to set where a redirect leads there", async () => {
    expect(await answering(redirect("/kicc/?token=s3cr3t", 308))).toMatchObject({
      error:
        "origin answered 308, a redirect to /kicc/, which is not followed: set ORIGIN_URL (in pull: TARGET_URL) to https://origin.example/kicc/",
    });
  });

  it("by the route's own URL where the notification went there", async () => {
    const routes = new Map([["T0099001", new URL("https://one.example/a")]]);
    expect(await answering(redirect("/b"), { routes })).toMatchObject({
      error: expect.stringMatching(/ to https:\/\/one\.example\/b$/),
    });
  });

  it("by a redirect to nowhere where it says no place", async () => {
    expect(await answering(redirect(null, 304))).toMatchObject({ error: "origin answered 304, a redirect to nowhere" });
  });

  it("in few words, however long the place", async () => {
    const outcome = await answering(redirect(`/${"x".repeat(10_000)}`));
    expect(outcome.kind === "failed" && outcome.error.length).toBeLessThan(600);
  });
});
