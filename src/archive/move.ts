// Moves what is old to R2, one part a run and stream: object, read back, manifest, read back, then the rows leave D1. Any step may be the last one.
import { log, reasonOf } from "../log.ts";
import {
  type ArchiveState,
  type Candidate,
  type PartPlan,
  type Stream,
  finishPlan,
  nextNumbers,
  putPlan,
  readArchiveState,
  readCandidates,
  renameManifest,
  seal,
} from "../store/archive-plan.ts";
import { eachLine, putOnce, readText, sha256Of } from "./bucket.ts";
import { indexPart } from "./index-part.ts";
import { dayOf, leavesBefore, manifestName, manifestText, partName } from "./manifest.ts";
import { mergeIndexes } from "./merge-indexes.ts";
import { buildPart } from "./part.ts";

/** Bounds of one part; and of the old rows that a run looks at. */
const LINES = 5000;
const BYTES = 16 * 1024 * 1024;
/** Of what a finished part moved, the next may follow at once, until so long after the run's beginning. */
const RUN_MS = 20_000;
const PARTS = 10;

export interface Archiving {
  readonly bucket: R2Bucket;
  readonly hotDays: number;
}

/** One run of the cron. R2 that fails keeps rows where they are: the next minute tries again. */
export async function archiveOld({ bucket, hotDays }: Archiving, db: D1Database, now: number): Promise<void> {
  const until = Date.now() + RUN_MS;
  const before = leavesBefore(now, hotDays);
  const archiveStream = async (stream: Stream) => {
    for (let part = 0; part < PARTS && Date.now() < until; part++) {
      if (!(await archivePart(bucket, db, stream, before))) break;
    }
  };
  // The audit first: it is small, and would wait as long as many notifications follow each other.
  await guarded("audit", () => archiveStream("audit"));
  await guarded("notifications", () => archiveStream("notifications"));
  await guarded("index", () => mergeIndexes(bucket, db, now));
}

/** Whoever looks whether it keeps up does so after a run that failed, too. */
async function guarded(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log("archive.failed", { what, error: reasonOf(error) });
  }
}

/** @returns whether a part was finished, and there may be more */
export async function archivePart(bucket: R2Bucket, db: D1Database, stream: Stream, before: number): Promise<boolean> {
  let state = await readArchiveState(db, stream);
  if (state.plan === null) {
    const planned = await planNext(db, stream, state, before);
    if (planned !== "planned") return planned === "looked";
    state = await readArchiveState(db, stream);
  }
  if (state.plan !== null && state.sealed === null) {
    if (!(await writePart(bucket, db, stream, state, state.plan))) return false;
    state = await readArchiveState(db, stream);
  }
  if (state.plan === null || state.sealed === null) return false;
  return vouch(bucket, db, stream, state, state.plan, state.sealed);
}

/** Chooses the finished ones of one KST day, the oldest first. */
async function planNext(
  db: D1Database,
  stream: Stream,
  { version, cursor }: ArchiveState,
  before: number,
): Promise<"planned" | "looked" | "nothing"> {
  const candidates = await readCandidates(db, stream, cursor, before, LINES);
  const chosen = choose(candidates);
  const [first] = chosen;
  if (first === undefined) {
    const last = candidates.length === LINES ? (candidates.at(-1)?.key ?? 0) : 0;
    if (last !== cursor) await putPlan(db, stream, version, null, last);
    return last === 0 ? "nothing" : "looked";
  }
  const day = dayOf(first.at);
  const rows = chosen.map(({ key, attempts, receipts }) => [key, attempts, receipts] as const);
  const plan = { day, ...(await nextNumbers(db, stream, day)), rows };
  return (await putPlan(db, stream, version, plan, chosen.at(-1)?.key ?? cursor)) ? "planned" : "nothing";
}

function choose(candidates: readonly Candidate[]): Candidate[] {
  const finished = candidates.filter(({ finished: is }) => is === 1);
  const day = finished[0] === undefined ? "" : dayOf(finished[0].at);
  const chosen: Candidate[] = [];
  let bytes = 0;
  for (const candidate of finished) {
    bytes += candidate.bytes;
    if (dayOf(candidate.at) !== day || (chosen.length > 0 && bytes > BYTES)) break;
    chosen.push(candidate);
  }
  return chosen;
}

/** The object, read back; then what its manifest says is fixed. Where a row changed, the plan is made anew. */
async function writePart(
  bucket: R2Bucket,
  db: D1Database,
  stream: Stream,
  { version, cursor, previous }: ArchiveState,
  plan: PartPlan,
): Promise<boolean> {
  const part = await buildPart(db, stream, plan);
  const replan = (changed: Partial<PartPlan>) =>
    putPlan(db, stream, version, part.rows.length === 0 ? null : { ...plan, ...changed }, cursor);
  if (JSON.stringify(part.rows) !== JSON.stringify(plan.rows)) {
    await replan({ rows: part.rows });
    return false;
  }
  const name = partName(stream, plan);
  await putOnce(bucket, name, part.gzip);
  const back = await eachLine(bucket, name, () => {});
  if (back === null) throw new Error(`Cannot read ${name} back: it is not there`);
  if (back.sha256 !== part.sha256 || back.lines !== part.lines || back.bytes !== part.bytes) {
    // Of rows that have changed since, or of a database that was set back: it stays, and nothing vouches for it.
    log("archive.taken", { name });
    await replan({ part: plan.part + 1 });
    return false;
  }
  return seal(db, stream, version, plan, manifestText(stream, plan, part, previous));
}

/** The manifest, read back, and the index object; then the rows leave. */
async function vouch(
  bucket: R2Bucket,
  db: D1Database,
  stream: Stream,
  { version }: ArchiveState,
  plan: PartPlan,
  sealed: string,
): Promise<boolean> {
  const name = manifestName(stream, plan);
  await putOnce(bucket, name, sealed);
  const back = await readText(bucket, name);
  if (back === null) throw new Error(`Cannot read ${name} back: it is not there`);
  if (back !== sealed) {
    log("archive.taken", { name });
    await renameManifest(db, stream, version, { ...plan, manifest: plan.manifest + 1 });
    return false;
  }
  const index = stream === "audit" ? null : await indexPart(bucket, sealed);
  const rows = await finishPlan(db, stream, version, plan, {
    previous: { name, sha256: await sha256Of(sealed) },
    index,
  });
  log("archive.moved", { stream, day: plan.day, rows });
  return rows > 0;
}
