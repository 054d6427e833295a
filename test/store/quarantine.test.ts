// The quarantine's bounds, in D1: strangers displace strangers alone, though they share an address with one who knew the token.
import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { KEPT_PER_CLASS, type Quarantined, keepRefused } from "../../src/store/quarantine.ts";
import { clear } from "../fixtures.ts";

beforeEach(clear);

function refused(id: string, about: Partial<Quarantined> = {}): Quarantined {
  return {
    id,
    trusted: false,
    reason: "address",
    address: "198.51.100.1",
    knewToken: false,
    reference: null,
    contentType: null,
    receivedAt: 1000,
    door: "/kicc/wechat/cancel",
    path: "/kicc/wechat/cancel",
    mallId: null,
    whole: true,
    body: new Uint8Array(0),
    ...about,
  };
}

it("keeps the oldest of one who knew the token, whatever strangers send from the same address since", async () => {
  await keepRefused(env.DB, refused("knew", { trusted: true, knewToken: true, receivedAt: 1 }));
  await keepRefused(env.DB, refused("first"));
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     INSERT INTO quarantine (id, trusted, reason, address, knew_token, received_at, bytes, whole, body)
     SELECT 'more' || i, 0, reason, address, 0, received_at + i, 0, 1, '' FROM n, quarantine WHERE id = 'first'`,
  )
    .bind(KEPT_PER_CLASS - 1)
    .run();
  await keepRefused(env.DB, refused("last", { receivedAt: 9999 }));
  const { results } = await env.DB.prepare("SELECT id FROM quarantine WHERE id IN ('knew', 'first', 'last')").run();
  expect(results.map(({ id }) => id)).toEqual(expect.arrayContaining(["knew", "last"]));
  expect(results).toHaveLength(2);
});
