import { env, exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type Door, DOORS, KINDS } from "../../src/kinds/registry.ts";
import { KICC } from "../../src/kinds/kicc-addresses.ts";
import { clear } from "../fixtures.ts";
import { FORM_SAMPLES, JSON_SAMPLES } from "../kinds/samples.ts";

const JSON_TYPE = "application/json; charset=utf-8";
const FORM_TYPE = "application/x-www-form-urlencoded; charset=utf-8";

beforeEach(clear);

/** Through the Worker's own front door. */
interface About {
  readonly address: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function post(path: string, body: string, { address, contentType, headers }: About): Promise<Response> {
  const told = { "content-type": contentType ?? JSON_TYPE, "cf-connecting-ip": address, ...headers };
  return exports.default.fetch(`https://kicc.example${path}`, { method: "POST", headers: told, body });
}

const addressOf = ({ product }: Pick<Door, "product">): string => KICC.production.sources[product][0];

async function kindsStored(): Promise<unknown[]> {
  const { results } = await env.DB.prepare("SELECT kind, count(*) AS count FROM notifications GROUP BY kind").run();
  return results;
}

async function kept(): Promise<unknown[]> {
  const { results } = await env.DB.prepare("SELECT reason, door, path FROM quarantine").run();
  return results;
}

/** The kinds of which there are samples, each with its samples. */
function sampled(samples: Readonly<Record<string, readonly string[]>>) {
  return KINDS.flatMap((kind) =>
    samples[kind.name]?.length ? [{ kind, name: kind.name, of: samples[kind.name]! }] : [],
  );
}

describe("each kind", () => {
  it.each(sampled(JSON_SAMPLES))(
    "$name is taken in JSON at its door, each sample once, and acked in JSON",
    async ({ kind, name, of }) => {
      for (const sample of [...of, ...of]) {
        const response = await post(kind.door, sample, { address: addressOf(kind) });
        expect(response.status).toBe(200);
        const answer = await response.json<Record<string, unknown>>();
        expect(answer).toMatchObject({ resCd: "0000" });
        expect("pgCno" in answer).toBe(kind.ackHasPgCno);
      }
      // One of the samples is another in bare numbers, without its amount: a receipt of it.
      const repeated = of.filter((sample) => sample.includes('"cancelPgCno":26')).length;
      expect(await kindsStored()).toEqual([{ kind: name, count: of.length - repeated }]);
    },
  );

  it.each(sampled(FORM_SAMPLES))("$name is taken as a form, and acked as one", async ({ kind, of }) => {
    for (const sample of of) {
      const response = await post(kind.door, sample, { address: addressOf(kind), contentType: FORM_TYPE });
      expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
      const [code, message] = (await response.text()).split(String.fromCodePoint(0x1f));
      expect(code).toBe("res_cd=0000");
      expect(message).toMatch(/^res_msg=[A-Za-z0-9 ]+$/);
    }
  });
});

describe("a door", () => {
  it.each(DOORS.map(({ path }) => path))(
    "%s refuses an address of another product, and keeps what it sent",
    async (path) => {
      const door = DOORS.find((one) => one.path === path)!;
      const other = DOORS.find(({ product }) => product !== door.product)!;
      const sample = JSON_SAMPLES[door.fallback.name]?.[0] ?? '{"resCd":"0000","resMsg":"ok"}';
      const response = await post(path, sample, { address: addressOf(other) });
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ resCd: "4030", pgCno: "" });
      expect(await kept()).toEqual([{ reason: "address", door: path, path }]);
      expect(await kindsStored()).toEqual([]);
    },
  );

  it("takes an approval that comes where cancellations do for an approval: nobody books a refund that never was", async () => {
    const [approval = ""] = JSON_SAMPLES["wechat.approval"] ?? [];
    await post("/kicc/wechat/cancel", approval, { address: "203.233.72.66" });
    expect(await kindsStored()).toEqual([{ kind: "wechat.approval", count: 1 }]);
    const { results } = await env.DB.prepare("SELECT name FROM sightings").run();
    expect(results).toEqual([{ name: "wrong-door" }]);
  });
});

describe("a path that is no door", () => {
  it.each(["/kicc/wechat/cancle/secret", "//kicc/wechat/cancel", "/KICC/wechat/cancel", "/"])(
    "%s is answered 4040 in JSON and kept, where KICC posts to it",
    async (path) => {
      const response = await post(path, '{"resCd":"0000","resMsg":"ok"}', { address: "203.233.72.66" });
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({ resCd: "4040", resMsg: expect.any(String), pgCno: "" });
      await expect.poll(kept).toEqual([{ reason: "path", door: null, path }]);
    },
  );

  it.each([
    ["a stranger", { address: "198.51.100.7" }],
    ["a Worker that forges KICC's address", { address: "203.233.72.66", headers: { "cf-worker": "evil.example" } }],
  ])("is answered the same to %s, and keeps nothing of it", async (_who, sending) => {
    const response = await post("/kicc/nowhere", "{}", sending);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ resCd: "4040" });
    await post("/kicc/later", "{}", { address: "203.233.72.66" });
    await expect.poll(kept).toEqual([{ reason: "path", door: null, path: "/kicc/later" }]);
  });

  it("keeps nothing of who only looks at it, from KICC's address too", async () => {
    const headers = { "cf-connecting-ip": "203.233.72.66" };
    expect((await exports.default.fetch("https://kicc.example/kicc/nowhere", { headers })).status).toBe(404);
    await post("/kicc/later", "{}", { address: "203.233.72.66" });
    await expect.poll(kept).toEqual([{ reason: "path", door: null, path: "/kicc/later" }]);
  });
});
