// The offline check of a copy of the archive: it accepts a complete copy, and names what is missing or was changed.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { verifyArchive } from "../../src/deploy/verify-archive.ts";

let folder: string;
const sha256 = (bytes: string) => createHash("sha256").update(bytes).digest("hex");

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "archive-"));
  let previous: Previous | null = null;
  for (const day of ["14", "15", "16"]) previous = await writeDay(day, previous);
});

interface Previous {
  readonly name: string;
  readonly sha256: string;
}

async function writeDay(day: string, previous: Previous | null): Promise<Previous> {
  const line = `${JSON.stringify({ id: `ntf_${day}` })}\n`;
  const part = `notifications/2026/01/${day}/0001.ndjson.gz`;
  const name = `notifications/2026/01/${day}/manifest.json`;
  const parts = [{ name: part, lines: 1, bytes: line.length, sha256: sha256(line), from: "", to: "" }];
  const manifest = JSON.stringify({ version: 1, day: `2026-01-${day}`, parts, sums: {}, previous });
  await mkdir(path.dirname(path.join(folder, part)), { recursive: true });
  await writeFile(path.join(folder, part), gzipSync(line));
  await writeFile(path.join(folder, name), manifest);
  return { name, sha256: sha256(manifest) };
}

afterEach(() => rm(folder, { recursive: true }));

test("a whole copy is whole", async () => {
  expect(await verifyArchive(folder)).toEqual({
    findings: [],
    leftovers: [],
    begins: [],
    manifests: 3,
    parts: 3,
    lines: 3,
  });
});

test("an object that is gone, or of which one byte was changed, is named", async () => {
  const [gone, changed] = ["14", "15"].map((day) => `notifications/2026/01/${day}/0001.ndjson.gz`);
  await rm(path.join(folder, gone ?? ""));
  const bytes = await readFile(path.join(folder, changed ?? ""));
  const at = bytes.length - 9;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(path.join(folder, changed ?? ""), bytes);
  const { findings } = await verifyArchive(folder);
  expect(findings.map(({ name }) => name)).toEqual([gone, changed]);
});

test("a day that is missing as a whole breaks the chain", async () => {
  await rm(path.join(folder, "notifications/2026/01/15"), { recursive: true });
  const { findings } = await verifyArchive(folder);
  expect(findings[0]).toMatchObject({ name: "notifications/2026/01/15/manifest.json" });
  expect(findings[0]?.problem).toContain("is missing");
});

test("a manifest that was changed is named by the one after it", async () => {
  const name = "notifications/2026/01/15/manifest.json";
  await writeFile(path.join(folder, name), `${await readFile(path.join(folder, name), "utf8")} `);
  const { findings } = await verifyArchive(folder);
  expect(findings).toEqual([{ name, problem: expect.stringContaining("was changed") as string }]);
});

test("what nothing vouches for is told, and is no fault", async () => {
  const name = "notifications/2026/01/15/0002.ndjson.gz";
  await writeFile(path.join(folder, name), gzipSync("{}\n"));
  expect(await verifyArchive(folder)).toMatchObject({ findings: [], leftovers: [name] });
});

test("what a lifecycle rule has deleted is missing, unless it is said to have expired; a gap behind it stays one", async () => {
  const day = (number: number) => path.join(folder, `notifications/2026/01/${number}`);
  await rm(day(14), { recursive: true });
  const first = "notifications/2026/01/15/manifest.json";
  expect((await verifyArchive(folder)).findings[0]?.problem).toContain("is missing");
  expect(await verifyArchive(folder, true)).toMatchObject({ findings: [], begins: [first], manifests: 2, lines: 2 });
  await rm(day(15), { recursive: true });
  await writeDay("18", { name: "notifications/2026/01/17/manifest.json", sha256: "0" });
  expect((await verifyArchive(folder, true)).findings).not.toEqual([]);
});

/** The page's own recipe, for who trusts no program of ours. @returns what it prints */
async function recipe(language: "" | ".ko"): Promise<string> {
  const page = await readFile(path.join(import.meta.dirname, `../../src/deploy/README${language}.md`), "utf8");
  const script = [...page.matchAll(/```sh\n(.*?)```/gs)]
    .map(([, text = ""]) => text)
    .find((one) => one.includes("zcat"));
  const running = spawn("sh", ["-c", script?.replace("cd FOLDER\n", "") ?? "exit 9"], { cwd: folder });
  const [said, errors] = await Promise.all([text(running.stdout), text(running.stderr)]);
  return `${said}${errors}`.replaceAll(/^sha256sum: WARNING.*\n/gm, "");
}

test.each(["", ".ko"] as const)("sha256sum, zcat and jq say the same (README%s.md)", async (language) => {
  expect(await recipe(language)).toBe("");
  const [gone, changed, manifest] = ["14/0001.ndjson.gz", "15/0001.ndjson.gz", "15/manifest.json"].map(
    (name) => `notifications/2026/01/${name}`,
  );
  await rm(path.join(folder, gone ?? ""));
  await writeFile(path.join(folder, changed ?? ""), gzipSync("{}\n"));
  await writeFile(path.join(folder, manifest ?? ""), `${await readFile(path.join(folder, manifest ?? ""), "utf8")} `);
  const said = await recipe(language);
  expect(said).toContain(`BAD ${gone}`);
  expect(said).toContain(`BAD ${changed}`);
  expect(said).toContain(`${manifest}: FAILED`);
  expect(said).not.toContain("2026/01/16/0001");
});
