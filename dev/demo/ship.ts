import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../../src/lib/errors.js";
import { packageRoot } from "../../src/lib/package-root.js";
import { Failure } from "../failure.js";

const COUNTS = ["received", "stored", "duplicates", "dead_lettered", "spooled", "skipped"] as const;
export type Shipped = Record<(typeof COUNTS)[number] | "files", number>;

/** Sends each file of the bundled sample, gzipped as it is, to `POST /v1/events`. */
export async function shipSample(serviceUrl: string): Promise<Shipped> {
  const folder = join(packageRoot, "examples/samples");
  const none = Object.fromEntries(COUNTS.map((count) => [count, 0])) as Record<
    (typeof COUNTS)[number],
    number
  >;
  const sum: Shipped = { files: 0, ...none };
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith(".json.gz")) continue;
    const answer = await post(`${serviceUrl}/v1/events`, readFileSync(join(folder, name)), name);
    for (const count of COUNTS) sum[count] += typeof answer[count] === "number" ? answer[count] : 0;
    sum.files += 1;
  }
  return sum;
}

async function post(url: string, body: Buffer, name: string): Promise<Partial<Record<string, unknown>>> {
  let why: string;
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
      body: new Uint8Array(body),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text) as Partial<Record<string, unknown>>;
    why = `it answered ${answer.status} ${text}`;
  } catch (error) {
    why = error instanceof Error ? error.message : String(error);
  }
  throw new Failure(`The service did not take ${name}: ${why}`, EXIT.unavailable);
}
