// Copies the bucket into a folder on disk and runs `npm run verify-archive` on it. In Node, because tests in workerd
// have no disk.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";

/** The tests' fetch() of this host is answered here. */
export const COPY_HOST = "archive-copy.example";
const COMMAND = path.join(import.meta.dirname, "../../src/deploy/verify-archive.ts");
const folders = new Map<string, Promise<string>>();

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly arrayBuffer: () => Promise<ArrayBuffer>;
}

/**
 * PUT and DELETE /COPY/NAME write and remove an object. GET /COPY runs the command on all of them and returns its
 * output. DELETE /COPY removes the copy.
 */
export async function answerCopy(request: Asked): Promise<{ readonly code: number | null; readonly text: string }> {
  const [, copy = "", ...names] = new URL(request.url).pathname.split("/");
  const folder = await folderOf(copy);
  const file = path.join(folder, ...names);
  if (request.method === "GET") return verify(folder);
  if (request.method === "DELETE") {
    if (names.length === 0) folders.delete(copy);
    await rm(file, { recursive: true });
  } else {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, new Uint8Array(await request.arrayBuffer()));
  }
  return { code: 0, text: "" };
}

function folderOf(copy: string): Promise<string> {
  const folder = folders.get(copy) ?? mkdtemp(path.join(tmpdir(), "archive-copy-"));
  folders.set(copy, folder);
  return folder;
}

async function verify(folder: string): Promise<{ readonly code: number | null; readonly text: string }> {
  const running = spawn(process.execPath, [COMMAND, folder]);
  const ended = new Promise<number | null>((resolve) => running.on("close", resolve));
  const said = await text(running.stdout);
  return { code: await ended, text: said };
}
