// The bundle's bytes as they are uploaded, and how long it takes to start.
import { gzipSync } from "node:zlib";
import { bundle, startup } from "./bundle.ts";
import { markdown } from "./statistics.ts";

const KIB = 1024;

export async function benchSize(): Promise<string> {
  const [receiver, floor] = [await bundle(), await bundle("test/bench/floor.ts")];
  const rows = Object.entries({ receiver, floor }).map(([name, script]) => [
    name,
    (script.length / KIB).toFixed(1),
    (gzipSync(script).length / KIB).toFixed(1),
  ]);
  return `${markdown([["bundle, minified", "KiB", "KiB gzipped"], ...rows])}

Goal: at most 60 KiB gzipped. \`wrangler check startup\`: ${await startup()}.`;
}
