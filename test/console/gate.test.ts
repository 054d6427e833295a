// Who may use the console: the token and its cookie, forged and expired cookies, forms from other sites.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openSession } from "../../src/console/session.ts";
import { clear, rowOf, stored } from "../fixtures.ts";
import { given } from "../given.ts";
import { cookieOf, signIn, signedIn, visit } from "./browse.ts";

const HOUR_MS = 60 * 60 * 1000;
const NAME = "__Host-kicc-console";

beforeEach(clear);
afterEach(() => vi.useRealTimers());

describe("signing in", () => {
  it("shows nothing but the sign-in page to a stranger, on every path", async () => {
    for (const path of ["", "/notifications", "/notifications/ntf_1", "/quarantine", "/test", "/audit", "/nowhere"]) {
      const response = await visit(`/console${path}`);
      expect(response.status).toBe(401);
      const page = await response.text();
      expect(page).toContain('name="token"');
      expect(page).not.toContain("<nav");
    }
  });

  it("takes the token once, and goes on by a cookie no script and no other site can use", async () => {
    const response = await signIn();
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe("/console");
    const cookie = response.headers.get("set-cookie") ?? "";
    for (const flag of [`${NAME}=`, "HttpOnly", "Secure", "SameSite=Strict", "Path=/", "Max-Age=43200"]) {
      expect(cookie).toContain(flag);
    }
    expect(cookie).not.toContain("console-token");
    expect((await visit("/console", { cookie: cookieOf(response) })).status).toBe(200);
  });

  it("refuses another token, and slows an address that guesses", async () => {
    const headers = { "cf-connecting-ip": "192.0.2.1" };
    for (let guess = 0; guess < 10; guess++) {
      expect((await signIn(`console-toke${guess}`, { headers })).status).toBe(401);
    }
    const slowed = await signIn("console-token", { headers });
    expect([slowed.status, slowed.headers.get("retry-after")]).toEqual([429, "60"]);
    expect(slowed.headers.get("set-cookie")).toBeNull();
    expect((await signIn()).status).toBe(303);
  });

  it("asks Cloudflare's rate limit too, and does without it where it fails or is missing", async () => {
    const limiter = (limit: () => Promise<{ success: boolean }>) => ({ SIGN_INS: { limit } });
    const full = limiter(async () => ({ success: false }));
    expect((await signIn("console-token", { env: full })).status).toBe(429);
    const broken = limiter(() => Promise.reject(new Error("away")));
    expect((await signIn("console-token", { env: broken })).status).toBe(303);
    expect((await signIn("console-token", { env: { SIGN_INS: undefined } })).status).toBe(303);
  });

  it("goes where one wanted to go, within the console alone", async () => {
    const cases = {
      "/console/quarantine?cursor=1": "/console/quarantine?cursor=1",
      "//evil.example/console": "/console",
      "https://evil.example/console": "/console",
      "/console/../kicc": "/console",
      "/consoles": "/console",
      "javascript:alert(1)": "/console",
      "\\\\evil.example\\console": "/console",
    };
    for (const [next, location] of Object.entries(cases)) {
      const headers = { "cf-connecting-ip": `203.0.113.${next.length}` };
      const response = await visit("/console/sign-in", { headers, form: { token: "console-token", next } });
      expect(response.headers.get("location")).toBe(location);
    }
  });

  it("lets nobody in while CONSOLE_TOKEN is not set, not even by an empty one", async () => {
    const unset = { CONSOLE_TOKEN: "" };
    const response = await signIn("", { env: unset });
    expect(response.status).toBe(401);
    expect(await response.text()).toContain("CONSOLE_TOKEN");
    expect((await visit("/console", { env: unset, cookie: await signedIn() })).status).toBe(401);
  });

  it("brings the cookie along when one comes by a link from elsewhere", async () => {
    const fromElsewhere = { "sec-fetch-site": "cross-site" };
    expect((await visit("/console", { headers: fromElsewhere })).headers.get("refresh")).toBe("0");
    expect(
      (await visit("/console", { headers: { "sec-fetch-site": "same-origin" } })).headers.get("refresh"),
    ).toBeNull();
  });
});

describe("a session", () => {
  it("ends after 12 hours", async () => {
    const cookie = await signedIn();
    vi.useFakeTimers({ now: Date.now() + 12 * HOUR_MS - 5000, toFake: ["Date"] });
    expect((await visit("/console", { cookie })).status).toBe(200);
    vi.setSystemTime(Date.now() + 10_000);
    expect((await visit("/console", { cookie })).status).toBe(401);
  });

  it("cannot be forged, prolonged or signed by another token", async () => {
    const [claim = "", nonce = "", signature = ""] = (await signedIn()).slice(NAME.length + 1).split(".");
    const forgeries = [
      "",
      "1",
      `${Number(claim) + 1000}.${nonce}.${signature}`,
      `${claim}.${nonce.replace(/^./, (digit) => (digit === "0" ? "1" : "0"))}.${signature}`,
      `${claim}.${nonce}.${"0".repeat(64)}`,
      `${claim}.${nonce}.${signature.slice(0, 62)}`,
      `${claim}.${nonce}.${signature.toUpperCase()}`,
      await openSession("another-token", Date.now()),
      await openSession("console-token", Date.now() + HOUR_MS),
    ];
    for (const forged of forgeries) {
      expect((await visit("/console", { cookie: `${NAME}=${forged}` })).status).toBe(401);
    }
  });

  it("lasts while the token it was opened with is valid, and not longer: rotating signs out", async () => {
    const both = { CONSOLE_TOKEN: "new-token,console-token" };
    const [old, young] = [await signedIn(), cookieOf(await signIn("new-token", { env: both }))];
    for (const cookie of [old, young]) expect((await visit("/console", { env: both, cookie })).status).toBe(200);
    const rotated = { CONSOLE_TOKEN: "new-token" };
    expect((await visit("/console", { env: rotated, cookie: old })).status).toBe(401);
    expect((await visit("/console", { env: rotated, cookie: young })).status).toBe(200);
  });

  it("is over when one signs out", async () => {
    const cookie = await signedIn();
    const response = await visit("/console/sign-out", { cookie, form: {} });
    expect(response.status).toBe(303);
    expect(response.headers.get("set-cookie")).toMatch(/^__Host-kicc-console=;.*Max-Age=0/);
  });

  it("opens the API to nobody", async () => {
    const response = await visit("/api/notifications", { cookie: await signedIn() });
    expect(response.status).toBe(401);
  });
});

describe("a form from elsewhere", () => {
  it("does nothing, whatever cookie comes along", async () => {
    const { id } = await stored();
    await given.dead(id);
    const cookie = await signedIn();
    const foreign: Record<string, string>[] = [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
      { origin: "https://other.kicc.example", "sec-fetch-site": "same-site" },
    ];
    for (const headers of foreign) {
      const response = await visit(`/console/notifications/${id}/replay`, { cookie, headers, form: {} });
      expect(response.status).toBe(403);
    }
    expect(await rowOf(id)).toMatchObject({ state: "dead" });
  });

  it("is told from our own, which a browser marks", async () => {
    const { id } = await stored();
    await given.dead(id);
    const headers = { origin: "null", "sec-fetch-site": "same-origin" };
    const cookie = await signedIn();
    const response = await visit(`/console/notifications/${id}/replay`, { cookie, headers, form: {} });
    expect(response.status).toBe(303);
    expect(await rowOf(id)).toMatchObject({ state: "pending" });
  });
});
