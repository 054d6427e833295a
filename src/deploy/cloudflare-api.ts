// Reads from Cloudflare's API what no wrangler command prints as JSON. It changes nothing but the account's workers.dev
// name.

export type ApiAnswer<T> =
  | { readonly end: "found"; readonly result: T }
  | { readonly end: "refused"; readonly status: number; readonly code: number; readonly message: string };

export interface CloudflareApi {
  readonly get: <T>(path: string, query?: Readonly<Record<string, string>>) => Promise<ApiAnswer<T>>;
  readonly put: <T>(path: string, body: object) => Promise<ApiAnswer<T>>;
}

const WITHIN_MS = 30_000;

interface Envelope {
  readonly success?: boolean;
  readonly errors?: readonly { readonly code: number; readonly message: string }[];
  readonly result?: unknown;
}

export function cloudflareApi(base: string, token: string, signal: AbortSignal): CloudflareApi {
  const request = async <T>(method: string, path: string, body?: object): Promise<ApiAnswer<T>> => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { "content-type": "application/json" } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)]),
    });
    const { success, errors = [], result } = await readEnvelope(response);
    if (response.ok && success === true) return { end: "found", result: result as T };
    const [error = { code: response.status, message: `HTTP ${response.status}` }] = errors;
    return { end: "refused", status: response.status, ...error };
  };
  return {
    get: (path, query = {}) => {
      const search = new URLSearchParams(query).toString();
      return request("GET", search === "" ? path : `${path}?${search}`);
    },
    put: (path, body) => request("PUT", path, body),
  };
}

async function readEnvelope(response: Response): Promise<Envelope> {
  try {
    return (await response.json()) as Envelope;
  } catch {
    return {};
  }
}

/** The token lacks a right. */
export function isForbidden(answer: { readonly status: number; readonly code: number }): boolean {
  return answer.status === 403 || answer.code === 10000 || answer.code === 9109;
}
