import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** Sends a bulk body and checks that every item was taken. @throws when one was not. */
export async function sendBulk(url: string, body: Buffer): Promise<void> {
  const { status, text } = await post(url, body);
  if (status !== 200 || !text.includes('"errors":false')) {
    throw new Error(`${url} answered ${status}: ${text.slice(0, 300)}`);
  }
}

function post(url: string, body: Buffer): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/x-ndjson", "content-length": body.length };
    const req = request(url, { method: "POST", agent, headers }, (res) => {
      const chunks: Buffer[] = [];
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.on("end", () => resolve({ status: res.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    req.on("error", reject);
    req.end(body);
  });
}

/** CPU seconds that a process of this machine has used so far. Linux: /proc counts hundredths of a second. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** CPU seconds that OpenSearch has used so far, by its own account. */
export async function cpuSecondsOfOpenSearch(url: string): Promise<number> {
  const answer = (await (await fetch(`${url}/_nodes/_local/stats/process`)).json()) as {
    nodes: Record<string, { process: { cpu: { total_in_millis: number } } }>;
  };
  return Object.values(answer.nodes).reduce((sum, node) => sum + node.process.cpu.total_in_millis / 1000, 0);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
