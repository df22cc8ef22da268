/** A metric in a PromQL expression, with the labels that it is asked for. */
export interface Asked {
  readonly metric: string;
  readonly labels: readonly string[];
}

/** Labels that Prometheus adds, or that come with histograms. */
export const COMMON_LABELS: ReadonlySet<string> = new Set(["job", "instance", "le"]);

const NAME = /\b((?:trailtag|process|nodejs)_[a-z0-9_]+)\b(?:\s*\{([^}]*)\})?/g;

/** Metrics that an expression names, each with the labels in its braces. */
export function metricsIn(expression: string): Asked[] {
  return [...expression.matchAll(NAME)].map(([, metric, matchers]) => ({
    metric: metric!,
    labels: [...(matchers ?? "").matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map((match) => match[1]!),
  }));
}

/** Labels that an expression groups or matches by. */
export function groupedBy(expression: string): string[] {
  return [...expression.matchAll(/\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g)].flatMap((match) =>
    match[1]!
      .split(",")
      .map((label) => label.trim())
      .filter((label) => label !== ""),
  );
}
