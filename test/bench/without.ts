// The Worker without one part of the ack, to measure what that part costs. The part is named by its source text.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { build } from "vite";

const ROOT = path.join(import.meta.dirname, "../..");

/** In this file of `src`, this text stands exactly once, and becomes that one. */
export type Change = readonly [file: string, was: string, is: string];

/** Bundles the entry with the changes, minified as wrangler does. @throws where a text does not stand there once */
export async function bundleWith(entry: string, changes: readonly Change[]): Promise<string> {
  const texts = new Map<string, string>();
  for (const [file, was, is] of changes) {
    const name = path.join(ROOT, file);
    const [before, after, more] = (texts.get(name) ?? (await readFile(name, "utf8"))).split(was);
    if (before === undefined || after === undefined || more !== undefined) {
      throw new Error(`Cannot leave out of ${file} what does not stand there once: ${was}`);
    }
    texts.set(name, before + is + after);
  }
  const built = await build({
    root: ROOT,
    configFile: false,
    logLevel: "silent",
    plugins: [{ name: "without", enforce: "pre", load: (id) => texts.get(id) ?? null }],
    ssr: { noExternal: true, target: "webworker" },
    build: {
      ssr: path.join(ROOT, entry),
      write: false,
      minify: true,
      target: "esnext",
      rolldownOptions: { external: [/^node:/, /^cloudflare:/], output: { codeSplitting: false } },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (output === undefined || !("output" in output)) throw new Error(`Cannot bundle ${entry}`);
  return output.output[0].code;
}
