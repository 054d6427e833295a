// Answers an operator's question in sentences: did KICC notify us, did our system accept it, and why not.
import type { WholeRow } from "../../store/search.ts";
import { kst, visible } from "./format.ts";
import type { View } from "../view.ts";
import type { Words } from "./words.ts";

export function answerFor(row: WholeRow, { w, now }: View): string[] {
  const at = `${kst(row.receivedAt)} KST`;
  const told = { notification: w.sentences.toldBy, "status-api": w.sentences.askedAbout, test: w.sentences.madeUp }[
    row.source
  ](at);
  return [told, ...taken(row, now, w)];
}

function taken(row: WholeRow, now: number, w: Words): string[] {
  switch (row.state) {
    case "delivered":
      return [w.sentences.tookIt(`${kst(row.deliveredAt ?? row.receivedAt)} KST`)];
    case "dead":
      return [w.sentences.never(`${reasonText(row.reason, w)} (${lastError(row, w)})`)];
    case "held":
      return [w.sentences.isHeld(reasonText(row.reason, w))];
    case "closed":
      return [w.sentences.isClosed];
    case "pending":
      return waits(row, now, w);
  }
}

function waits(row: WholeRow, now: number, w: Words): string[] {
  if (row.confirm === "asking") return [w.sentences.asking];
  if (row.leaseUntil !== null) return [w.sentences.underWay];
  const at = row.nextAttemptAt ?? now;
  const next = at > now ? w.sentences.nextTry(`${kst(at)} KST`) : w.sentences.dueNow;
  return [row.history.length === 0 ? w.sentences.waitsFirst : w.sentences.notYet(lastError(row, w)), next];
}

function lastError({ history }: WholeRow, w: Words): string {
  const last = history.at(-1);
  return visible(last?.error ?? (last?.status ? `HTTP ${last.status}` : w.notification.noAnswer));
}

export function reasonText(reason: string | null, w: Words): string {
  if (reason === null) return w.sentences.noReason;
  return isReason(reason, w) ? w.reasons[reason] : visible(reason);
}

function isReason(reason: string, { reasons }: Words): reason is keyof Words["reasons"] {
  return Object.hasOwn(reasons, reason);
}
