// Moves old notifications and audit entries to R2, one part at a time: write the object, read it back, write the
// manifest, read it back, then delete the rows from D1. It may die after any step.
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
import { kstDay } from "../time.ts";
import { eachLine, putOnce, readText, sha256Of } from "./bucket.ts";
import { indexPart } from "./make-index.ts";
import { leavesBefore, manifestName, manifestText, partName } from "./manifest.ts";
import { mergeIndexes } from "./merge-indexes.ts";
import { buildPart } from "./part.ts";

/** The limits of one part, and of the old rows that a run looks at. */
const LINES = 5000;
const BYTES = 16 * 1024 * 1024;
/** After a finished part the next one may follow, until so long after the beginning of the run. */
const RUN_MS = 20_000;
const PARTS = 10;

export interface Archiving {
  readonly bucket: R2Bucket;
  readonly hotDays: number;
}

/** One run of the cron. If R2 fails, the rows stay where they are, and the next minute tries again. */
export async function archiveOld({ bucket, hotDays }: Archiving, db: D1Database, now: number): Promise<void> {
  const until = Date.now() + RUN_MS;
  const before = leavesBefore(now, hotDays);
  const archiveStream = async (stream: Stream) => {
    for (let part = 0; part < PARTS && Date.now() < until; part++) {
      if (!(await archivePart(bucket, db, stream, before))) break;
    }
  };
  // The audit goes first: it is small, and would otherwise wait as long as there are notifications to move.
  await guarded("audit", () => archiveStream("audit"));
  await guarded("notifications", () => archiveStream("notifications"));
  await guarded("index", () => mergeIndexes(bucket, db, now));
}

/** A failure does not stop the rest of the run, so that it is still checked whether the archive keeps up. */
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

/** Chooses finished rows of one KST day, oldest first. */
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
  const day = kstDay(first.at);
  const rows = chosen.map(({ key, attempts, receipts }) => [key, attempts, receipts] as const);
  const plan = { day, ...(await nextNumbers(db, stream, day)), rows };
  return (await putPlan(db, stream, version, plan, chosen.at(-1)?.key ?? cursor)) ? "planned" : "nothing";
}

function choose(candidates: readonly Candidate[]): Candidate[] {
  const finished = candidates.filter(({ finished: is }) => is === 1);
  const day = finished[0] === undefined ? "" : kstDay(finished[0].at);
  const chosen: Candidate[] = [];
  let bytes = 0;
  for (const candidate of finished) {
    bytes += candidate.bytes;
    if (kstDay(candidate.at) !== day || (chosen.length > 0 && bytes > BYTES)) break;
    chosen.push(candidate);
  }
  return chosen;
}

/**
 * Writes the object and reads it back; then its manifest is fixed. If a row has changed since, the plan is made again.
 */
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
    // The name has an object of rows that have changed since, or of a database that was set back. It stays, and no
    // manifest names it.
    log("archive.taken", { name });
    await replan({ part: plan.part + 1 });
    return false;
  }
  return seal(db, stream, version, plan, manifestText(stream, plan, part, previous));
}

/** Writes the manifest, reads it back, and writes the index object. Then the rows are deleted. */
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
