// Calls the receiver's API as the merchant does: with the token, and with a time limit.

/** The receiver as its callers know it. */
export interface Receiver {
  readonly url: URL;
  readonly token: string;
  readonly speed: number;
  /** When the run is over. */
  readonly signal: AbortSignal;
}

interface Called<T> {
  readonly status: number;
  /** null where it was refused. */
  readonly answer: T | null;
}

const PATIENCE_MS = 25_000;

/** @returns null where there is no whole answer in time */
export async function call<T>(
  { url, token, speed }: Receiver,
  method: "GET" | "POST" | "PUT",
  what: string,
  body?: object,
  patienceMs = PATIENCE_MS,
): Promise<Called<T> | null> {
  try {
    const response = await fetch(new URL(`/api/${what}`, url), {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      signal: AbortSignal.timeout(Math.ceil(patienceMs / speed)),
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as T;
    return { status: response.status, answer: response.ok ? answer : null };
  } catch {
    return null;
  }
}
