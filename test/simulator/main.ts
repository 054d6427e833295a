// The command line: sends KICC's notifications to a notifyUrl, or serves KICC's API until it is interrupted.
import { type Command, HELP, type Sending as SendCommand, type Serving, readArguments } from "./arguments.ts";
import { type Kicc, startKicc } from "./kicc.ts";
import { bodyText, callLine, sendingLine } from "./print.ts";
import { seededRandom } from "./random.ts";
import { type Conclusion, type ResendOptions, type Sending, sendUntilAcked } from "./resend.ts";
import { type NamedBody, SAMPLES, makeBodies } from "./samples.ts";

type Print = (line: string) => void;

/** The exit code. */
export async function run(args: readonly string[], print: Print, signal: AbortSignal): Promise<number> {
  const command: Command = readArguments(args);
  switch (command.command) {
    case "help":
      print(HELP);
      return 0;
    case "wrong":
      print(`${command.why}\n\nnode test/simulator/main.ts --help tells more`);
      return 2;
    case "send":
      return sendAll(command, print, signal);
    case "serve":
      return serve(command, print, signal);
  }
}

/** Each is sent when the one before has its first answer: resends run on beside, as they do at KICC. */
async function sendAll(command: SendCommand, print: Print, signal: AbortSignal): Promise<number> {
  const concluding: Promise<Conclusion>[] = [];
  for (const { name, body } of bodiesOf(command)) {
    if (signal.aborted) break;
    print(`${name}: ${bodyText(body)}`);
    const { promise: answered, resolve } = Promise.withResolvers<void>();
    const onSending = (sending: Sending) => {
      print(`  ${sendingLine(name, sending)}`);
      resolve();
    };
    const concluded = sendUntilAcked(command.url, body, { ...resending(command), signal, onSending });
    concluding.push(concluded);
    await Promise.race([answered, concluded]);
  }
  const conclusions = await Promise.all(concluding);
  const acked = conclusions.filter((conclusion) => conclusion.kind === "acked").length;
  print(`${acked} of ${conclusions.length} acked`);
  return acked === conclusions.length && !signal.aborted ? 0 : 1;
}

function* bodiesOf({ samples, count, seed }: SendCommand): Generator<NamedBody> {
  if (count === null) yield* SAMPLES.filter(({ name }) => samples.includes(name));
  const random = seededRandom(seed);
  const now = Date.now();
  for (let serial = 0; serial < (count ?? 0); serial++) yield* makeBodies(samples, serial, random, now);
}

async function serve(command: Serving, print: Print, signal: AbortSignal): Promise<number> {
  const { port, notifyDelayMs, lose, fate, secretKey, anywhere, seed } = command;
  const starting = startKicc({
    ...resending(command),
    port,
    seed,
    secretKey,
    anywhere,
    behaviour: { notifyDelayMs, loseNotifications: lose, fate: () => fate },
    onCall: (call) => print(callLine(call)),
    onSending: (sending, cancelPgCno) => print(`  ${sendingLine(cancelPgCno, sending)}`),
  });
  let kicc: Kicc;
  try {
    kicc = await starting;
  } catch (error) {
    print(`Cannot serve KICC's API: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
  print(`KICC's API is served at ${kicc.url}`);
  await new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", resolve);
  });
  await kicc.stop();
  return 0;
}

function resending(command: SendCommand | Serving): ResendOptions {
  const { environment, from, factor, resends } = command;
  return { environment, factor, ...(from === undefined ? {} : { from }), ...(resends ? {} : { delaysMs: [] }) };
}

if (import.meta.main) {
  const stopping = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stopping.abort());
  process.exitCode = await run(process.argv.slice(2), console.log, stopping.signal);
}
