// Decides what KICC's answer means for a success that waits for it (CONFIRM): confirmed, ask again, or hold. Pure.
import type { Answer, Fields, Proven } from "../rules/notification.ts";
import type { StatusApi } from "./kind.ts";

type Asked = Pick<Fields, "pgCno" | "cancelPgCno" | "currency" | "amount">;

/** Returns the field in which KICC's answer is about another event; null where no field that both name differs. */
export function contradiction(answer: Proven, asked: Asked): keyof Asked | null {
  const fields = ["cancelPgCno", "pgCno", "currency", "amount"] as const;
  return (
    fields.find((field) => answer[field] !== null && asked[field] !== null && answer[field] !== asked[field]) ?? null
  );
}

export type ConfirmVerdict =
  | { readonly kind: "confirmed" }
  | { readonly kind: "again"; readonly at: number }
  | { readonly kind: "unconfirmed"; readonly because: string };

const FIRST_DELAYS = 5;

/**
 * Decides what becomes of a success that waits for KICC.
 * @param proves the ids that an answer must name: without them it may be about anything
 * @param tries the number of queries about it, this one included
 * @param delaysMs RETRY_DELAYS_SECONDS in ms; the first five count here
 */
export function confirmVerdictOf(
  answer: Answer,
  asked: Asked,
  proves: StatusApi["proves"],
  tries: number,
  delaysMs: readonly number[],
  now: number,
): ConfirmVerdict {
  if (answer.kind === "proven") {
    const field = contradiction(answer, asked);
    if (field !== null) return { kind: "unconfirmed", because: `KICC names another ${field}` };
    // KICC's answer may lack the amount.
    if (proves.every((id) => answer[id] !== null)) return { kind: "confirmed" };
  }
  const delayMs = delaysMs.slice(0, FIRST_DELAYS)[tries - 1];
  if (delayMs !== undefined) return { kind: "again", at: now + delayMs };
  return {
    kind: "unconfirmed",
    because: `KICC never confirmed it, last: ${answer.status ?? ""} ${answer.text}`.trim(),
  };
}
