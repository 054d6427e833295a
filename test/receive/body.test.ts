// Reading a body within limits: when it is complete, when too large, and when it broke off.
import { expect, it } from "vitest";
import { before } from "../../src/deadline.ts";
import { readBody, readWhole } from "../../src/receive/body.ts";

const KIB = 1024;
const LARGEST = 64 * KIB;

/** A request with these chunks, after which it ends or breaks off. @param announced its Content-Length */
function requestOf(chunks: readonly number[], { announced = 0, breaks = false } = {}): Request & { pulled: number } {
  const left = [...chunks];
  const counting = { pulled: 0 };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const length = left.shift();
        counting.pulled += length ?? 0;
        if (length !== undefined) controller.enqueue(new Uint8Array(length));
        else if (breaks) controller.error(new Error("Network connection lost"));
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const headers = announced === 0 ? {} : { "content-length": String(announced) };
  return Object.assign(new Request("https://kicc.example", { method: "POST", body, headers }), counting, {
    get pulled() {
      return counting.pulled;
    },
  });
}

const readers = [
  ["a caller that may send", (request: Request) => readWhole(request, Date.now() + 5000, before)],
  ["a stranger", (request: Request) => readBody(request, Date.now() + 5000)],
] as const;

it.each(readers)("64 KiB of %s are whole, announced or not, and one byte more is too large", async (_who, read) => {
  for (const announced of [0, LARGEST]) {
    const { bytes, end } = await read(requestOf([LARGEST], { announced }));
    expect([bytes.length, end]).toEqual([LARGEST, "whole"]);
  }
  for (const announced of [0, LARGEST + 1]) {
    const { bytes, end } = await read(requestOf([LARGEST + 1], { announced }));
    expect([bytes.length, end]).toEqual([4 * KIB, "too-large"]);
  }
});

it.each(readers)("what breaks off is never taken for whole: %s", async (_who, read) => {
  for (const announced of [0, 2 * KIB]) {
    expect(await read(requestOf([KIB], { announced, breaks: true }))).toMatchObject({ end: "broken" });
  }
});

it.each(readers)("what says that it is too large is so, though it breaks off early: %s", async (_who, read) => {
  const { bytes, end } = await read(requestOf([KIB], { announced: 2 * LARGEST, breaks: true }));
  expect([bytes.length, end]).toEqual([KIB, "too-large"]);
});

it.each(readers)("of megabytes that are announced no more than the beginning is read: %s", async (_who, read) => {
  const request = requestOf(Array(100).fill(LARGEST), { announced: 100 * LARGEST });
  expect(await read(request)).toMatchObject({ end: "too-large" });
  expect(request.pulled).toBeLessThanOrEqual(2 * LARGEST);
});
