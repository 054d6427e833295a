import * as fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { version } from "../../package.json";
import { type Delivery, deliveryHeaders } from "../../src/outbound/headers.ts";
import { signatureHeaders } from "../../src/outbound/signature.ts";

const ID = "ntf_ed9f76cb0fa8fc409032b2c27f7a0b22";
const KEY = new TextEncoder().encode("a key of at least twenty-four bytes");
const OTHER_KEY = new TextEncoder().encode("another key of twenty-four bytes");
const BODY = new TextEncoder().encode('{"resCd":"0000","resMsg":"정상취소"}');
const EUC_KR_BODY = Uint8Array.from([0x22, 0xc1, 0xa4, 0xbb, 0xf3, 0xc3, 0xeb, 0xbc, 0xd2, 0x22]);

const verifierOf = (key: Uint8Array) => new Webhook(`whsec_${key.toBase64()}`);

/** The HMAC that Standard Webhooks asks for, computed apart from the code under test. */
async function hmac(key: Uint8Array, ...parts: readonly (string | Uint8Array)[]): Promise<string> {
  const hmacKey = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const bytes = await new Blob([...parts]).arrayBuffer();
  return `v1,${new Uint8Array(await crypto.subtle.sign("HMAC", hmacKey, bytes)).toBase64()}`;
}

describe("the signature", () => {
  it("is one that a Standard Webhooks verifier accepts", async () => {
    const headers = await signatureHeaders(ID, BODY, [KEY], Date.now());
    expect(verifierOf(KEY).verify(new TextDecoder().decode(BODY), headers)).toEqual({
      resCd: "0000",
      resMsg: "정상취소",
    });
  });

  it("is refused for another body, id, time or key", async () => {
    const text = new TextDecoder().decode(BODY);
    const headers = await signatureHeaders(ID, BODY, [KEY], Date.now());
    const later = String(Number(headers["webhook-timestamp"]) + 1);
    expect(() => verifierOf(KEY).verify(`${text} `, headers)).toThrow("No matching signature");
    expect(() => verifierOf(KEY).verify(text, { ...headers, "webhook-id": `${ID}0` })).toThrow("No matching signature");
    expect(() => verifierOf(KEY).verify(text, { ...headers, "webhook-timestamp": later })).toThrow("No matching");
    expect(() => verifierOf(OTHER_KEY).verify(text, headers)).toThrow("No matching signature");
  });

  it("is made by each secret while one is being rotated out, so that either verifies", async () => {
    const headers = await signatureHeaders(ID, BODY, [KEY, OTHER_KEY], Date.now());
    expect(headers["webhook-signature"]).toMatch(/^v1,[\w+/]+=* v1,[\w+/]+=*$/);
    for (const key of [KEY, OTHER_KEY]) verifierOf(key).verify(new TextDecoder().decode(BODY), headers);
  });

  it("covers the bytes of a body that is not UTF-8", async () => {
    const headers = await signatureHeaders(ID, EUC_KR_BODY, [KEY], 1_768_349_530_123);
    expect(headers["webhook-signature"]).toBe(await hmac(KEY, `${ID}.1768349530.`, EUC_KR_BODY));
  });

  it("tells the time in whole seconds, never one that is yet to come", async () => {
    expect(await signatureHeaders(ID, BODY, [KEY], 1_768_349_530_999)).toMatchObject({
      "webhook-id": ID,
      "webhook-timestamp": "1768349530",
    });
  });

  it("signs any bytes with any keys", async () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    const keys = fc.array(fc.uint8Array({ minLength: 1, maxLength: 80 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(bytes, keys, fc.nat(4_000_000_000), async (body, secrets, seconds) => {
        const headers = await signatureHeaders(ID, body, secrets, seconds * 1000);
        const expected = await Promise.all(secrets.map((secret) => hmac(secret, `${ID}.${seconds}.`, body)));
        expect(headers["webhook-signature"]).toBe(expected.join(" "));
      }),
    );
  });

  it("signs a part of a larger buffer, and that part alone", async () => {
    const larger = Uint8Array.from([1, 2, ...BODY, 3, 4]);
    const part = larger.subarray(2, 2 + BODY.length);
    expect(await signatureHeaders(ID, part, [KEY], 0)).toEqual(await signatureHeaders(ID, BODY, [KEY], 0));
  });
});

describe("a delivery", () => {
  const delivery: Delivery = {
    id: ID,
    kind: "wechat.cancel",
    repeats: null,
    attempt: 3,
    receivedAt: Date.parse("2026-01-14T00:12:10.123Z"),
    source: "notification",
    reference: null,
    confirmed: false,
    body: BODY,
  };

  it("carries the contract's headers, and no other", async () => {
    const now = Date.parse("2026-01-14T00:13:00Z");
    expect(await deliveryHeaders(delivery, [KEY], now)).toEqual({
      ...(await signatureHeaders(ID, BODY, [KEY], now)),
      "kicc-notification": "wechat.cancel",
      "kicc-attempt": "3",
      "kicc-received-at": "2026-01-14T00:12:10.123Z",
      "kicc-source": "notification",
      "user-agent": `kicc-edge-receiver/${version}`,
      accept: "application/json, */*",
    });
  });

  it("carries the reference where there is one", async () => {
    const headers = await deliveryHeaders({ ...delivery, reference: "ORD-1" }, [KEY], 0);
    expect(headers["kicc-reference"]).toBe("ORD-1");
  });

  it("says that KICC confirmed it only where it did", async () => {
    const headers = await deliveryHeaders({ ...delivery, confirmed: true }, [KEY], 0);
    expect(headers["kicc-confirmed"]).toBe("true");
  });

  it.each(["notification", "status-api", "test"] as const)("says that it comes from %s", async (source) => {
    expect((await deliveryHeaders({ ...delivery, source }, [KEY], 0))["kicc-source"]).toBe(source);
  });

  it("keeps its webhook-id over all attempts, and signs each anew", async () => {
    const first = await deliveryHeaders({ ...delivery, attempt: 1 }, [KEY], 0);
    const second = await deliveryHeaders({ ...delivery, attempt: 2 }, [KEY], 15_000);
    expect(second["webhook-id"]).toBe(first["webhook-id"]);
    expect(second["kicc-attempt"]).toBe("2");
    expect(second["webhook-signature"]).not.toBe(first["webhook-signature"]);
  });
});
