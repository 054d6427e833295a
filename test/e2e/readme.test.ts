// Both READMEs against the tree: their length, their links, the settings that they list. It does not check their text.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { DELIVERING, RECEIVING } from "../../src/settings.ts";

const ROOT = path.join(import.meta.dirname, "../..");
const MOST_LINES = 200;

function textOf(page: string): string {
  return readFileSync(path.join(ROOT, page), "utf8");
}

function codeOf(page: string): string[] {
  return [...textOf(page).matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code = ""]) => code.replaceAll(/ *#.*/g, ""));
}

describe.each(["README.md", "README.ko.md"])("%s", (page) => {
  it("is short enough to be read", () => {
    expect(textOf(page).trimEnd().split("\n").length).toBeLessThanOrEqual(MOST_LINES);
  });

  it("names every setting", () => {
    const missing = Object.keys({ ...RECEIVING, ...DELIVERING }).filter(
      (name) => !textOf(page).includes(`\`${name}\``),
    );
    expect(missing).toEqual([]);
  });
});

const PAGES = [
  "README.md",
  "README.ko.md",
  "src/deploy/README.md",
  "src/deploy/README.ko.md",
  "test/README.md",
  "test/origins/README.md",
];

it.each(PAGES)("%s links to what is there", (page) => {
  const links = [...textOf(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = ""]) => link);
  const broken = links.filter((link) => !existsSync(path.join(ROOT, path.dirname(page), link)));
  expect(links.length).toBeGreaterThan(0);
  expect(broken).toEqual([]);
});

it("gives the same commands in both languages", () => {
  expect(codeOf("README.md").length).toBeGreaterThan(0);
  expect(codeOf("README.ko.md")).toEqual(codeOf("README.md"));
});
