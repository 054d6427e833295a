// How one attempt ended: by the origin's answer to a push, by a puller's report, or because nobody reported it.

export type Outcome =
  | { readonly kind: "accepted"; readonly status: number | null; readonly answer: string | null }
  | {
      readonly kind: "gone";
      readonly status: number | null;
      readonly error: string;
      readonly answer: string | null;
      readonly head?: string | null;
    }
  | {
      readonly kind: "failed";
      readonly status: number | null;
      readonly error: string;
      readonly answer: string | null;
      /** The headers that help to find out why, a line each; null or missing where there was no answer. */
      readonly head?: string | null;
      /** The origin's Retry-After; null where it sent none. */
      readonly retryAfterMs: number | null;
    };

/** One attempt in the notification's history. Times are epoch ms. `durationMs` is null where it is not known. */
export interface Attempt {
  readonly number: number;
  readonly startedAt: number;
  readonly durationMs: number | null;
  readonly outcome: Outcome["kind"];
  readonly status: number | null;
  readonly error: string | null;
  readonly answer: string | null;
  /** The answer's headers, a line each. Only for a failure that is the last attempt. */
  readonly head?: string;
}

export function failed(
  error: string,
  more: Partial<Pick<Outcome & { kind: "failed" }, "status" | "answer" | "head" | "retryAfterMs">> = {},
): Outcome {
  return { kind: "failed", status: null, answer: null, retryAfterMs: null, error, ...more };
}
