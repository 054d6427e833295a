// npm run bench measures every figure of RESULTS.md on this machine. `-- --only ack,rows`, `-- --rounds N`, `--
// --quick`.
import { availableParallelism, cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { benchAck } from "./ack.ts";
import { benchArchive } from "./archive.ts";
import { benchBytes } from "./bytes.ts";
import { benchDelivery } from "./delivery.ts";
import { benchFind } from "./find.ts";
import { benchGrowth } from "./growth.ts";
import { benchKinds } from "./kinds.ts";
import { benchLoad } from "./load.ts";
import { benchMoney } from "./money.ts";
import { benchPages } from "./pages.ts";
import { benchParts } from "./parts.ts";
import { benchRows } from "./rows.ts";
import { benchSoak } from "./soak.ts";
import { benchStart } from "./start.ts";

interface Extent {
  readonly rounds: number;
  /** Small enough for CI: it shows that everything runs, its figures mean little. */
  readonly quick: boolean;
}

const BENCHES: Readonly<Record<string, readonly [title: string, run: (extent: Extent) => Promise<string>]>> = {
  ack: ["Acks, against the floor", ({ rounds, quick }) => benchAck(rounds, quick ? 100 : 400)],
  kinds: ["Acks of each kind, against the floor", ({ rounds, quick }) => benchKinds(rounds, quick ? 64 : 320)],
  parts: ["What the ack is made of", ({ rounds, quick }) => benchParts(rounds, quick ? 100 : 400)],
  rows: ["What is asked of D1", () => benchRows()],
  bytes: ["Bytes a notification", ({ quick }) => benchBytes(quick ? 5000 : 100_000)],
  growth: [
    "Growth",
    ({ rounds, quick }) => benchGrowth(quick ? [1000, 20_000] : [1000, 100_000, 1_000_000], rounds, quick ? 60 : 200),
  ],
  pages: ["The console's pages", ({ rounds, quick }) => benchPages(quick ? [1000, 20_000] : [1000, 1_000_000], rounds)],
  delivery: ["Delivery", ({ quick }) => benchDelivery(quick)],
  load: ["Acks beside deliveries", ({ rounds, quick }) => benchLoad(rounds, quick ? 60 : 300)],
  start: ["Start", ({ quick }) => benchStart(quick ? 5 : 40)],
  archive: ["Archiving", ({ rounds, quick }) => benchArchive(quick ? 2 : 16, quick ? 1 : Math.min(rounds, 12))],
  find: ["Search in the archive", ({ quick }) => benchFind(quick ? 12_000 : 1_000_000)],
  money: ["Money", ({ quick }) => benchMoney(quick ? 6000 : 50_000)],
  soak: ["Soak", ({ quick }) => benchSoak(quick ? 300 : 3600)],
};

const { values } = parseArgs({
  options: {
    only: { type: "string", default: Object.keys(BENCHES).join(",") },
    rounds: { type: "string" },
    quick: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 3 : 12));
const wanted = values.only.split(",");
const unknown = wanted.filter((name) => !(name in BENCHES));
if (unknown.length > 0 || !(Number.isInteger(rounds) && rounds >= 1 && rounds <= 1000)) {
  console.error(`Usage: npm run bench -- [--only ${Object.keys(BENCHES).join("|")}] [--rounds 1–1000] [--quick]`);
  process.exit(2);
}

const [cpu] = cpus();
console.log(
  `\`npm run bench${process.argv.length > 2 ? ` -- ${process.argv.slice(2).join(" ")}` : ""}\` · ${new Date().toISOString().slice(0, 10)} · ${availableParallelism()} cores of ${cpu?.model.trim()} · Node ${process.versions.node}`,
);
for (const name of wanted) {
  const [title, run] = BENCHES[name] ?? [];
  if (!run) continue;
  const busy = loadavg()[0]?.toFixed(1);
  const startedAt = performance.now();
  const table = await run({ rounds, quick: values.quick });
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(`\n## ${title}\n\n${table}\n\n(${name}: ${seconds} s; the machine's load before it was ${busy})`);
}
