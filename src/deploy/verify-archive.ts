// npm run verify-archive -- FOLDER [--expired]: checks a copy of the bucket, offline. It only reads files, and needs
// nothing of the Worker.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { createGunzip } from "node:zlib";

export interface ArchiveProblem {
  readonly name: string;
  readonly problem: string;
}

export interface ArchiveVerdict {
  readonly findings: readonly ArchiveProblem[];
  /** Parts that no manifest names: a run that died left them. Their rows are in another part. */
  readonly leftovers: readonly string[];
  /** The first manifests of chains of which what came before has expired. */
  readonly begins: readonly string[];
  readonly manifests: number;
  readonly parts: number;
  readonly lines: number;
}

interface Manifest {
  readonly version: number;
  readonly day: string;
  readonly parts: readonly { name: string; lines: number; bytes: number; sha256: string }[];
  readonly previous: { readonly name: string; readonly sha256: string } | null;
}

/** @param expired the oldest manifests were deleted on purpose: a chain may begin behind one that is missing */
export async function verifyArchive(folder: string, expired = false): Promise<ArchiveVerdict> {
  const findings: ArchiveProblem[] = [];
  const leftovers: string[] = [];
  const begins: string[] = [];
  let [manifests, parts, lines] = [0, 0, 0];
  for (const stream of ["notifications", "audit"]) {
    const names = await namesUnder(folder, stream);
    const read = new Map<string, { manifest: Manifest; sha256: string }>();
    for (const name of names.filter((each) => each.endsWith(".json"))) {
      const bytes = await readFile(path.join(folder, name));
      const manifest = parse(bytes.toString("utf8"));
      if (manifest === null) findings.push({ name, problem: "is no manifest" });
      else read.set(name, { manifest, sha256: createHash("sha256").update(bytes).digest("hex") });
    }
    const chain = chainOf(stream, read, expired);
    findings.push(...chain.findings);
    begins.push(...chain.begins);
    const vouched = new Set<string>();
    for (const [name, { manifest }] of read) {
      manifests += 1;
      for (const part of manifest.parts) {
        parts += 1;
        if (vouched.has(part.name)) findings.push({ name, problem: `names ${part.name}, as another manifest does` });
        vouched.add(part.name);
        const problem = await checkPart(folder, names, part);
        if (problem === null) lines += part.lines;
        else findings.push({ name: part.name, problem });
      }
    }
    leftovers.push(...names.filter((name) => name.endsWith(".ndjson.gz") && !vouched.has(name)));
  }
  return { findings, leftovers, begins, manifests, parts, lines };
}

/** Checks that exactly one other manifest names each manifest but the last, with its hash. */
function chainOf(
  stream: string,
  read: ReadonlyMap<string, { manifest: Manifest; sha256: string }>,
  expired: boolean,
): Pick<ArchiveVerdict, "findings" | "begins"> {
  const findings: ArchiveProblem[] = [];
  const begins: string[] = [];
  const named = new Map<string, string>();
  let firsts = 0;
  for (const [name, { manifest }] of read) {
    const { previous } = manifest;
    if (previous === null) {
      firsts += 1;
      continue;
    }
    const before = read.get(previous.name);
    if (before === undefined && expired && begins.length === 0) begins.push(name);
    else if (before === undefined) findings.push({ name: previous.name, problem: `is missing: ${name} follows it` });
    else if (before.sha256 !== previous.sha256) {
      findings.push({ name: previous.name, problem: `was changed: ${name} has another SHA-256 of it` });
    }
    const other = named.get(previous.name);
    if (other !== undefined) findings.push({ name, problem: `follows ${previous.name}, as ${other} does` });
    named.set(previous.name, name);
  }
  const lasts = [...read.keys()].filter((name) => !named.has(name));
  firsts += begins.length;
  if (read.size > 0 && firsts === 0) findings.push({ name: stream, problem: "has no first manifest" });
  if (firsts > 1) findings.push({ name: stream, problem: `has ${firsts} first manifests` });
  if (lasts.length > 1) findings.push({ name: stream, problem: `has ${lasts.length} ends: ${lasts.join(", ")}` });
  return { findings, begins };
}

async function checkPart(
  folder: string,
  names: readonly string[],
  part: Manifest["parts"][number],
): Promise<string | null> {
  if (!names.includes(part.name)) return "is missing";
  const hash = createHash("sha256");
  let [bytes, lines] = [0, 0];
  try {
    for await (const chunk of createReadStream(path.join(folder, part.name)).pipe(createGunzip())) {
      const piece = chunk as Uint8Array;
      hash.update(piece);
      bytes += piece.length;
      for (const byte of piece) if (byte === 10) lines += 1;
    }
  } catch (error) {
    return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (hash.digest("hex") !== part.sha256) return "was changed: its SHA-256 is not the manifest's";
  return bytes === part.bytes && lines === part.lines ? null : "has another number of lines or bytes than its manifest";
}

function parse(text: string): Manifest | null {
  try {
    const read = JSON.parse(text) as Manifest;
    const isWhole =
      read.version === 1 &&
      Array.isArray(read.parts) &&
      read.parts.every(({ name, sha256 }) => typeof name === "string" && typeof sha256 === "string") &&
      (read.previous === null || typeof read.previous?.name === "string");
    return isWhole ? read : null;
  } catch {
    return null;
  }
}

async function namesUnder(folder: string, stream: string): Promise<string[]> {
  const entries = await readdir(path.join(folder, stream), { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw error;
    },
  );
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
    .toSorted();
}

async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { expired: { type: "boolean", default: false } },
  });
  const [folder] = positionals;
  if (folder === undefined) throw new RangeError("Which folder? npm run verify-archive -- FOLDER [--expired]");
  const { findings, leftovers, begins, manifests, parts, lines } = await verifyArchive(folder, values.expired);
  for (const { name, problem } of findings) process.stdout.write(`BAD  ${name} ${problem}\n`);
  for (const name of begins) process.stdout.write(`note ${name} is the first: what came before has expired\n`);
  for (const name of leftovers) process.stdout.write(`note ${name} has no manifest: left behind by a run that died\n`);
  if (manifests === 0) process.stdout.write(`BAD  ${folder} has no manifest\n`);
  const isWhole = findings.length === 0 && manifests > 0;
  const counted = `${manifests} manifests, ${parts} parts, ${lines} lines that are as their manifests say`;
  process.stdout.write(`${isWhole ? "whole" : "NOT whole"}: ${counted}\n`);
  process.exitCode = isWhole ? 0 : 1;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(process.argv.slice(2));
}
