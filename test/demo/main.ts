// npm run demo shows the whole way of a few notifications on this machine. `-- --stay` keeps it running for a look
// around, `-- --lose` shows a notification that never comes.
import { showFew } from "./few.ts";
import { showLost } from "./lose.ts";
import { say, startStage, stay } from "./stage.ts";

async function run(): Promise<boolean> {
  if (process.argv.includes("--lose")) return showLost();
  const stage = await startStage();
  const { receiver, origin } = stage;
  say(`The receiver runs at ${receiver.url}, the merchant's origin at ${origin.url}; both are on this machine alone.`);
  try {
    const well = await showFew(stage);
    if (process.argv.includes("--stay")) await stay(stage);
    return well;
  } finally {
    await stage.close();
  }
}

process.exit((await run()) ? 0 : 1);
