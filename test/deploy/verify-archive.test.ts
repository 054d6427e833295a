// The offline check of a copy of the archive: it accepts a complete copy, and names what is missing or was changed.
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { verifyArchive } from "../../src/deploy/verify-archive.ts";

let folder: string;
const sha256 = (bytes: string) => createHash("sha256").update(bytes).digest("hex");

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "archive-"));
  let previous: { name: string; sha256: string } | null = null;
  for (const day of ["14", "15", "16"]) {
    const text = `${JSON.stringify({ id: `ntf_${day}` })}\n`;
    const part = `notifications/2026/01/${day}/0001.ndjson.gz`;
    const name = `notifications/2026/01/${day}/manifest.json`;
    const parts = [{ name: part, lines: 1, bytes: text.length, sha256: sha256(text), from: "", to: "" }];
    const manifest: string = JSON.stringify({ version: 1, day: `2026-01-${day}`, parts, sums: {}, previous });
    await mkdir(path.dirname(path.join(folder, part)), { recursive: true });
    await writeFile(path.join(folder, part), gzipSync(text));
    await writeFile(path.join(folder, name), manifest);
    previous = { name, sha256: sha256(manifest) };
  }
});

afterEach(() => rm(folder, { recursive: true }));

test("a whole copy is whole", async () => {
  expect(await verifyArchive(folder)).toEqual({ findings: [], leftovers: [], manifests: 3, parts: 3, lines: 3 });
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
