import { createHash } from "node:crypto";
import { isJsonArray, isJsonObject, own, type JsonObject, type JsonValue } from "../../lib/json.js";
import {
  DamagedLetterError,
  DeadLettersUnavailableError,
  type DeadLetterFilter,
  type DeadLetterHead,
  type DeadLetters,
  type DeadLetterSummary,
} from "../dead-letters.js";
import { at } from "./alert-members.js";
import { said } from "./ask.js";
import { faultOf } from "./bulk-sender.js";
import {
  createOpenSearchClient,
  NoReplyError,
  replyJson,
  type OpenSearchClientOptions,
  type OpenSearchRequest,
} from "./client.js";
import {
  chunksQuery,
  documentIds,
  HEAD_FIELDS,
  headsQuery,
  letterId,
  PARTS,
  toHead,
} from "./dead-letter-query.js";

export interface DeadLetterReaderOptions {
  readonly client: OpenSearchClientOptions;
  /** `<prefix>-deadletter`; there is none until the first dead letter. */
  readonly index: string;
  /** Letters of one page. Default 1,000. */
  readonly pageSize?: number;
}

/** Dead letters in OpenSearch. Every method @throws DeadLettersUnavailableError */
export function createDeadLetterReader(options: DeadLetterReaderOptions): DeadLetters {
  const { index, pageSize = 1_000 } = options;
  const client = createOpenSearchClient(options.client);
  let refreshed = false;

  async function ask(request: OpenSearchRequest): Promise<{ status: number; answer: JsonValue }> {
    try {
      const reply = await client.request(request);
      const answer = replyJson(reply);
      if ((reply.status === 200 || reply.status === 404) && answer !== undefined) {
        return { status: reply.status, answer };
      }
      throw new DeadLettersUnavailableError(`OpenSearch at ${client.node} answers: ${said(reply)}`);
    } catch (error) {
      if (!(error instanceof NoReplyError)) throw error;
      const message = `OpenSearch at ${client.node} does not answer: ${error.message}.`;
      throw new DeadLettersUnavailableError(message, { cause: error });
    }
  }

  async function search(body: JsonObject): Promise<JsonValue> {
    if (!refreshed) {
      // What was stored a moment ago is to be seen; where that is not allowed, it shows seconds later.
      await ask({ method: "POST", path: `/${index}/_refresh` }).catch((error: unknown) => {
        if ((error as Error).cause instanceof NoReplyError) throw error;
      });
      refreshed = true;
    }
    const { status, answer } = await ask({
      method: "POST",
      path: `/${index}/_search`,
      query: { ignore_unavailable: "true", allow_partial_search_results: "false" },
      body: JSON.stringify(body),
    });
    if (status !== 200) {
      const reason = faultOf(answer)?.reason ?? "HTTP 404";
      throw new DeadLettersUnavailableError(`${index} cannot be searched: ${reason}.`);
    }
    return answer;
  }

  async function page(body: JsonObject): Promise<{ heads: DeadLetterHead[]; last: JsonValue | undefined }> {
    const answer = await search({ _source: false, docvalue_fields: HEAD_FIELDS, size: pageSize, ...body });
    const hits = hitsOf(answer);
    const heads = hits.map(toHead).filter((head) => head !== undefined);
    return { heads, last: at(hits.at(-1), "sort") };
  }

  async function* all(body: JsonObject): AsyncGenerator<DeadLetterHead> {
    let next = await page(body);
    while (next.heads.length > 0) {
      yield* next.heads;
      if (next.last === undefined) return;
      next = await page({ ...body, search_after: next.last });
    }
  }

  return {
    async summary(filter): Promise<DeadLetterSummary> {
      const expected = {
        filter: { term: { "chunk.n": 0 } },
        aggs: { count: { sum: { field: "chunk.of" } } },
      };
      const aggs = { chunks: countOf("chunk.n"), expected };
      const found = await search({ query: chunksQuery(filter), size: 0, aggs });
      const heads = await search({
        query: headsQuery(filter),
        size: 0,
        track_total_hits: true,
        aggs: { reasons: { terms: { field: "reason.code", size: 1_000 } } },
      });
      const buckets = at(heads, "aggregations", "reasons", "buckets");
      return {
        total: count(at(heads, "hits", "total", "value")),
        byReason: (isJsonArray(buckets) ? buckets : []).map((bucket) => ({
          code: textOf(at(bucket, "key")),
          count: count(at(bucket, "doc_count")),
        })),
        looseParts: Math.abs(
          count(at(found, "aggregations", "expected", "count", "value")) -
            count(at(found, "aggregations", "chunks", "value")),
        ),
      };
    },

    heads(filter: DeadLetterFilter, order) {
      const direction = order === "oldest" ? "asc" : "desc";
      return all({ query: headsQuery(filter), sort: [{ "@timestamp": direction }, { _id: "asc" }] });
    },

    async find(given, most) {
      const prefix = letterId(given);
      const whole = await page({ query: { ids: { values: [prefix, `${prefix}-0`] } } });
      if (whole.heads.length > 0) return whole.heads.slice(0, 1);
      // In order of id those that begin with the prefix follow upon it.
      const body = { query: headsQuery({}), sort: [{ _id: "asc" }], search_after: [prefix], size: most };
      const { heads } = await page(body);
      return heads.filter(({ id }) => id.startsWith(prefix));
    },

    parts: () => all({ query: { bool: { filter: [PARTS] } }, sort: [{ _id: "asc" }] }),

    async partsAfter(id) {
      const { heads } = await page({ query: { term: { "chunk.previous": id } } });
      return heads;
    },

    async read(head) {
      const hash = createHash("sha256");
      const pieces: Buffer[] = [];
      for (const id of documentIds(head)) {
        const path = `/${index}/_doc/${encodeURIComponent(id)}`;
        const { answer } = await ask({ method: "GET", path, query: { _source_includes: "raw" } });
        const raw = at(answer, "_source", "raw");
        if (typeof raw !== "string") throw new DamagedLetterError(whyNotWhole(head, id));
        const piece = Buffer.from(raw, "base64");
        hash.update(piece);
        pieces.push(piece);
      }
      if (head.part === undefined && hash.digest("hex") !== head.id) {
        throw new DamagedLetterError(`The bytes of ${head.id} were changed: they are not those of its id.`);
      }
      return Buffer.concat(pieces);
    },

    async markReplayed(heads, time) {
      if (heads.length === 0) return;
      const doc = JSON.stringify({ doc: { replayed_at: new Date(time).toISOString() } });
      const ids = heads.flatMap(documentIds);
      const lines = ids.map((id) => `${JSON.stringify({ update: { _index: index, _id: id } })}\n${doc}\n`);
      const { answer } = await ask({ method: "POST", path: "/_bulk", body: lines.join(""), ndjson: true });
      const items = isJsonObject(answer) ? own(answer, "items") : undefined;
      const faults = (isJsonArray(items) ? items : []).map((item) => faultOf(at(item, "update")));
      const fault = faults.find((each) => each !== undefined);
      if (!isJsonArray(items) || fault !== undefined) {
        const why = fault?.reason ?? "the answer is no bulk answer";
        throw new DeadLettersUnavailableError(`Dead letters could not be marked as replayed: ${why}.`);
      }
    },

    close: () => client.close(),
  };
}

function whyNotWhole({ chunks, id }: DeadLetterHead, missing: string): string {
  if (chunks === 1) return `The dead letter ${id} is gone, or has no bytes.`;
  const n = Number(missing.slice(letterId(missing).length + 1));
  return `Part ${n + 1} of ${chunks} of the dead letter ${id} is missing.`;
}

function countOf(field: string): JsonObject {
  return { value_count: { field } };
}

function count(value: JsonValue | undefined): number {
  return typeof value === "number" ? value : 0;
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function hitsOf(answer: JsonValue): readonly JsonValue[] {
  const hits = at(answer, "hits", "hits");
  return isJsonArray(hits) ? hits : [];
}
