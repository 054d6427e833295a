// Builds both environments as `wrangler deploy` would, without an account, and checks the size of the bundle.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";

// What takes it: the console in two languages, every kind and its forms, the archive, the API's description. What matters to a
// merchant is the first ack of an isolate (`npm run bench -- --only start`); this bound only shows when something large comes along.
const LARGEST_KIB = 165;

for (const environment of ["", "development"]) {
  const out = mkdtempSync(path.join(tmpdir(), "kicc-bundle-"));
  try {
    const args = ["deploy", "--dry-run", "--outdir", out, "--env", environment];
    execFileSync("wrangler", args, {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, WRANGLER_LOG: "error" },
    });
    const kib = gzipSync(readFileSync(path.join(out, "index.js"))).length / 1024;
    console.log(`${environment || "production"}: wrangler deploy --dry-run passes, ${kib.toFixed(1)} KiB gzipped`);
    if (kib > LARGEST_KIB) throw new Error(`Cannot ship a bundle of over ${LARGEST_KIB} KiB: it has ${kib.toFixed(1)}`);
  } finally {
    rmSync(out, { recursive: true });
  }
}
