// The Standard Webhooks headers (standardwebhooks.com, symmetric scheme v1) of one delivery. Pure, except for the HMAC.

/**
 * Signs the bytes once with each secret, so that a secret can be rotated without a gap.
 * @param secrets the decoded bytes after `whsec_`
 * @param now epoch ms; the header has whole seconds
 */
export async function signatureHeaders(
  id: string,
  body: Uint8Array,
  secrets: readonly Uint8Array[],
  now: number,
): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  const prefix = new TextEncoder().encode(`${id}.${timestamp}.`);
  const content = new Uint8Array(prefix.length + body.length);
  content.set(prefix);
  content.set(body, prefix.length);
  const signatures = await Promise.all(secrets.map((secret) => sign(secret, content)));
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}

async function sign(secret: Uint8Array, content: Uint8Array): Promise<string> {
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return `v1,${new Uint8Array(await crypto.subtle.sign("HMAC", key, content)).toBase64()}`;
}
