// Names of objects, days, and the bytes of a manifest. They are the same whoever writes them. Pure.
import type { PartPlan, PreviousManifest, Stream } from "../store/archive-plan.ts";
import { DAY_MS, KST_MS } from "../time.ts";
import type { Part } from "./part.ts";

/** Days leave as a whole. This is the beginning of the KST day that is `hotDays` old, epoch ms. */
export function leavesBefore(now: number, hotDays: number): number {
  return Math.floor((now + KST_MS) / DAY_MS) * DAY_MS - KST_MS - hotDays * DAY_MS;
}

export function partName(stream: Stream, { day, part }: Pick<PartPlan, "day" | "part">): string {
  return `${folderOf(stream, day)}/${fourDigits(part)}.ndjson.gz`;
}

export function manifestName(stream: Stream, { day, manifest }: Pick<PartPlan, "day" | "manifest">): string {
  return `${folderOf(stream, day)}/${manifest === 1 ? "manifest.json" : `manifest.${fourDigits(manifest)}.json`}`;
}

export function manifestText(stream: Stream, plan: PartPlan, part: Part, previous: PreviousManifest | null): string {
  const { lines, bytes, sha256, from, to } = part;
  const parts = [{ name: partName(stream, plan), lines, bytes, sha256, from, to }];
  return `${JSON.stringify({ version: 1, day: plan.day, parts, sums: part.sums, previous }, null, 2)}\n`;
}

function folderOf(stream: Stream, day: string): string {
  return `${stream}/${day.replaceAll("-", "/")}`;
}

function fourDigits(number: number): string {
  return String(number).padStart(4, "0");
}
