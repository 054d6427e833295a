// Notifications in the state that a test needs: stored as the hook stores them, then brought to the state. Only states
// that the Worker itself could have made.
import { env } from "cloudflare:workers";
import { stored } from "./fixtures.ts";

type Value = string | number | null;
export type Columns = Readonly<Record<string, Value>>;

/** Sets columns of a stored one, or of all where `id` is "all". */
export async function set(id: string, columns: Columns): Promise<void> {
  const names = Object.keys(columns);
  if (names.length === 0) return;
  await env.DB.prepare(
    `UPDATE notifications SET ${names.map((name) => `${name} = ?`).join(", ")} WHERE ? IN (id, 'all')`,
  )
    .bind(...Object.values(columns), id)
    .run();
}

/** @param id a new one unless named; "all" for all that are stored @returns the id */
async function brought(columns: Columns, id?: string): Promise<string> {
  const one = id ?? (await stored()).id;
  await set(one, columns);
  return one;
}

export const given = {
  pending: (columns: Columns = {}, id?: string) => brought({ state: "pending", reason: null, ...columns }, id),
  delivered: (id?: string) => brought({ state: "delivered", lease_until: null }, id),
  dead: (id?: string) => brought({ state: "dead", reason: "exhausted", lease_until: null }, id),
  held: (reason = "contradicts", id?: string) => brought({ state: "held", reason, lease_until: null }, id),
  closed: (id?: string) => brought({ state: "closed", lease_until: null }, id),
  /** An attempt is open. */
  leased: (until: number, id?: string) => brought({ lease_until: until }, id),
  /** The time of all open attempts is over, though nobody has noticed yet. */
  expiredLeases: async () => {
    await env.DB.prepare("UPDATE notifications SET lease_until = ? WHERE lease_until IS NOT NULL")
      .bind(Date.now() - 1)
      .run();
  },
  /** All may be tried now. */
  due: () => set("all", { next_attempt_at: Date.now() - 1 }),
  /** Waits for KICC's word. */
  asking: (columns: Columns = {}, id?: string) => brought({ confirm: "asking", ...columns }, id),
};
