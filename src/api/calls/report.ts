// How an attempt ended, reported by a puller or by the Worker that consumes the queue.
import * as z from "zod/mini";
import { log } from "../../log.ts";
import { type Outcome, failed } from "../../rules/outcome.ts";
import { decide } from "../../rules/retry.ts";
import { bytesOf } from "../../store/stored-body.ts";
import { attemptOf } from "../../store/settle.ts";
import { type Reported, findListed, readReported, settleReported } from "../../store/report.ts";
import { anyText, orElse, programText, wholeNumber } from "../input.ts";
import { unknownNotification } from "./notifications.ts";
import { type CallContext, MACHINE, deliveringOf, operation, refuse } from "../operation.ts";
import { notificationSchema, notificationShape } from "../shapes.ts";

const LONGEST_REASON = 500;
/** As for a push: up to 4 KiB of a failure, the beginning of an acceptance. */
const LONGEST_ANSWER = 4096;
const LONGEST_ACCEPTANCE = 500;
const attempt = z.optional(wholeNumber(1, 1_000_000));
/** The origin's answer, for the history. */
const answered = {
  // A report is never refused because of a value that only the history needs.
  status: orElse(z.optional(z.nullable(wholeNumber(100, 599))), null),
  answer: orElse(z.optional(z.nullable(anyText(LONGEST_ANSWER))), null),
};

export const acceptAttempt = operation({
  method: "post",
  path: "/api/notifications/{id}/accept",
  summary: "An attempt, any that was made, was accepted: the notification is delivered",
  forDelivery: true,
  input: z.object({ id: z.string(), attempt, ...answered }),
  answer: notificationSchema,
  async run({ id, attempt: given, status = null, answer = null }, context) {
    const reported = await readReported(context.db, id, given ?? null);
    if (reported === null) return unknownNotification(id);
    if (given !== undefined && given > reported.attempts) {
      return refuse("conflict", `Cannot accept: attempt ${given} was never made, the last one is ${reported.attempts}`);
    }
    if (reported.state === "closed") return refuse("conflict", "Cannot accept: the notification is closed");
    // A report may come twice, if its answer was lost.
    if (reported.state === "delivered") return unchanged(id, context);
    if (given === undefined && reported.open === 0) return refuse("conflict", NONE_OPEN);
    return settled(
      id,
      given ?? reported.attempts,
      reported,
      { kind: "accepted", status, answer: answer === null ? null : answer.slice(0, LONGEST_ACCEPTANCE).toWellFormed() },
      [],
      context,
    );
  },
});

export const failAttempt = operation({
  method: "post",
  path: "/api/notifications/{id}/fail",
  summary: "The open attempt failed; with final nothing more is tried. Another attempt's failure changes nothing",
  forDelivery: true,
  needsDelivering: true,
  input: z.object({
    id: z.string(),
    attempt,
    reason: programText(LONGEST_REASON),
    final: z.optional(z.boolean("must be true or false")),
    ...answered,
  }),
  answer: notificationSchema,
  async run({ id, attempt: given, reason, final, status = null, answer = null }, context) {
    const reported = await readReported(context.db, id, given ?? null);
    if (reported === null) return unknownNotification(id);
    if (given === undefined && reported.open === 0 && reported.state !== "delivered") {
      return refuse("conflict", NONE_OPEN);
    }
    const number = given ?? reported.attempts;
    if (reported.open === 0 || number !== reported.attempts) return unchanged(id, context);
    const outcome: Outcome = final
      ? { kind: "gone", status, error: reason, answer }
      : failed(reason, { status, answer });
    return settled(id, number, reported, outcome, deliveringOf(context).delaysMs, context);
  },
});

const NONE_OPEN = "Cannot tell which attempt is meant: none is open, so name it";

async function unchanged(id: string, context: CallContext) {
  const row = await findListed(context.db, id);
  return row === null ? unknownNotification(id) : notificationShape(row, context);
}

async function settled(
  id: string,
  number: number,
  reported: Reported,
  outcome: Outcome,
  delaysMs: readonly number[],
  context: CallContext,
) {
  const { config, db, now, operator } = context;
  const { tries, startedAt } = reported;
  const decision = decide(outcome, tries, delaysMs, now, Math.random());
  const ended = startedAt === null ? null : now;
  const body = bytesOf(reported);
  const settlement = { id, attempt: attemptOf(number, startedAt ?? now, ended, outcome), decision, body };
  const what = outcome.kind === "accepted" ? "accept" : "fail";
  const entry = { at: now, who: operator, what, subject: id, note: `attempt ${number}` };
  // Without a DELIVERY_TOKEN a machine reports with the CONSOLE_TOKEN. An entry for each of its reports would hide what
  // people did.
  const isPerson = operator !== MACHINE && config.operating.deliveryTokens.length > 0;
  const row = await settleReported(db, settlement, now, isPerson ? entry : null);
  if (row === null) return unknownNotification(id);
  log("delivery.reported", { id, attempt: number, outcome: outcome.kind, state: row.state });
  return notificationShape(row, context);
}
