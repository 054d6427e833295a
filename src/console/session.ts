// A session is a cookie with its end, signed with a key that is derived from the console token. Nothing is stored.

export const SESSION_MS = 12 * 60 * 60 * 1000;

/** Part of the derived key, so that these signatures are valid for nothing else. */
const PURPOSE = "kicc-edge-receiver console session 1";

/** @param token the one that was given: when it is rotated out, its sessions end */
export async function openSession(token: string, now: number): Promise<string> {
  const claim = `${now + SESSION_MS}.${crypto.getRandomValues(new Uint8Array(12)).toHex()}`;
  const signature = await crypto.subtle.sign("HMAC", await keyOf(token), bytes(claim));
  return `${claim}.${new Uint8Array(signature).toHex()}`;
}

/** @param tokens the console tokens that are valid now */
export async function isValidSession(
  session: string | undefined,
  tokens: readonly string[],
  now: number,
): Promise<boolean> {
  const [, claim, until, signature] = /^((\d{13,15})\.[0-9a-f]{24})\.([0-9a-f]{64})$/.exec(session ?? "") ?? [];
  if (claim === undefined || signature === undefined) return false;
  // No session may end later than one that is opened now.
  if (Number(until) <= now || Number(until) > now + SESSION_MS) return false;
  for (const token of tokens) {
    if (await crypto.subtle.verify("HMAC", await keyOf(token), Uint8Array.fromHex(signature), bytes(claim)))
      return true;
  }
  return false;
}

async function keyOf(token: string): Promise<CryptoKey> {
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const secret = await crypto.subtle.importKey("raw", bytes(token), hmac, false, ["sign"]);
  const derived = await crypto.subtle.sign("HMAC", secret, bytes(PURPOSE));
  return crypto.subtle.importKey("raw", derived, hmac, false, ["sign", "verify"]);
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
