// Replays of many that the cron works off: listing them, and stopping one.
import * as z from "zod/mini";
import { type ReplayProgress, listReplays, stopReplay } from "../../store/replay-progress.ts";
import { rfc3339 } from "../../time.ts";
import { operation, refuse } from "../operation.ts";
import { queryNumber } from "../input.ts";
import { instantSchema } from "../shapes.ts";

const replaySchema = z.object({
  id: z.int(),
  askedAt: instantSchema,
  state: z.enum(["dead", "held", "delivered"]),
  kind: z.nullable(z.string()),
  mallId: z.nullable(z.string()),
  result: z.nullable(z.enum(["success", "failure"])),
  q: z.nullable(z.string()),
  /** `total` and `left` are counted up to a bound. */
  total: z.int(),
  left: z.int(),
});

export const replaysUnderWay = operation({
  method: "get",
  path: "/api/replays",
  summary: "The replays of many that the cron works off, the oldest first; total and left are counted up to a bound",
  input: z.object({}),
  answer: z.object({ replays: z.array(replaySchema) }),
  async run(_input, { db }) {
    return { replays: (await listReplays(db)).map(shapeOf) };
  },
});

export const stopReplaying = operation({
  method: "delete",
  path: "/api/replays/{id}",
  summary: "Stop a replay of many: what was replayed already stays so",
  input: z.object({ id: queryNumber(1, Number.MAX_SAFE_INTEGER) }),
  answer: z.object({ stopped: z.literal(true) }),
  async run({ id }, { db, now, operator }) {
    const entry = { at: now, who: operator, what: "replay-stop", subject: null, note: `replay ${id}` };
    return (await stopReplay(db, id, entry)) ? { stopped: true as const } : refuse("not_found", "No such replay");
  },
});

function shapeOf({ askedAt, from: _from, to: _to, ...replay }: ReplayProgress): z.infer<typeof replaySchema> {
  return { ...replay, askedAt: rfc3339(askedAt) };
}
