/** A service's metrics: the sum over all label sets of a name, or of those that hold `labels`; undefined when there is none. */
export type Scraped = (name: string, labels?: Readonly<Record<string, string>>) => number | undefined;

export async function scrape(url: string): Promise<Scraped> {
  const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`GET /metrics answers ${answer.status}`);
  const lines = (await answer.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return (name, labels = {}) => {
    let sum: number | undefined;
    for (const line of lines) {
      const [, metric, set = "", value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
      if (metric !== name) continue;
      if (Object.entries(labels).every(([key, wanted]) => set.includes(`${key}="${wanted}"`))) {
        sum = (sum ?? 0) + Number(value);
      }
    }
    return sum;
  };
}
