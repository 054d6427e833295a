// Prints one readable line about what KICC sent, was asked or concludes. Pure.
import type { Call } from "./calls.ts";
import type { Next, Sending } from "./resend.ts";
import type { Answer } from "./send.ts";

/** `full #2 → 503 5001 "Cannot store now, send again" pgCno 2601… (12 ms): resends in 15 s` */
export function sendingLine(what: string, sending: Sending): string {
  const { number, answer, durationMs, lost, next } = sending;
  const came = answer === null ? "" : ` → ${answerText(answer)} (${durationMs} ms)`;
  const missing = lost === null ? "" : `, the ${lost} was lost`;
  return `${what} #${number}${came}${missing}: ${nextText(next)}`;
}

/** Readable whichever charset it is in. */
export function bodyText(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body);
  } catch {
    return new TextDecoder("euc-kr").decode(body);
  }
}

export function callLine(call: Call): string {
  const { request, reply, misbehaviour } = call;
  const asked = `${call.name} ${text(request["shopTransactionId"])} pgCno ${text(request["pgCno"])}`;
  const status = "cancelStatus" in reply ? ` ${text(reply["cancelStatus"])}` : "";
  const wrong = misbehaviour === null ? "" : `, misbehaving: ${misbehaviour.kind}`;
  return `${asked} → ${reply.resCd} "${reply.resMsg}" cancelPgCno ${text(reply["cancelPgCno"])}${status}${wrong}`;
}

function answerText(answer: Answer): string {
  switch (answer.kind) {
    case "acked":
      return `${answer.status} 0000 "${answer.resMsg ?? ""}" pgCno ${text(answer.pgCno)}`;
    case "refused":
      if (answer.resCd === null) return `${answer.status} without resCd: ${JSON.stringify(answer.text.slice(0, 80))}`;
      return `${answer.status} ${answer.resCd} "${answer.resMsg ?? ""}" pgCno ${text(answer.pgCno)}`;
    case "timeout":
      return `no whole answer in ${answer.timeoutMs} ms`;
    case "no-connection":
      return `no connection: ${answer.error}`;
  }
}

function nextText(next: Next): string {
  switch (next.kind) {
    case "acked":
      return "acked";
    case "resend":
      return `resends in ${duration(next.afterMs)}`;
    case "given-up":
      return "gives up";
    case "stopped":
      return "stopped";
  }
}

function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Math.round(ms / 100) / 10} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 6000) / 10} min`;
  return `${Math.round(ms / 360_000) / 10} h`;
}

function text(value: unknown): string {
  return typeof value === "string" && value !== "" ? value : "-";
}
