// Makes an id that tells one receipt or claim of a row from any other: eight random bytes as text.

export function shortId(): string {
  return crypto.getRandomValues(new Uint8Array(8)).toBase64({ alphabet: "base64url", omitPadding: true });
}
