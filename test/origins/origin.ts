// Starts the merchants' receivers as a merchant does, each as its own process with its own books.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SIGNING_SECRET } from "../e2e/receiver.ts";
import { has } from "./machine.ts";

const FOLDER = import.meta.dirname;
const STARTED_WITHIN_MS = 40_000;

/** What was booked of one notification. */
export interface Entry {
  readonly webhookId: string;
  readonly what: string;
  readonly orderNo: string | null;
  readonly pgCno: string | null;
  readonly amount: number | null;
  readonly currency: string;
}

export interface Origin {
  readonly url: string;
  readonly books: string;
  /** As kill -9 does it. */
  readonly kill: () => Promise<void>;
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface Language {
  readonly name: string;
  /** Whether this machine has it. */
  readonly isHere: () => boolean;
  readonly command: (port: number, folder: string) => readonly [string, ...string[]];
  readonly readBooks: (books: string) => Entry[];
}

const isPhp: readonly [string, ...string[]] = ["php", "-r", "exit(extension_loaded('pdo_sqlite') ? 0 : 1);"];

export const LANGUAGES: readonly Language[] = [
  {
    name: "php",
    isHere: () => has("PHP with pdo_sqlite", isPhp, "php-cli php-sqlite3"),
    command: (port) => ["php", "-S", `127.0.0.1:${port}`, path.join(FOLDER, "php/receiver.php")],
    readBooks: sqliteEntries,
  },
  {
    name: "java",
    isHere: () => has("a JDK", ["javac", "--version"], "default-jdk-headless"),
    command: () => ["java", path.join(FOLDER, "java/Receiver.java")],
    readBooks: lineEntries,
  },
  {
    name: "python",
    isHere: () => has("Python 3 with sqlite3", ["python3", "-c", "import sqlite3"], "python3"),
    command: () => ["python3", path.join(FOLDER, "python/receiver.py")],
    readBooks: sqliteEntries,
  },
  {
    name: "node",
    isHere: () => true, // the one that runs these tests
    command: () => [process.execPath, path.join(FOLDER, "node/receiver.mjs")],
    readBooks: sqliteEntries,
  },
];

export const hasNginx = (): boolean => has("nginx", ["nginx", "-v"], "nginx-light");

/** @param secrets as in ORIGIN_SIGNING_SECRET @param books those of another process, to share them */
export async function startOrigin(language: Language, secrets = SIGNING_SECRET, books?: string): Promise<Origin> {
  const folder = mkdtempSync(path.join(tmpdir(), `kicc-origin-${language.name}-`));
  const file = books ?? path.join(folder, "books");
  const port = await freePort();
  const env = { ORIGIN_SIGNING_SECRET: secrets, BOOKS: file, PORT: String(port) };
  const begin = () => startProcess(language.command(port, folder), port, env);
  let child = await begin();
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "close");
  };
  return {
    url: `http://127.0.0.1:${port}/kicc`,
    books: file,
    kill,
    restart: async () => {
      child = await begin();
    },
    close: async () => {
      await kill();
      rmSync(folder, { recursive: true });
    },
  };
}

/** nginx.conf as it stands but for the two ports. */
export async function startNginx(behind: Origin): Promise<Omit<Origin, "kill" | "restart">> {
  const folder = mkdtempSync(path.join(tmpdir(), "kicc-nginx-"));
  const port = await freePort();
  const text = readFileSync(path.join(FOLDER, "nginx/nginx.conf"), "utf8")
    .replace("127.0.0.1:8780", `127.0.0.1:${port}`)
    .replaceAll(/(proxy_pass http:\/\/)127\.0\.0\.1:8788/g, `$1${new URL(behind.url).host}`);
  mkdirSync(path.join(folder, "run"));
  writeFileSync(path.join(folder, "nginx.conf"), text);
  const options = ["-p", path.join(folder, "run"), "-c", path.join(folder, "nginx.conf"), "-g", "daemon off;"];
  const child = await startProcess(["nginx", ...options], port, {});
  return {
    url: `http://127.0.0.1:${port}/kicc`,
    books: behind.books,
    close: async () => {
      child.kill("SIGTERM"); // its worker ends with it
      await once(child, "close");
      rmSync(folder, { recursive: true });
    },
  };
}

export async function startProcess(
  [command, ...options]: readonly [string, ...string[]],
  port: number,
  env: Readonly<Record<string, string>>,
  cwd?: string,
): Promise<ChildProcess> {
  const child = spawn(command, options, {
    // wrangler's types want the Worker's settings in every process
    env: { PATH: process.env["PATH"], ...env } as Partial<NodeJS.ProcessEnv> as NodeJS.ProcessEnv,
    stdio: ["ignore", "ignore", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = `${said}${text}`.slice(-2000);
  });
  const giveUpAt = Date.now() + STARTED_WITHIN_MS;
  while (!(await isListening(port))) {
    if (child.exitCode !== null) throw new Error(`Cannot start ${command}: it ended\n${said}`);
    if (Date.now() > giveUpAt) throw new Error(`Cannot start ${command}: nothing listens\n${said}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return child;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function sqliteEntries(books: string): Entry[] {
  if (!existsSync(books)) return [];
  const db = new DatabaseSync(books, { readOnly: true, timeout: 5000 });
  try {
    const tables = db.prepare("SELECT name FROM sqlite_master WHERE name = 'entries'").all();
    if (tables.length === 0) return [];
    const sql = `SELECT webhook_id AS webhookId, what, order_no AS orderNo, pg_cno AS pgCno, amount, currency
      FROM entries ORDER BY rowid`;
    return db.prepare(sql).all() as unknown as Entry[];
  } finally {
    db.close();
  }
}

function lineEntries(books: string): Entry[] {
  if (!existsSync(books)) return [];
  const lines = readFileSync(books, "utf8").split("\n").slice(0, -1);
  return lines.flatMap((line) => {
    const [webhookId = "", , key, what = "", orderNo, pgCno, amount, currency = ""] = line.split("\t");
    if (key === "") return []; // only known, nothing booked
    const sum = amount ? Number(amount) : null;
    return [{ webhookId, what, orderNo: orderNo || null, pgCno: pgCno || null, amount: sum, currency }];
  });
}
