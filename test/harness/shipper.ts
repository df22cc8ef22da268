import { setTimeout as sleep } from "node:timers/promises";
import { bulkBody, record } from "./records.js";

/** A shipper as it should be: what was not acknowledged it sends again, until it is stopped. */
export interface Shipper {
  /** Ids of the events in requests that were answered with success. */
  readonly acknowledged: ReadonlySet<string>;
  /** How often each status was answered; "none" counts requests without an answer. */
  readonly answers: ReadonlyMap<number | "none", number>;
  /** Requests that are made from now on have events with this number and higher ones. */
  mark(): number;
  /** Acknowledged ids with this number and higher ones. */
  since(mark: number): string[];
  /** Resolves when every client has had its last answer. What has none by then is given up. */
  stop(): Promise<void>;
}

export interface ShipperOptions {
  readonly url: string;
  /** First part of every id. */
  readonly name: string;
  /** Default 4. */
  readonly clients?: number;
  /** Events in one request; default 25. */
  readonly batch?: number;
}

/** Between two requests of a client, and before one is sent again. */
const PAUSE_MS = 20;

export function startShipper({ url, name, clients = 4, batch = 25 }: ShipperOptions): Shipper {
  const acknowledged = new Set<string>();
  const answers = new Map<number | "none", number>();
  let next = 0;
  let stopping = false;

  async function client(): Promise<void> {
    while (!stopping) {
      const from = next;
      next += batch;
      const ids = Array.from({ length: batch }, (_, i) => `${name}-${from + i}`);
      await send(ids);
      await sleep(PAUSE_MS);
    }
  }

  async function send(ids: readonly string[]): Promise<void> {
    const body = bulkBody(ids.map((id) => record(id, { neverHeardOf: { [id]: 1 } })));
    const headers = { "content-type": "application/x-ndjson" };
    do {
      const status = await fetch(`${url}/_bulk`, { method: "POST", headers, body }).then(
        async (answer) => {
          const text = await answer.text();
          // Nothing but whole successes and whole refusals may reach a shipper.
          if (answer.status === 200 && !text.includes('"errors":false')) return -1;
          return answer.status;
        },
        () => "none" as const,
      );
      answers.set(status, (answers.get(status) ?? 0) + 1);
      if (status === 200) {
        for (const id of ids) acknowledged.add(id);
        return;
      }
      await sleep(PAUSE_MS);
    } while (!stopping);
  }

  const running = Array.from({ length: clients }, client);
  return {
    acknowledged,
    answers,
    mark: () => next,
    since: (mark) => [...acknowledged].filter((id) => Number(id.slice(name.length + 1)) >= mark),
    stop: async () => {
      stopping = true;
      await Promise.all(running);
    },
  };
}
