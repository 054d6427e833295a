// npm run demo: the whole way of a few notifications on this machine, told readably. `-- --stay` keeps it running for a look.
import { CONSOLE_TOKEN, SIGNING_SECRET, eventually, startReceiver } from "../e2e/receiver.ts";
import { failed, newCancellation, partOf, succeeded } from "../simulator/messages.ts";
import { seededRandom } from "../simulator/random.ts";
import { type Answer, send } from "../simulator/send.ts";
import { startOrigin } from "./origin.ts";

const stays = process.argv.includes("--stay");
const STRANGER = "198.51.100.7";

const origin = await startOrigin(SIGNING_SECRET);
const receiver = await startReceiver({ ORIGIN_URL: origin.url, NOTIFY_TOKEN: "", RETRY_DELAYS_SECONDS: "1,1,2" });
const random = seededRandom(Date.now());
let serial = 0;

function cancellation() {
  serial += 1;
  return newCancellation(serial, random, Date.now());
}

function say(text = ""): void {
  process.stdout.write(`${text}\n`);
}

function told(answer: Answer): string {
  switch (answer.kind) {
    case "acked":
      return `200 0000 "${answer.resMsg}", pgCno ${answer.pgCno}`;
    case "refused":
      return `${answer.status} ${answer.resCd} "${answer.resMsg}"`;
    case "timeout":
      return `nothing in ${answer.timeoutMs} ms`;
    case "no-connection":
      return `nothing: ${answer.error}`;
  }
}

interface Row {
  readonly id: string;
  readonly state: string;
  readonly receipts: number;
  readonly attempts: number;
}

async function rowsOf(cancelPgCno: string): Promise<Row[]> {
  const { results } = await receiver.db
    .prepare("SELECT id, state, receipts, attempts FROM notifications WHERE cancel_pg_cno = ? ORDER BY received_at")
    .bind(cancelPgCno)
    .run<Row>();
  return results;
}

/** Sends one, waits until it came to its end, and tells all three sides of it. */
async function show(title: string, cancelPgCno: string, body: Uint8Array, from?: string): Promise<void> {
  const before = origin.deliveries.length;
  say(`\n■ ${title}`);
  say(`  KICC was told   ${told(await send(receiver.hookUrl, body, from === undefined ? {} : { from }))}`);
  const settled = async () => {
    const rows = await rowsOf(cancelPgCno);
    return rows.every(({ state }) => state !== "pending") && { rows };
  };
  const { rows } = await eventually(settled, 10_000);
  for (const { id, state, receipts, attempts } of rows) {
    say(`  D1 holds        ${id}  ${state}, received ${receipts}×, ${attempts} attempt${attempts === 1 ? "" : "s"}`);
  }
  if (rows.length === 0) say("  D1 holds        nothing of it");
  const arrived = origin.deliveries.slice(before);
  for (const { headers, text, verified } of arrived) {
    say(`  the origin got  ${text.slice(0, 100)}…`);
    say(
      `                  ${headers["webhook-id"]}, attempt ${headers["kicc-attempt"]}, signature ${verified ? "right" : "WRONG"}`,
    );
  }
  if (arrived.length === 0) say("  the origin got  nothing");
}

say(`The receiver runs at ${receiver.url}, the merchant's origin at ${origin.url}; both are on this machine alone.`);

const full = cancellation();
await show("A full cancellation", full.cancelPgCno, succeeded(full));
await show("The same again: KICC resends what it thinks was not acked", full.cancelPgCno, succeeded(full));
const payment = cancellation();
for (const number of [1, 2]) {
  const part = partOf(payment, number);
  await show(`Partial cancellation ${number} of one payment`, part.cancelPgCno, succeeded(part));
}
const doubtful = cancellation();
await show("A cancellation that fails …", doubtful.cancelPgCno, failed(doubtful));
await show("… and then succeeds", doubtful.cancelPgCno, succeeded(doubtful));
const forged = cancellation();
await show(`A stranger, from ${STRANGER}`, forged.cancelPgCno, succeeded(forged), STRANGER);

const wrong = origin.deliveries.filter(({ verified }) => !verified).length;
const expected = 5;
const well = wrong === 0 && origin.deliveries.length === expected;
say(
  `\n${well ? "All went as it should" : "Something went wrong"}: ${origin.deliveries.length} deliveries of ${expected}, ${wrong} wrong signatures.`,
);

if (stays) {
  say(`\nIt goes on until Ctrl-C. Send one more:
  node test/simulator/main.ts --url ${receiver.hookUrl} --sample full --count 1
See what is there:
  curl -H 'Authorization: Bearer ${CONSOLE_TOKEN}' ${receiver.url}/api/notifications
Or in a browser, with the token ${CONSOLE_TOKEN}:
  ${receiver.url}/console`);
  await new Promise((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
}
await receiver.close();
await origin.close();
process.exit(well ? 0 : 1);
