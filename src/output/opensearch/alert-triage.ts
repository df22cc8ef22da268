import { setTimeout as pause } from "node:timers/promises";
import type { AlertDocument } from "../../enrich/types.js";
import type { Clock } from "../../lib/clock.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../lib/json.js";
import { applyTriage, triageVersion, type AlertTriage, type TriageResult } from "../alert-triage.js";
import { StoreUnavailableError } from "../store.js";
import { at } from "./alert-members.js";
import { said } from "./ask.js";
import { backoffMs } from "./backoff.js";
import { NoReplyError, replyJson, type OpenSearchClient, type OpenSearchReply } from "./client.js";

export interface AlertTriageOptions {
  readonly client: OpenSearchClient;
  /** Of all indices of alerts. */
  readonly pattern: string;
  readonly clock: Clock;
}

interface Found {
  readonly index: string;
  readonly document: AlertDocument;
  readonly seqNo: number;
  readonly primaryTerm: number;
}

/**
 * Reads and triages alerts. The whole document is written back, on condition that nobody has written it since it was
 * read: the reconciler does the same, so of two that meet, the later one reads what the other wrote and starts over.
 */
export function createAlertTriage({ client, pattern, clock }: AlertTriageOptions): AlertTriage {
  async function ask(
    request: Parameters<OpenSearchClient["request"]>[0],
    ...fine: number[]
  ): Promise<OpenSearchReply> {
    let reply: OpenSearchReply;
    try {
      reply = await client.request(request);
    } catch (error) {
      if (!(error instanceof NoReplyError)) throw error;
      throw new StoreUnavailableError(`OpenSearch did not answer: ${error.message}.`, { cause: error });
    }
    if (reply.status === 200 || fine.includes(reply.status)) return reply;
    throw new StoreUnavailableError(`OpenSearch refused: ${said(reply)}`);
  }

  /** An alert's index follows from its window, which its id does not tell. */
  async function indexOf(id: string): Promise<string | undefined> {
    const query = { ignore_unavailable: "true", allow_no_indices: "true" };
    const body = JSON.stringify({ query: { ids: { values: [id] } }, size: 1, _source: false });
    const reply = await ask({ method: "POST", path: `/${pattern}/_search`, query, body });
    const answer = replyJson(reply);
    if (at(answer, "_shards", "failed") !== 0) {
      throw new StoreUnavailableError("Not all indices of alerts can be searched at this moment.");
    }
    const hits = at(answer, "hits", "hits");
    const index = Array.isArray(hits) ? at((hits as readonly JsonValue[])[0], "_index") : undefined;
    return typeof index === "string" ? index : undefined;
  }

  async function find(id: string): Promise<Found | undefined> {
    let index = await indexOf(id);
    if (index === undefined) {
      // Written since the last refresh, perhaps.
      const query = { ignore_unavailable: "true", allow_no_indices: "true" };
      await ask({ method: "POST", path: `/${pattern}/_refresh`, query });
      index = await indexOf(id);
    }
    if (index === undefined) return undefined;
    const reply = await ask({ method: "GET", path: `/${index}/_doc/${encodeURIComponent(id)}` }, 404);
    const answer = replyJson(reply);
    const [source, seqNo, primaryTerm] = [
      at(answer, "_source"),
      at(answer, "_seq_no"),
      at(answer, "_primary_term"),
    ];
    if (reply.status === 404 || !isAlert(source)) return undefined;
    if (typeof seqNo !== "number" || typeof primaryTerm !== "number") {
      throw new StoreUnavailableError("OpenSearch gave an alert without its version.");
    }
    return { index, document: source as unknown as AlertDocument, seqNo, primaryTerm };
  }

  return {
    async read(id) {
      return (await find(id))?.document;
    },
    async triage(id, change, deadline): Promise<TriageResult> {
      for (let round = 1; ; round++) {
        const found = await find(id);
        if (found === undefined) return { kind: "unknown" };
        const { index, document, seqNo, primaryTerm } = found;
        if (change.ifVersion !== undefined && change.ifVersion !== triageVersion(document)) {
          return { kind: "conflict", alert: document };
        }
        const alert = applyTriage(document, change, clock());
        const query = { if_seq_no: String(seqNo), if_primary_term: String(primaryTerm), refresh: "true" };
        const path = `/${index}/_doc/${encodeURIComponent(id)}`;
        const reply = await ask({ method: "PUT", path, query, body: JSON.stringify(alert) }, 409);
        if (reply.status === 200) return { kind: "done", alert };
        if (clock() >= deadline)
          throw new StoreUnavailableError("The alert keeps changing: its events go on arriving.");
        await pause(Math.min(backoffMs(round, 1_000), Math.max(0, deadline - clock())));
      }
    },
  };
}

/** Anything else under the pattern is somebody else's. */
function isAlert(source: JsonValue | undefined): source is JsonObject {
  return isJsonObject(source) && typeof at(source, "alert", "id") === "string";
}
