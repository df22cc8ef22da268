import { isJsonObject, own, type JsonObject, type JsonValue } from "../../lib/json.js";
import type { Verdict } from "./verdict.js";
import { faultOf } from "./bulk-sender.js";
import { NoReplyError, replyJson, type OpenSearchClient, type OpenSearchReply } from "./client.js";
import { statusReason } from "./fault.js";

export interface DocumentKey {
  readonly index: string;
  readonly id: string;
}

/** A stored document with what guards a write against somebody else's; undefined where there is none. */
export interface StoredDocument {
  readonly source: JsonObject;
  readonly seqNo: number;
  readonly primaryTerm: number;
}

/** Reads documents by id, as they stand at this moment (not as of the last refresh), one verdict for each key. */
export function createDocumentReader(
  client: OpenSearchClient,
  sourceExcludes?: readonly string[],
): (keys: readonly DocumentKey[]) => Promise<Verdict<StoredDocument | undefined>[]> {
  const query: Record<string, string> = {};
  if (sourceExcludes !== undefined) query["_source_excludes"] = sourceExcludes.join(",");
  return async (keys) => {
    const body = JSON.stringify({ docs: keys.map(({ index, id }) => ({ _index: index, _id: id })) });
    let reply: OpenSearchReply;
    try {
      reply = await client.request({ method: "POST", path: "/_mget", query, body });
    } catch (error) {
      if (!(error instanceof NoReplyError)) throw error;
      return keys.map(() => retry("no_reply", error.message));
    }
    const answer = replyJson(reply);
    const docs = isJsonObject(answer) ? own(answer, "docs") : undefined;
    if (reply.status !== 200)
      return keys.map(() => retry(statusReason(reply.status), `HTTP ${reply.status}`));
    if (!Array.isArray(docs) || docs.length !== keys.length) {
      return keys.map(() => retry("bad_reply", "The answer to a read was not one document for each id."));
    }
    return (docs as JsonValue[]).map(toVerdict);
  };
}

function toVerdict(doc: JsonValue): Verdict<StoredDocument | undefined> {
  if (!isJsonObject(doc)) return retry("bad_reply", "A read gave something that is no document.");
  const fault = faultOf(doc);
  if (fault !== undefined) {
    if (fault.type === "index_not_found_exception") return { kind: "done", result: undefined };
    return { ...retry("other", `${fault.type}: ${fault.reason}`), scope: "item" };
  }
  if (own(doc, "found") !== true) return { kind: "done", result: undefined };
  const source = own(doc, "_source");
  const seqNo = own(doc, "_seq_no");
  const primaryTerm = own(doc, "_primary_term");
  if (!isJsonObject(source) || typeof seqNo !== "number" || typeof primaryTerm !== "number") {
    return retry("bad_reply", "A stored document came back without its content.");
  }
  return { kind: "done", result: { source, seqNo, primaryTerm } };
}

function retry(
  reason: "no_reply" | "bad_reply" | "other" | ReturnType<typeof statusReason>,
  message: string,
) {
  return { kind: "retry", reason, message, scope: "store", unknown: false } as const;
}
