// Prometheus' text format (prometheus.io/docs/instrumenting/exposition_formats), as far as the metrics need it. Pure.

export interface MetricSample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** Appended to the metric's name, such as `_bucket`. */
  readonly suffix?: string;
}

export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** One metric with its samples; "" where it has none. */
export function metric(
  name: string,
  type: "counter" | "gauge" | "histogram",
  help: string,
  samples: readonly MetricSample[],
): string {
  if (samples.length === 0) return "";
  const lines = samples.map(({ value, labels = {}, suffix = "" }) => `${name}${suffix}${braced(labels)} ${value}`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("\n")}\n`;
}

/** @param counts one count for each bound, and a last one for what is above */
export function histogram(
  boundsSeconds: readonly number[],
  counts: readonly number[],
  sumSeconds: number,
): MetricSample[] {
  let below = 0;
  const buckets = counts.map((count, index) => {
    below += count;
    return { suffix: "_bucket", labels: { le: String(boundsSeconds[index] ?? "+Inf") }, value: below };
  });
  return [...buckets, { suffix: "_sum", value: sumSeconds }, { suffix: "_count", value: below }];
}

function braced(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return pairs.length > 0 ? `{${pairs.join(",")}}` : "";
}
