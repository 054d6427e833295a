// A stand-in for the merchant's origin: it accepts, refuses, hangs, is down or loses its answer. It remembers every
// call.
import { sleep } from "./clock.ts";
import { between, count, happens, isAway, random } from "./faults.ts";
import type { Call, Life } from "./life.ts";
import { MARKS } from "./marks.ts";
import { hang, reset } from "./network.ts";

/** How long a good answer takes, in ms; scenarios set it. */
export const latency = { least: 20, most: 300 };

/** What the `ORIGIN` binding does in one invocation. */
export async function originFetch(life: Life, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  const call: Call = {
    id: headers.get("webhook-id") ?? "",
    attempt: Number(headers.get("kicc-attempt")),
    startedAt: Date.now(),
    endedAt: null,
    accepted: false,
    answerLost: false,
  };
  life.record.calls.push(call);
  try {
    await life.reach();
    const response = await answer(call, init, init.signal ?? AbortSignal.timeout(60_000));
    // A machine that stalls loses answers too.
    if (init.signal?.aborted) call.answerLost = true;
    if (call.accepted && happens("killed: between acceptance and settling")) await life.die();
    await life.reach();
    return response;
  } finally {
    call.endedAt = Date.now();
  }
}

async function answer(call: Call, init: RequestInit, signal: AbortSignal): Promise<Response> {
  const away = isAway("origin: away");
  if (away !== null) return away.manner < 0.5 ? reset() : away.manner < 0.8 ? hang(signal) : busy();
  await sleep(between(latency.least, latency.most));
  const text = new TextDecoder().decode(init.body as Uint8Array);
  if (text.includes(MARKS.gone)) {
    count("origin: 410");
    return new Response("Gone", { status: 410 });
  }
  if (text.includes(MARKS.never) || happens("origin: 500")) return new Response("Oops", { status: 500 });
  if (happens("origin: 5001 in 200")) return Response.json({ resCd: "5001", resMsg: "not now" });
  if (happens("origin: reset")) return reset();
  if (happens("origin: hangs")) return hang(signal);
  if (happens("origin: 429 or 503, Retry-After")) return busy();
  call.accepted = true;
  if (happens("origin: accepts, answer lost")) {
    call.answerLost = true;
    return loseAnswer(signal);
  }
  return random() < 0.5 ? Response.json({ resCd: "0000", resMsg: "OK", pgCno: "" }) : new Response("OK");
}

function loseAnswer(signal: AbortSignal): Promise<Response> | Response {
  const manner = random();
  if (manner < 0.4) return reset();
  if (manner < 0.7) return hang(signal);
  if (manner < 0.85) return new Response("Bad gateway", { status: 502 });
  // The head comes, the body stalls.
  return new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"resCd":'));
        signal.addEventListener("abort", () => controller.error(signal.reason));
      },
    }),
  );
}

function busy(): Response {
  const status = random() < 0.5 ? 429 : 503;
  return new Response("Busy", { status, headers: { "retry-after": String(Math.ceil(between(1, 40))) } });
}
