import { isJsonObject, own, type JsonValue } from "../../lib/json.js";
import type { Clock } from "../../lib/clock.js";
import { StoreUnavailableError, type StoreLog } from "../store.js";
import { backoffMs } from "./backoff.js";
import { faultOf } from "./bulk-sender.js";
import { replyJson, type OpenSearchClient } from "./client.js";
import type { IndexTemplate } from "./templates.js";

export interface IndexMakerOptions {
  readonly client: OpenSearchClient;
  readonly templates: readonly IndexTemplate[];
  /** False where somebody else owns the templates: then theirs give the settings. */
  readonly sendSettings: boolean;
  readonly clock: Clock;
  readonly log: StoreLog;
}

export interface IndexMaker {
  /**
   * Resolves when all are there.
   * @throws StoreUnavailableError at the deadline (ms since the epoch).
   */
  ensure(indices: Iterable<string>, deadline: number): Promise<void>;
  /** Forgets indices that are gone (by retention, say), so that they are made again before their next write. */
  refresh(): Promise<void>;
}

/**
 * Makes indices before their first write, one after the other, so that an archive of many weeks slows a writer down
 * instead of overwhelming the cluster. The mappings go with the request: an index made while the template is gone
 * would otherwise be mapped from the first documents.
 */
export function createIndexMaker(options: IndexMakerOptions): IndexMaker {
  const { client, clock, log } = options;
  const known = new Set<string>();
  const making = new Map<string, Promise<string | undefined>>();
  let line: Promise<unknown> = Promise.resolve();

  /** One try, shared by all who wait for the index; resolves with a sentence when it failed. */
  function make(index: string): Promise<string | undefined> {
    const shared = making.get(index);
    if (shared !== undefined) return shared;
    const attempt = line.then(() => create(index)).finally(() => making.delete(index));
    making.set(index, attempt);
    line = attempt;
    return attempt;
  }

  async function create(index: string): Promise<string | undefined> {
    const template = options.templates.find((t) => matches(t.pattern, index));
    if (template === undefined) return `no template for ${index}`;
    const body = {
      ...(options.sendSettings ? { settings: template.settings } : {}),
      mappings: template.mappings,
    };
    try {
      const reply = await client.request({ method: "PUT", path: `/${index}`, body: JSON.stringify(body) });
      const fault = faultOf(replyJson(reply));
      const there =
        fault?.type === "resource_already_exists_exception" ||
        fault?.reason.includes("exists as alias") === true;
      if (reply.status !== 200 && !there) {
        return `${index} cannot be made: ${fault === undefined ? `HTTP ${reply.status}` : fault.reason}`;
      }
      known.add(index);
      if (!there) log("info", "Made an index.", { index });
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  return {
    async ensure(indices, deadline) {
      for (const index of indices) {
        for (let attempt = 1; !known.has(index); attempt++) {
          const left = deadline - clock();
          const trouble = left <= 0 ? "the deadline passed" : await beforeDeadline(make(index), left);
          if (trouble === undefined) break;
          const pause = backoffMs(attempt);
          if (clock() + pause >= deadline) throw new StoreUnavailableError(trouble);
          await new Promise((resolve) => setTimeout(resolve, pause));
        }
      }
    },
    async refresh() {
      if (known.size === 0) return;
      const patterns = options.templates.map((template) => template.pattern).join(",");
      const path = `/_cat/indices/${patterns}`;
      const query = { format: "json", h: "index", expand_wildcards: "all" };
      try {
        const reply = await client.request({ method: "GET", path, query });
        const rows = replyJson(reply);
        if (reply.status !== 200 || !Array.isArray(rows)) return;
        const there = new Set(
          (rows as JsonValue[]).map((row) => (isJsonObject(row) ? own(row, "index") : undefined)),
        );
        for (const index of known) if (!there.has(index)) known.delete(index);
      } catch {
        // Away just now: what is known stays known, and the next look is soon.
      }
    },
  };
}

function matches(pattern: string, index: string): boolean {
  return pattern.endsWith("*") ? index.startsWith(pattern.slice(0, -1)) : index === pattern;
}

function beforeDeadline(work: Promise<string | undefined>, ms: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve("OpenSearch did not make the index in time"), ms);
    void work.then((trouble) => {
      clearTimeout(timer);
      resolve(trouble);
    });
  });
}
