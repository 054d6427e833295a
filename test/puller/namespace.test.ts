// A merchant's network that lets nobody in: puller and internal system in a network namespace, the receiver outside. It
// needs root, iproute2, nftables and openssl; it is left out only where the user is not root and it is not CI.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { createInterface } from "node:readline";
import { URL, fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { makeCertificate, openDoor } from "./certificate.ts";
import { NODE, eventually, startPuller } from "./process.ts";
import { startReceiver } from "./receiver.ts";

/** What this test needs of a receiver. The Worker in a harness can have the same, then it takes the stand-in's place. */
interface ReceiverUnderTest {
  /** http on this machine: the door gives it an address of the veth pair, and TLS. */
  readonly url: string;
  /** As if KICC had sent it. @returns its id */
  notify(body: string): Promise<string>;
  stateOf(id: string): Promise<string>;
}

async function receiverUnderTest(): Promise<ReceiverUnderTest> {
  const receiver = await startReceiver();
  return {
    url: receiver.url,
    notify: (body) => Promise.resolve(receiver.notify(body)),
    stateOf: (id) => Promise.resolve(receiver.find(id).state),
  };
}

interface Network {
  /** What begins a command inside. */
  readonly inside: readonly string[];
  readonly outsideAddress: string;
  readonly insideAddress: string;
  closeInbound(): void;
  /** How many packets the firewall has dropped. */
  dropped(): number;
}

// Answers to what was asked from inside come in, and nothing else does.
const FIREWALL = `table inet merchant {
  chain inbound {
    type filter hook input priority 0; policy drop;
    iif lo accept
    ct state established,related accept
    counter drop
  }
}
`;

function run(command: string, input?: string): string {
  const [program = "", ...words] = command.split(" ");
  return execFileSync(program, words, { encoding: "utf8", ...(input === undefined ? {} : { input }) });
}

/** A namespace that reaches the outside by one veth pair; gone when the test is over. */
function makeNetwork(): Network {
  const name = `kicc${process.pid}`;
  const [near, far] = [`${name}o`, `${name}i`];
  // 198.18.0.0/15 is for tests (RFC 2544)
  const subnet = `198.18.${process.pid % 256}`;
  const [outsideAddress, insideAddress] = [`${subnet}.1`, `${subnet}.2`];
  const inside = ["ip", "netns", "exec", name];
  run(`ip netns add ${name}`);
  onTestFinished(() => void run(`ip netns del ${name}`));
  run(`ip link add ${near} type veth peer name ${far} netns ${name}`);
  run(`ip addr add ${outsideAddress}/30 dev ${near}`);
  run(`ip link set ${near} up`);
  run(`ip -n ${name} addr add ${insideAddress}/30 dev ${far}`);
  run(`ip -n ${name} link set ${far} up`);
  run(`ip -n ${name} link set lo up`);
  return {
    inside,
    outsideAddress,
    insideAddress,
    closeInbound: () => void run(`${inside.join(" ")} nft -f -`, FIREWALL),
    dropped: () => Number(/counter packets (\d+)/.exec(run(`${inside.join(" ")} nft list ruleset`))?.[1]),
  };
}

/** The internal system, a process inside the namespace: on all its addresses, so that only the firewall keeps others out. */
async function startInside({ inside }: Network) {
  const program = fileURLToPath(new URL("./namespace-internal.ts", import.meta.url));
  const child = spawn(inside[0] ?? "", [...inside.slice(1), process.execPath, program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const received: { readonly id: string; readonly body: string }[] = [];
  const lines = createInterface({ input: child.stdout });
  const [first] = (await once(lines, "line")) as [string];
  lines.on("line", (line) => received.push(JSON.parse(line) as (typeof received)[number]));
  return { port: Number(first), received };
}

/** Whether a TCP connection comes about; a firewall that drops leaves us to wait in vain. */
function connects(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: address, port });
    const end = (connected: boolean) => {
      resolve(connected);
      socket.destroy();
    };
    socket.setTimeout(1500, () => end(false));
    socket.on("connect", () => end(true));
    socket.on("error", () => end(false));
  });
}

const root = process.getuid?.() === 0;

test.skipIf(!root && !process.env["CI"])(
  "delivers into a network that drops every connection from outside",
  { timeout: 60_000 },
  async () => {
    const receiver = await receiverUnderTest();
    const network = makeNetwork();
    const internal = await startInside(network);
    const reachable = () => connects(network.insideAddress, internal.port);
    // Without the firewall it could be reached: what follows is the firewall's doing.
    expect(await reachable()).toBe(true);
    network.closeInbound();
    expect(await reachable()).toBe(false);

    const certificate = makeCertificate(network.outsideAddress);
    const door = await openDoor(network.outsideAddress, certificate, receiver.url);
    const early = await receiver.notify('{"resCd":"0000","resMsg":"before the puller was there"}');
    const puller = startPuller(
      { receiver: door, internal: `http://127.0.0.1:${internal.port}` },
      { command: [...network.inside, NODE], env: { NODE_EXTRA_CA_CERTS: certificate.file } },
    );
    await eventually(async () => expect(await receiver.stateOf(early)).toBe("delivered"));
    // This one comes while a pull is being held.
    const late = await receiver.notify('{"resCd":"0000","resMsg":"정상"}');
    await eventually(async () => expect(await receiver.stateOf(late)).toBe("delivered"));
    expect(internal.received).toEqual([
      { id: early, body: '{"resCd":"0000","resMsg":"before the puller was there"}' },
      { id: late, body: '{"resCd":"0000","resMsg":"정상"}' },
    ]);

    // And with the puller's connections open, still nobody comes in.
    const before = network.dropped();
    expect(await reachable()).toBe(false);
    expect(network.dropped()).toBeGreaterThan(before);
    puller.process.kill("SIGTERM");
    expect(await puller.ended).toEqual({ code: 0, signal: null });
  },
);
