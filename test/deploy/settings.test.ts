// wrangler.toml: how the deploy command edits its text, and that its two environments differ only in their names.
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { unstable_readConfig } from "wrangler";
import { DOORS } from "../../src/deploy/doors.ts";
import { nextSteps } from "../../src/deploy/next-steps.ts";
import { quoted, setKey } from "../../src/deploy/toml.ts";

const FILE = path.join(import.meta.dirname, "../../wrangler.toml");
const TEXT = readFileSync(FILE, "utf8");

interface Numbers {
  readonly routes?: readonly unknown[];
  readonly triggers: unknown;
  readonly observability: unknown;
  readonly queues: { readonly consumers?: readonly Readonly<Record<string, unknown>>[] };
  readonly ratelimits?: readonly { readonly name: string; readonly namespace_id: string; readonly simple: unknown }[];
}

function numbersOf(env: string): Numbers {
  return unstable_readConfig({ config: FILE, env }, { hideWarnings: true });
}

describe("setting a key of wrangler.toml", () => {
  it("puts the hostname below its example, and leaves all else as it is", () => {
    const routes = '[{ pattern = "kicc.shop.example", custom_domain = true }]';
    const edited = setKey(TEXT, "", "routes", routes).split("\n");
    const at = edited.indexOf(`routes = ${routes}`);
    expect(edited[at - 1]).toMatch(/^# routes = /);
    expect(edited.toSpliced(at, 1).join("\n")).toBe(TEXT);
  });

  it.each([
    ["a comment behind the value", 'a = 1\nb = "x # y" # why\n[t]\n', "", "b", 'a = 1\nb = "new" # why\n[t]\n'],
    ["a value over several lines", 'b = [\n  { p = "]" }, # one\n]\nc = 1\n', "", "b", 'b = "new"\nc = 1\n'],
    ["the same key in another table", "[x]\nb = 1\n[t]\nb = 2\n", "t", "b", '[x]\nb = 1\n[t]\nb = "new"\n'],
    [
      "a table without the key",
      "[t]\na = 1\n\n# about u\n[u]\n",
      "t",
      "b",
      '[t]\na = 1\nb = "new"\n\n# about u\n[u]\n',
    ],
    ["a list that begins a line", 'r = [\n  ["x"],\n]\n[t]\nb = 1\n', "t", "b", 'r = [\n  ["x"],\n]\n[t]\nb = "new"\n'],
    ["a table of tables before it", "[[q]]\nb = 1\n[t]\nb = 2\n", "t", "b", '[[q]]\nb = 1\n[t]\nb = "new"\n'],
    ["the last line without an end", "[t]\nb = 1", "t", "b", '[t]\nb = "new"'],
  ])("keeps %s", (_name, text, table, key, expected) => {
    expect(setKey(text, table, key, quoted("new"))).toBe(expected);
  });

  it("refuses a table that is not there", () => {
    expect(() => setKey("a = 1\n", "vars", "b", "1")).toThrow(/\[vars\]/);
  });
});

describe("the two environments", () => {
  it("do not share a hostname: what is inherited would take it from production", () => {
    const text = setKey(TEXT, "", "routes", '[{ pattern = "kicc.shop.example", custom_domain = true }]');
    expect(text).toMatch(/\[env\.development\]\nworkers_dev = true\nroutes = \[\]/);
    expect(numbersOf("development").routes).toEqual([]);
  });

  it("have the same numbers, and namespaces of their own", () => {
    const [production, development] = [numbersOf(""), numbersOf("development")];
    const bare = ({ queues }: Numbers) =>
      queues.consumers?.map(({ queue: _q, dead_letter_queue: _d, ...rest }) => rest);
    expect(bare(development)).toEqual(bare(production));
    expect(development.triggers).toEqual(production.triggers);
    expect(development.observability).toEqual(production.observability);
    const limits = ({ ratelimits = [] }: Numbers) => ratelimits.map(({ name, simple }) => ({ name, simple }));
    expect(limits(development)).toEqual(limits(production));
    const ids = [...(production.ratelimits ?? []), ...(development.ratelimits ?? [])].map(
      ({ namespace_id }) => namespace_id,
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("what is told at the end", () => {
  it("says where a notifyUrl is longer than KICC takes", () => {
    const secrets = { NOTIFY_TOKEN: "t".repeat(80) };
    const told = nextSteps({ receiver: "https://kicc.shop.example", doors: DOORS, secrets, delivery: "push" });
    expect(told).toContain("TOO LONG: 118 bytes, KICC takes 100");
    expect(told).toContain("125 of 1000 bytes");
  });
});
