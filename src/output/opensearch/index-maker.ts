import { isJsonObject, type JsonValue } from "../../lib/json.js";
import type { Clock } from "../../lib/clock.js";
import { StoreUnavailableError, type StoreLog } from "../store.js";
import { at, objectAt } from "./alert-members.js";
import { said } from "./ask.js";
import { backoffMs } from "./backoff.js";
import { faultOf } from "./bulk-sender.js";
import { replyJson, type OpenSearchClient, type OpenSearchReply } from "./client.js";
import type { IndexTemplate } from "./templates.js";

export interface IndexMakerOptions {
  readonly client: OpenSearchClient;
  readonly templates: readonly IndexTemplate[];
  /** False where somebody else owns the templates: then theirs give the settings. */
  readonly sendSettings: boolean;
  /**
   * Whether documents are written through an alias of each index, so that OpenSearch refuses them when the index is
   * gone. False where aliases are not to be had: OpenSearch then makes a deleted index anew by itself. Default true.
   */
  readonly writeAliases?: boolean;
  readonly clock: Clock;
  readonly log: StoreLog;
}

export interface IndexMaker {
  /**
   * Resolves when all are there.
   * @throws StoreUnavailableError at the deadline (ms since the epoch).
   */
  ensure(indices: Iterable<string>, deadline: number): Promise<void>;
  /** An index was found to be gone: it is made again by the next `ensure`. */
  forget(index: string): void;
  /** What an action line of a bulk says about where to write: JSON members without braces. */
  target(index: string): string;
  /** Forgets indices that are gone (by retention, say), so that they are made again before their next write. */
  refresh(): Promise<void>;
  /** Why an index that somebody waits for cannot be made, and since when (ms since the epoch). */
  trouble(): { readonly message: string; readonly since: number } | undefined;
}

/**
 * Makes indices before their first write, one after the other, so that an archive of many weeks slows a writer down
 * instead of overwhelming the cluster. The mappings go with the request: an index made while the template is gone
 * would otherwise be mapped from the first documents.
 *
 * Invariant: nothing but this makes an index. Documents go through the alias `<index>.write` with `require_alias`,
 * so a bulk for an index that was deleted under it is refused instead of making one with guessed mappings.
 */
export function createIndexMaker(options: IndexMakerOptions): IndexMaker {
  const { client, clock, log, writeAliases = true } = options;
  /** Index to the members of its action lines. */
  const known = new Map<string, string>();
  const making = new Map<string, Promise<string | undefined>>();
  const waiting = new Map<string, number>();
  const troubles = new Map<string, { message: string; since: number }>();
  let line: Promise<unknown> = Promise.resolve();

  /** One try, shared by all who wait for the index; resolves with a sentence when it failed. */
  function make(index: string): Promise<string | undefined> {
    const shared = making.get(index);
    if (shared !== undefined) return shared;
    const attempt = line.then(() => tryToMake(index)).finally(() => making.delete(index));
    making.set(index, attempt);
    line = attempt;
    return attempt;
  }

  async function tryToMake(index: string): Promise<string | undefined> {
    let message: string | undefined;
    try {
      message = await create(index);
    } catch (error) {
      message = error instanceof Error ? error.message : String(error);
    }
    if (message === undefined) troubles.delete(index);
    else troubles.set(index, { message, since: troubles.get(index)?.since ?? clock() });
    return message;
  }

  async function create(index: string): Promise<string | undefined> {
    const template = options.templates.find((t) => matches(t.pattern, index));
    if (template === undefined) return `no template for ${index}`;
    const body = {
      ...(options.sendSettings ? { settings: template.settings } : {}),
      mappings: template.mappings,
      ...(writeAliases ? { aliases: { [aliasOf(index)]: {} } } : {}),
    };
    const reply = await client.request({ method: "PUT", path: `/${index}`, body: JSON.stringify(body) });
    if (reply.status === 200) {
      known.set(index, throughAlias(index));
      log("info", "Made an index.", { index });
      return undefined;
    }
    const fault = faultOf(replyJson(reply));
    // Somebody put an alias in its place, to an index that was copied, say: what is written has to go through it.
    if (fault?.reason.includes("exists as alias") === true) {
      known.set(index, writeAliases ? requireAlias(index) : plain(index));
      return undefined;
    }
    if (fault?.type !== "resource_already_exists_exception") return cannot("be made", index, reply);
    if (writeAliases) {
      const actions = [{ add: { index, alias: aliasOf(index) } }];
      const added = await client.request({
        method: "POST",
        path: "/_aliases",
        body: JSON.stringify({ actions }),
      });
      if (added.status !== 200) return cannot("be given its alias for writing", index, added);
    }
    known.set(index, throughAlias(index));
    return undefined;
  }

  function throughAlias(index: string): string {
    return writeAliases ? requireAlias(aliasOf(index)) : plain(index);
  }

  /** One after the other: all wait for the same line. */
  async function ensureOne(index: string, deadline: number): Promise<void> {
    for (let attempt = 1; !known.has(index); attempt++) {
      const left = deadline - clock();
      const trouble = left <= 0 ? "the deadline passed" : await beforeDeadline(make(index), left);
      if (trouble === undefined) return;
      const pause = backoffMs(attempt);
      if (clock() + pause >= deadline) throw new StoreUnavailableError(trouble);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  async function there(): Promise<Set<string> | undefined> {
    const patterns = options.templates.map((template) => template.pattern);
    if (!writeAliases) {
      const path = `/_cat/indices/${patterns.join(",")}`;
      const query = { format: "json", h: "index", expand_wildcards: "all" };
      const reply = await client.request({ method: "GET", path, query });
      const rows = replyJson(reply);
      if (reply.status !== 200 || !Array.isArray(rows)) return undefined;
      const names = (rows as JsonValue[]).map((row) => at(row, "index"));
      return new Set(names.filter((name) => typeof name === "string"));
    }
    // With the indices before it: a bare /_alias asks for a right to every index of the cluster.
    const reply = await client.request({ method: "GET", path: `/${patterns.join(",")}/_alias` });
    const answer = replyJson(reply);
    if (reply.status === 404) return new Set();
    if (reply.status !== 200 || !isJsonObject(answer)) return undefined;
    const aliases = Object.values(answer).flatMap((entry) => Object.keys(objectAt(entry, "aliases")));
    return new Set(aliases.map((alias) => (alias.endsWith(WRITE) ? alias.slice(0, -WRITE.length) : alias)));
  }

  return {
    async ensure(indices, deadline) {
      for (const index of indices) {
        if (known.has(index)) continue;
        waiting.set(index, (waiting.get(index) ?? 0) + 1);
        try {
          await ensureOne(index, deadline);
        } finally {
          const others = (waiting.get(index) ?? 1) - 1;
          if (others === 0) waiting.delete(index);
          else waiting.set(index, others);
        }
      }
    },
    forget: (index) => void known.delete(index),
    target: (index) => known.get(index) ?? throughAlias(index),
    async refresh() {
      // What nobody wants any more is no trouble; whoever wants it again will find out.
      for (const index of troubles.keys()) if (!waiting.has(index)) troubles.delete(index);
      if (known.size === 0) return;
      try {
        const found = await there();
        if (found === undefined) return;
        for (const index of known.keys()) if (!found.has(index)) known.delete(index);
      } catch {
        // Away just now: what is known stays known, and the next look is soon.
      }
    },
    trouble: () => [...troubles.values()].sort((a, b) => a.since - b.since)[0],
  };
}

/** Under the pattern of the index, so that whatever has a right to the one has it to the other. */
const WRITE = ".write";

function aliasOf(index: string): string {
  return `${index}${WRITE}`;
}

function requireAlias(name: string): string {
  return `"_index":"${name}","require_alias":true`;
}

function plain(index: string): string {
  return `"_index":"${index}"`;
}

function cannot(what: string, index: string, reply: OpenSearchReply): string {
  return `${index} cannot ${what}: ${said(reply)}`;
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
