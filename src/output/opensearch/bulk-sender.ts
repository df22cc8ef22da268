import { isJsonObject, own, type JsonObject, type JsonValue } from "../../lib/json.js";
import type { StoreMetrics } from "../store.js";
import type { Verdict } from "./verdict.js";
import type { BatchSize } from "./batch-size.js";
import { NoReplyError, replyJson, type OpenSearchClient, type OpenSearchReply } from "./client.js";
import { judgeFault, statusReason, type Fault, type RetryReason } from "./fault.js";

/** One action of a bulk request: the action line and the document, each JSON on one line. */
export interface BulkItem {
  readonly action: string;
  readonly body: string;
}

export type BulkResult =
  | { readonly kind: "ok" }
  | { readonly kind: "conflict" }
  /** The index, or the alias that it is written through, is gone: it has to be made first. */
  | { readonly kind: "no_index" }
  | { readonly kind: "fault"; readonly fault: Fault };

export type BulkVerdict = Verdict<BulkResult>;

export interface BulkSenderOptions {
  readonly client: OpenSearchClient;
  readonly op: "create" | "index" | "update";
  /** Learns from what is answered 413. */
  readonly size?: Pick<BatchSize, "refused" | "passed">;
  readonly metrics?: Pick<StoreMetrics, "bulk">;
}

const OK: BulkVerdict = { kind: "done", result: { kind: "ok" } };
const NO_INDEX: BulkVerdict = { kind: "done", result: { kind: "no_index" } };
const CONFLICT: BulkVerdict = { kind: "done", result: { kind: "conflict" } };
// What only counts items is kept, so that a short answer is noticed.
const QUERY = { filter_path: "errors,items.*.status,items.*.error.type,items.*.error.reason,error,status" };

/** Sends items of one operation as one bulk and judges each. A bulk that is too large is halved until it fits. */
export function createBulkSender(
  options: BulkSenderOptions,
): (items: readonly BulkItem[]) => Promise<BulkVerdict[]> {
  const { client, op, metrics, size } = options;
  // One index that is away is then answered for itself, instead of holding up the whole bulk until it is given up.
  const query = { ...QUERY, timeout: `${Math.floor(client.requestTimeoutMs / 2)}ms` };

  async function send(items: readonly BulkItem[]): Promise<BulkVerdict[]> {
    const started = performance.now();
    let body = "";
    for (const item of items) body += `${item.action}\n${item.body}\n`;
    let reply: OpenSearchReply;
    try {
      reply = await client.request({ method: "POST", path: "/_bulk", query, body, ndjson: true });
    } catch (error) {
      if (!(error instanceof NoReplyError)) throw error;
      metrics?.bulk("failed", items.length, (performance.now() - started) / 1_000);
      return everyItem(items, retryAll("no_reply", error.message, true));
    }
    const verdicts = judge(reply, items.length);
    const seconds = (performance.now() - started) / 1_000;
    if (verdicts === "halve") {
      if (reply.status === 413) size?.refused(body.length);
      metrics?.bulk("retried", items.length, seconds);
      const half = Math.ceil(items.length / 2);
      return [...(await send(items.slice(0, half))), ...(await send(items.slice(half)))];
    }
    if (!Array.isArray(verdicts)) {
      metrics?.bulk("failed", items.length, seconds);
      return everyItem(items, verdicts);
    }
    size?.passed(body.length);
    metrics?.bulk(verdicts.some((v) => v.kind === "retry") ? "retried" : "ok", items.length, seconds);
    return verdicts;
  }

  function judge(reply: OpenSearchReply, items: number): BulkVerdict[] | BulkVerdict | "halve" {
    if (reply.status === 200) return judgeItems(reply, items);
    const fault = faultOf(replyJson(reply));
    const message = fault === undefined ? `HTTP ${reply.status}` : `${fault.type}: ${fault.reason}`;
    // 400 for the whole request comes from one bad line: halving finds it, so that it harms no other.
    if (reply.status === 413 || reply.status === 400) {
      if (items > 1) return "halve";
      if (reply.status === 413) {
        const reason = "The document is larger than OpenSearch takes in one request.";
        return { kind: "done", result: { kind: "fault", fault: { type: "content_too_long", reason } } };
      }
      if (fault !== undefined) return judgeOne(reply.status, fault);
    }
    const verdict = retryAll(statusReason(reply.status), message, reply.status !== 429);
    return reply.retryAfterMs === undefined ? verdict : { ...verdict, retryAfterMs: reply.retryAfterMs };
  }

  function judgeItems(reply: OpenSearchReply, items: number): BulkVerdict[] | BulkVerdict {
    if (allStored(reply.text, items)) return new Array<BulkVerdict>(items).fill(OK);
    const answer = replyJson(reply);
    const list = isJsonObject(answer) ? own(answer, "items") : undefined;
    if (!Array.isArray(list) || list.length !== items) {
      return retryAll(
        "bad_reply",
        "The answer to a bulk request was not one result for each document.",
        true,
      );
    }
    return (list as JsonValue[]).map((entry) => {
      const item = isJsonObject(entry) ? own(entry, op) : undefined;
      const status = isJsonObject(item) ? own(item, "status") : undefined;
      if (!isJsonObject(item) || typeof status !== "number") {
        return {
          kind: "retry",
          reason: "bad_reply",
          message: "A result without a status.",
          scope: "item",
          unknown: true,
        };
      }
      if (status >= 200 && status < 300) return OK;
      return judgeOne(status, faultOf(item) ?? { type: "unknown", reason: `status ${status}` });
    });
  }

  /** The usual answer is known by heart: comparing it costs less than parsing it. */
  function allStored(text: string, items: number): boolean {
    const each = `{"${op}":{"status":201}}`;
    return text === `{"errors":false,"items":[${`${each},`.repeat(items - 1)}${each}]}`;
  }

  return send;
}

function judgeOne(status: number, fault: Fault): BulkVerdict {
  const judgement = judgeFault(status, fault);
  if (judgement.kind === "conflict") return CONFLICT;
  if (judgement.kind === "document") return { kind: "done", result: { kind: "fault", fault } };
  if (judgement.reason === "index_missing") return NO_INDEX;
  const message = `${fault.type}: ${fault.reason}`;
  return { kind: "retry", reason: judgement.reason, message, scope: "item", unknown: status >= 500 };
}

function retryAll(reason: RetryReason, message: string, unknown: boolean) {
  return { kind: "retry", reason, message, scope: "store", unknown } as const;
}

function everyItem(items: readonly BulkItem[], verdict: BulkVerdict): BulkVerdict[] {
  return items.map(() => verdict);
}

/** `error` of an answer or of an item: an object, or for some errors of old a string. */
export function faultOf(value: JsonValue | undefined): Fault | undefined {
  const error = isJsonObject(value) ? own(value, "error") : undefined;
  if (typeof error === "string") return { type: "unknown", reason: error };
  if (!isJsonObject(error)) return undefined;
  return { type: text(error, "type"), reason: text(error, "reason") };
}

function text(object: JsonObject, key: string): string {
  const value = own(object, key);
  return typeof value === "string" ? value : "";
}
