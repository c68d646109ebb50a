/**
 * What a collector shows at `/metrics`, and what a PromQL expression reads of it.
 * @module
 */

export interface Metrics {
  /** Names of all series, so with `_bucket`, `_sum` and `_count`. */
  readonly names: ReadonlySet<string>;
  /** Names of the labels of each series that has a sample. */
  readonly labels: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface Selector {
  readonly name: string;
  readonly labels: readonly string[];
}

/** Labels that Prometheus adds when it scrapes. */
const OF_PROMETHEUS = new Set(["instance", "job"]);

export function parseMetrics(text: string): Metrics {
  const names = new Set<string>();
  const labels = new Map<string, Set<string>>();
  for (const line of text.split("\n")) {
    const [, declared, type] = /^# TYPE (\S+) (\S+)/.exec(line) ?? [];
    if (declared) {
      const suffixes = type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
      for (const suffix of suffixes) names.add(declared + suffix);
    }
    const [, name, inBraces = ""] = /^([a-z_]+)(?:\{(.*)\})? /.exec(line) ?? [];
    if (!name) continue;
    const known = labels.get(name) ?? new Set();
    labels.set(name, known);
    for (const [, label = ""] of inBraces.matchAll(/(\w+)="/g)) known.add(label);
  }
  return { names, labels };
}

/** The collector's own metrics, without suffixes of their series. */
export function ownNames({ names }: Metrics): readonly string[] {
  const own = [...names].filter((name) => name.startsWith("stillhere_"));
  return [...new Set(own.map((name) => name.replace(/_(bucket|sum|count)$/, "")))];
}

/** The metrics in an expression, each with the labels that it is selected by. */
export function selectorsOf(expression: string): readonly Selector[] {
  return [
    ...expression.matchAll(/\b((?:stillhere|process|nodejs)_[a-z_]+)\b(?:\{([^}]*)\})?/g),
  ].map(([, name = "", inBraces = ""]) => ({
    name,
    labels: [...inBraces.matchAll(/(\w+)\s*(?:=|!)/g)]
      .map(([, label = ""]) => label)
      .filter((label) => !OF_PROMETHEUS.has(label)),
  }));
}

/** Labels by which an expression groups. */
export function groupsOf(expression: string): readonly string[] {
  const groups = [...expression.matchAll(/\bby \(([^)]*)\)/g)];
  return groups
    .flatMap(([, names = ""]) => names.split(/,\s*/))
    .filter((label) => !OF_PROMETHEUS.has(label));
}
