// npm run deploy: reads the command line, runs, and says how it ended. Exit code 0: everything is there; 1: a person
// must do something; 130: interrupted.
import path from "node:path";
import { deploy } from "./deploy.ts";
import { USAGE, readOptions } from "./options.ts";
import { progressOn } from "./progress.ts";
import { Stop } from "./stop.ts";

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => interrupted.abort(new Error("Broken off")));
}
process.exitCode = await run();

async function run(): Promise<number> {
  const write = (text: string) => process.stdout.write(text);
  try {
    const options = readOptions(process.argv.slice(2));
    if (options === "help") {
      write(`${USAGE}\n`);
      return 0;
    }
    const progress = progressOn(write, options.dryRun);
    await deploy({
      root: process.env["KICC_PROJECT"] ?? path.join(import.meta.dirname, "../.."),
      options,
      env: process.env,
      progress,
      signal: interrupted.signal,
      atTerminal: process.stdin.isTTY && process.stdout.isTTY,
    });
    const changes = progress.changes();
    if (options.dryRun)
      progress.print(changes === 0 ? "\nNothing would be changed." : "\nDry run: nothing was changed.");
    else progress.print(changes === 0 ? "\nNothing was changed: all was there already." : "\nDone.");
    return 0;
  } catch (error) {
    if (interrupted.signal.aborted) {
      write("\nBroken off. Run the same command again: it goes on from here.\n");
      return 130;
    }
    if (!(error instanceof Stop)) throw error;
    if (error.output !== null) write(`\n${error.output.replaceAll(/^/gm, "    | ")}\n`);
    write(`\n✗ ${error.message}\n${error.todo.map((line) => `  → ${line}\n`).join("")}`);
    return 1;
  }
}
