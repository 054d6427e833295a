// D1 in the stand-in. Each database is a real SQLite file where Miniflare looks for it, so that the deployed Worker and
// /query see the same rows. The statements of one /query run one by one, without a transaction.
import { createHash, createHmac, randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Account, type Database, Refusal, needRight } from "./account.ts";
import { type Handlers, paged } from "./api.ts";
import { splitStrictly } from "./splitting.ts";

const FREE_DATABASES = 10;

export interface Files {
  /** Miniflare's `resourcePersistencePath`. */
  readonly directory: string;
  /** Lets go of the files: whoever has them open (the running Worker) closes them. */
  readonly release: () => Promise<void>;
}

export function d1Handlers(account: Account, files: Files): Handlers {
  const databases = "/accounts/:account/d1/database";
  return {
    [`GET ${databases}`]: ({ query }) => {
      needRight(account, "d1");
      const named = query.get("name");
      const size = Number(query.get("per_page") ?? 1000);
      const from = (Number(query.get("page") ?? 1) - 1) * size;
      const found = account.databases.filter(({ name }) => named === null || name === named);
      return paged(found.slice(from, from + size).map(shown));
    },
    [`POST ${databases}`]: ({ json }) => {
      needRight(account, "d1");
      const { name, primary_location_hint } = json();
      if (account.databases.some((one) => one.name === name)) {
        throw new Refusal(400, 7502, `A database with that name already exists`);
      }
      if (account.plan === "free" && account.databases.length >= FREE_DATABASES) {
        throw new Refusal(400, 7406, "You have reached the maximum number of databases");
      }
      const location = typeof primary_location_hint === "string" ? primary_location_hint : null;
      const database = { uuid: randomUUID(), name: String(name), location };
      account.databases.push(database);
      open(files.directory, database).close();
      return shown(database);
    },
    [`GET ${databases}/:id`]: ({ params }) => {
      needRight(account, "d1");
      return shown(find(account, params["id"]));
    },
    [`POST ${databases}/:id/query`]: async ({ params, json }) => {
      needRight(account, "d1");
      const database = find(account, params["id"]);
      await files.release();
      return run(open(files.directory, database), String(json()["sql"]));
    },
    [`GET ${databases}/:id/time_travel/bookmark`]: ({ params }) => {
      needRight(account, "d1");
      return { bookmark: `00000085-0000024c-${find(account, params["id"]).uuid.slice(0, 8)}` };
    },
  };
}

function find(account: Account, id = ""): Database {
  const database = account.databases.find(({ uuid, name }) => uuid === id || name === id);
  if (!database) throw new Refusal(404, 7404, `The database ${id} could not be found`);
  return database;
}

function shown({ uuid, name, location, bytes = 12_288 }: Database): object {
  const created = new Date(0).toISOString();
  return {
    uuid,
    name,
    created_at: created,
    version: "production",
    file_size: bytes,
    running_in_region: location?.toUpperCase() ?? "ENAM",
  };
}

function run(file: DatabaseSync, sql: string): object[] {
  try {
    return splitStrictly(sql).map((statement) => {
      const results = file.prepare(statement).all();
      return { success: true, results, meta: { duration: 0.1, rows_read: 0, rows_written: 0, size_after: 0 } };
    });
  } catch (error) {
    throw new Refusal(400, 7500, error instanceof Error ? error.message : String(error));
  } finally {
    file.close();
  }
}

/** For tests that look, or write, past the API. The caller closes it. */
export function open(directory: string, { uuid }: Database): DatabaseSync {
  const folder = path.join(directory, "d1", "miniflare-D1DatabaseObject");
  mkdirSync(folder, { recursive: true });
  return new DatabaseSync(path.join(folder, `${objectId("miniflare-D1DatabaseObject", uuid)}.sqlite`));
}

/** The id of a Durable Object by name, as workerd computes it: Miniflare names the file by it. */
function objectId(namespace: string, name: string): string {
  const key = createHash("sha256").update(namespace).digest();
  const half = createHmac("sha256", key).update(name).digest().subarray(0, 16);
  const proof = createHmac("sha256", key).update(half).digest().subarray(0, 16);
  return Buffer.concat([half, proof]).toString("hex");
}
