// How one attempt ended, whoever made it: the push to the origin, a puller's report, or nobody.

export type Outcome =
  | { readonly kind: "accepted"; readonly status: number | null; readonly answer: string | null }
  | { readonly kind: "gone"; readonly status: number | null; readonly error: string; readonly answer: string | null }
  | {
      readonly kind: "failed";
      readonly status: number | null;
      readonly error: string;
      readonly answer: string | null;
      /** What the origin asked for by Retry-After; null where it did not. */
      readonly retryAfterMs: number | null;
    };

/** One try as it is kept on the notification. Instants are epoch ms; `durationMs` is null where nobody measured it. */
export interface Attempt {
  readonly number: number;
  readonly startedAt: number;
  readonly durationMs: number | null;
  readonly outcome: Outcome["kind"];
  readonly status: number | null;
  readonly error: string | null;
  readonly answer: string | null;
}

export function failed(
  error: string,
  more: Partial<Pick<Outcome & { kind: "failed" }, "status" | "answer" | "retryAfterMs">> = {},
): Outcome {
  return { kind: "failed", status: null, answer: null, retryAfterMs: null, error, ...more };
}
