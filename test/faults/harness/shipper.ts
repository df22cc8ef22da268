import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Batch, EventSource } from "./event-source.js";

export interface ShipperOptions {
  /** TrailTag's. */
  readonly url: string;
  readonly source: EventSource;
  readonly batchSize: number;
  /** Keeps a batch until it got a 2xx with errors:false; else each batch is sent once, whatever becomes of it. */
  readonly retries: boolean;
  /** Between two batches, and before a batch is sent again. Default 20. */
  readonly pauseMs?: number;
  /** Default 60,000, as shippers have it. */
  readonly timeoutMs?: number;
}

export interface Shipper {
  /** Ids whose acknowledgement came. */
  readonly acknowledged: ReadonlySet<string>;
  readonly sent: ReadonlySet<string>;
  /** Requests, and those that were not acknowledged, by what came instead. */
  readonly answers: ReadonlyMap<string, number>;
  /** Resolves when what it holds is acknowledged (or, without retries, answered). */
  finish(): Promise<void>;
}

/** A shipper that cannot get rid of a batch does not ask again at once. */
const REFUSED_PAUSE_MS = 250;

/** A client of the bulk endpoint that goes on until it is told to finish. */
export function startShipper(options: ShipperOptions): Shipper {
  const { source, pauseMs = 20, timeoutMs = 60_000 } = options;
  const agent = new Agent({ keepAlive: true });
  const acknowledged = new Set<string>();
  const sent = new Set<string>();
  const answers = new Map<string, number>();
  let stopping = false;

  async function run(): Promise<void> {
    while (!stopping) {
      const batch = source.next(options.batchSize);
      for (const id of batch.ids) sent.add(id);
      while (!(await send(batch))) {
        await sleep(Math.max(pauseMs, REFUSED_PAUSE_MS));
        if (!options.retries) break;
      }
      await sleep(pauseMs);
    }
    agent.destroy();
  }

  async function send(batch: Batch): Promise<boolean> {
    let answer: string;
    let taken = false;
    try {
      const { status, text } = await postBulk(`${options.url}/_bulk`, bulkText(batch), agent, timeoutMs);
      taken = status === 200 && (JSON.parse(text) as { errors: unknown }).errors === false;
      answer = taken || status !== 200 ? String(status) : "200 with errors";
    } catch (error) {
      answer = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    }
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
    if (taken) for (const id of batch.ids) acknowledged.add(id);
    return taken;
  }

  const done = run();
  return {
    acknowledged,
    sent,
    answers,
    finish: () => {
      stopping = true;
      return done;
    },
  };
}

export function bulkText(batch: Batch): string {
  return batch.documents.map((document) => `{"create":{}}\n${document}\n`).join("");
}

/** One bulk request. @throws what broke the connection, or when no whole answer came in time. */
export function postBulk(
  url: string,
  body: string,
  agent: Agent,
  timeoutMs = 60_000,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/x-ndjson", "content-length": Buffer.byteLength(body) };
    const req = request(url, { method: "POST", agent, headers, timeout: timeoutMs }, (res) => {
      const chunks: Buffer[] = [];
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.on("error", reject);
      res.on("end", () => resolve({ status: res.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    req.on("timeout", () => req.destroy(new Error("time-out")));
    req.on("error", reject);
    req.end(body);
  });
}
