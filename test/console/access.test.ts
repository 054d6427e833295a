// Cloudflare Access in front of the console: whom its JWT lets in, and how the audit names them.
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { clear, stored } from "../fixtures.ts";
import { given } from "../given.ts";
import { signedIn, visit } from "./browse.ts";

const AUDIENCE = "f00d1e0faud";
const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

let keys: CryptoKeyPair;
let strangers: CryptoKeyPair;
// Each test has a team of its own: the library keeps a team's keys.
let team = 0;
let settings: { ACCESS_TEAM: string; ACCESS_AUD: string };

beforeAll(async () => {
  keys = (await crypto.subtle.generateKey(RSA, true, ["sign", "verify"])) as CryptoKeyPair;
  strangers = (await crypto.subtle.generateKey(RSA, true, ["sign", "verify"])) as CryptoKeyPair;
});

beforeEach(async () => {
  await clear();
  team += 1;
  settings = { ACCESS_TEAM: `team-${team}`, ACCESS_AUD: AUDIENCE };
  const jwk = (await crypto.subtle.exportKey("jwk", keys.publicKey)) as JsonWebKey;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    const certs = `https://team-${team}.cloudflareaccess.com/cdn-cgi/access/certs`;
    const asked = input instanceof Request ? input.url : input.toString();
    if (asked !== certs) throw new Error(`Cannot fetch ${asked}: the test knows ${certs} alone`);
    return Response.json({ keys: [{ ...jwk, kid: "one", use: "sig" }] });
  });
});
afterEach(() => vi.restoreAllMocks());

function encoded(value: object): string {
  return new TextEncoder().encode(JSON.stringify(value)).toBase64({ alphabet: "base64url", omitPadding: true });
}

async function jwt(claims: object = {}, header: object = {}, signer: CryptoKey = keys.privateKey): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const iss = `https://team-${team}.cloudflareaccess.com`;
  const payload = {
    iss,
    aud: [AUDIENCE],
    email: "operator@shop.example",
    iat: now,
    exp: now + 600,
    sub: "1",
    ...claims,
  };
  const signed = `${encoded({ alg: "RS256", kid: "one", ...header })}.${encoded(payload)}`;
  const signature = await crypto.subtle.sign(RSA.name, signer, new TextEncoder().encode(signed));
  return `${signed}.${new Uint8Array(signature).toBase64({ alphabet: "base64url", omitPadding: true })}`;
}

async function open(token: string | null, path: string = "/console"): Promise<Response> {
  return visit(path, { env: settings, headers: token === null ? {} : { "cf-access-jwt-assertion": token } });
}

describe("Access", () => {
  it("lets in whom it vouches for, without a token", async () => {
    const response = await open(await jwt());
    expect(response.status).toBe(200);
    const page = await response.text();
    expect(page).toContain("/cdn-cgi/access/logout");
    expect(page).toContain("operator@shop.example");
  });

  it("lets nobody else in", async () => {
    const past = Math.floor(Date.now() / 1000) - 600;
    const [header = "", payload = "", signature = ""] = (await jwt()).split(".");
    const refused = {
      none: null,
      nonsense: "nonsense",
      expired: await jwt({ exp: past }),
      "not yet valid": await jwt({ nbf: past + 1200 }),
      "for another application": await jwt({ aud: ["another"] }),
      "for none": await jwt({ aud: undefined }),
      "of another team": await jwt({ iss: "https://evil.cloudflareaccess.com" }),
      "signed by a stranger": await jwt({}, {}, strangers.privateKey),
      "signed by a stranger with an unknown key": await jwt({}, { kid: "two" }, strangers.privateKey),
      unsigned: `${encoded({ alg: "none" })}.${payload}.`,
      "with another payload": `${header}.${encoded({ ...JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))), email: "x" })}.${signature}`,
    };
    for (const [why, token] of Object.entries(refused)) {
      const response = await open(token);
      expect({ why, status: response.status }).toEqual({ why, status: 401 });
      expect(await response.text()).not.toContain("<nav");
    }
  });

  it("takes the token's place: neither the token nor its cookie opens the console", async () => {
    const cookie = await signedIn();
    expect((await visit("/console", { env: settings, cookie })).status).toBe(401);
    const form = { token: "console-token", next: "/console" };
    const response = await visit("/console/sign-in", { env: settings, form });
    expect(response.headers.get("set-cookie")).toBeNull();
  });

  it("says so where its keys cannot be had", async () => {
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error("away"));
    expect((await open(await jwt())).status).toBe(503);
  });

  it("names the operator in the audit", async () => {
    const { id } = await stored();
    await given.dead(id);
    const headers = { "cf-access-jwt-assertion": await jwt() };
    await visit(`/console/notifications/${id}/replay`, { env: settings, headers, form: {} });
    const row = await env.DB.prepare("SELECT who, what FROM audit").first();
    expect(row).toEqual({ who: "operator@shop.example", what: "replay" });
  });

  it("keeps out forms from elsewhere too, since its cookie comes along with them", async () => {
    const { id } = await stored();
    const headers = { "cf-access-jwt-assertion": await jwt(), origin: "https://evil.example" };
    const response = await visit(`/console/notifications/${id}/replay`, { env: settings, headers, form: {} });
    expect(response.status).toBe(403);
  });
});
