/** Metrics of one process at one moment. */
export interface MetricsReading {
  /** Sum over all labels; 0 for a metric that is not there. */
  sum(name: string): number;
  has(name: string): boolean;
}

/** Reads Prometheus text format, as far as counters and gauges go. */
export function parseMetrics(text: string): MetricsReading {
  const sums = new Map<string, number>();
  for (const line of text.split("\n")) {
    const name = /^[A-Za-z_:][\w:]*/u.exec(line)?.[0];
    const value = Number(line.slice(line.lastIndexOf(" ") + 1));
    if (name === undefined || Number.isNaN(value)) continue;
    sums.set(name, (sums.get(name) ?? 0) + value);
  }
  return { sum: (name) => sums.get(name) ?? 0, has: (name) => sums.has(name) };
}
