import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Batch, EventSource } from "../../faults/harness/event-source.js";
import { everyOne, type ReplayAnswer, type ReplayRequest, type Shape } from "./shape.js";

/** What a shipper did in a run. */
export interface Replayed {
  readonly shape: string;
  readonly sent: readonly string[];
  /** Requests whose answer was not a plain success. */
  readonly refused: number;
}

const RETRY_MS = 300;
/** All shippers wait this long for an answer. */
const TIMEOUT_MS = 60_000;

/** Sends batches the way a shipper does and heeds answers the way it does, until `batches` are over. */
export async function replay(
  shape: Shape,
  url: string,
  source: EventSource,
  batches: number,
  batchSize: number,
): Promise<Replayed> {
  const agent = new Agent({ keepAlive: true });
  const sent: string[] = [];
  let refused = 0;
  try {
    for (const { request: question, accepts } of shape.startUp ?? []) {
      const answer = await exchange(url, question, agent);
      if (answer === undefined || !accepts(answer)) {
        throw new Error(
          `${shape.name} would not start: ${question.path} answers ${answer?.status} ${answer?.text}`,
        );
      }
    }
    for (let i = 0; i < batches; i++) {
      const batch = source.next(batchSize);
      sent.push(...batch.ids);
      let left: Batch = batch;
      for (let tries = 0; tries < shape.tries && left.ids.length > 0; tries++) {
        if (tries > 0) await sleep(RETRY_MS);
        const answer = await exchange(url, shape.request(left), agent);
        if (answer?.status !== 200 || answer.text.includes('"errors":true')) refused++;
        left = only(left, shape.keeps(answer, left));
      }
    }
  } finally {
    agent.destroy();
  }
  return { shape: shape.name, sent, refused };
}

function only(batch: Batch, positions: readonly number[]): Batch {
  if (positions.length === everyOne(batch).length) return batch;
  return {
    ids: positions.map((i) => batch.ids[i]!),
    documents: positions.map((i) => batch.documents[i]!),
  };
}

/** Undefined when the connection broke or no answer came in time. */
function exchange(url: string, wanted: ReplayRequest, agent: Agent): Promise<ReplayAnswer | undefined> {
  return new Promise((resolve) => {
    const { method = "POST", body = Buffer.alloc(0) } = wanted;
    const headers = { ...wanted.headers, ...(body.length > 0 ? { "content-length": body.length } : {}) };
    const req = request(`${url}${wanted.path}`, { method, headers, agent, timeout: TIMEOUT_MS }, (res) => {
      const chunks: Buffer[] = [];
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.on("error", () => resolve(undefined));
      res.on("end", () =>
        resolve({
          status: res.statusCode ?? 0,
          headers: res.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    req.on("timeout", () => req.destroy());
    req.on("error", () => resolve(undefined));
    req.end(body);
  });
}
