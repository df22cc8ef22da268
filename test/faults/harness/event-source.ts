import { randomBytes } from "node:crypto";
import type { JsonObject } from "../../../src/lib/json.js";
import { deniedRecord, record } from "../../harness/records.js";

/** Makes records with ids of its own; every tenth raises an alert. */
export interface EventSource {
  /** The next `count` records, as JSON, with their ids. */
  next(count: number): Batch;
  made(): number;
  /** Whether the record under an id raises an alert, and in which window, ms since the epoch; else undefined. */
  windowOf(id: string): number | undefined;
}

export interface Batch {
  readonly ids: readonly string[];
  readonly documents: readonly string[];
}

const HOUR_MS = 3_600_000;
const DAYS = 15;

/**
 * Events of the last fortnight, so that they lie in several indices; alerts fall into some forty windows.
 *
 * @param paddingBytes what each holds besides, so that no compression makes it small.
 */
export function createEventSource(name: string, paddingBytes = 0, now = Date.now()): EventSource {
  const base = Math.floor(now / HOUR_MS) * HOUR_MS - 2 * HOUR_MS;
  let made = 0;
  const timeOf = (n: number): number => base - (n % DAYS) * 24 * HOUR_MS - (Math.floor(n / 50) % 3600) * 1000;
  const toId = (n: number): string => `${name}-${n}`;
  return {
    next(count) {
      const ids: string[] = [];
      const documents: string[] = [];
      for (let i = 0; i < count; i++, made++) {
        const make = made % 10 === 0 ? deniedRecord : record;
        const id = toId(made);
        const eventTime = new Date(timeOf(made)).toISOString().replace(".000Z", "Z");
        ids.push(id);
        const padding: JsonObject =
          paddingBytes > 0 ? { padding: randomBytes(paddingBytes).toString("base64") } : {};
        documents.push(JSON.stringify(make(id, { eventTime, requestParameters: { n: made, ...padding } })));
      }
      return { ids, documents };
    },
    made: () => made,
    windowOf(id) {
      if (!id.startsWith(`${name}-`)) return undefined;
      const n = Number(id.slice(name.length + 1));
      return n % 10 === 0 ? Math.floor(timeOf(n) / HOUR_MS) * HOUR_MS : undefined;
    },
  };
}
