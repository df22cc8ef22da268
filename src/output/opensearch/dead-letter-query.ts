import type { DeadLetterSource } from "../../enrich/types.js";
import type { DeadPart } from "../../lib/dead-part.js";
import { isJsonArray, own, type JsonObject, type JsonValue } from "../../lib/json.js";
import type { DeadLetterFilter, DeadLetterHead } from "../dead-letters.js";
import { at } from "./alert-members.js";

/** Read instead of `_source`, which holds the bytes: a list of a thousand letters must not load gigabytes. */
export const HEAD_FIELDS = [
  { field: "@timestamp", format: "strict_date_optional_time_nanos" },
  { field: "replayed_at", format: "strict_date_optional_time_nanos" },
  ...["reason.code", "reason.message", "size_bytes"].map((field) => ({ field })),
  ...["chunk.n", "chunk.of", "chunk.id", "chunk.previous"].map((field) => ({ field })),
  ...["source.route", "source.index", "source.user_agent"].map((field) => ({ field })),
];

/** Parts of documents: letters of their own. */
export const PARTS: JsonObject = { exists: { field: "chunk.id" } };

/** One document stands for each letter: the only one, or the first chunk. */
const HEADS: JsonObject = {
  bool: {
    should: [{ bool: { must_not: [{ exists: { field: "chunk.n" } }] } }, { term: { "chunk.n": 0 } }, PARTS],
    minimum_should_match: 1,
  },
};

export function headsQuery(filter: DeadLetterFilter): JsonObject {
  return { bool: { ...filterClauses(filter), filter: [HEADS, ...filters(filter)] } };
}

/** Every document that is a chunk of a letter. */
export function chunksQuery(filter: DeadLetterFilter): JsonObject {
  const { must_not = [] } = filterClauses(filter);
  const chunks = { exists: { field: "chunk.n" } };
  return { bool: { must_not: [...must_not, PARTS], filter: [...filters(filter), chunks] } };
}

function filters({ reasons, since, replayed }: DeadLetterFilter): JsonObject[] {
  return [
    ...(reasons === undefined ? [] : [{ terms: { "reason.code": reasons } }]),
    ...(since === undefined
      ? []
      : [{ range: { "@timestamp": { gte: new Date(since).toISOString(), format: "strict_date_time" } } }]),
    ...(replayed === true ? [{ exists: { field: "replayed_at" } }] : []),
  ];
}

function filterClauses({ replayed }: DeadLetterFilter): { readonly must_not?: readonly JsonObject[] } {
  return replayed === false ? { must_not: [{ exists: { field: "replayed_at" } }] } : {};
}

/** A hit of a search for HEAD_FIELDS; undefined when it is no dead letter. */
export function toHead(hit: JsonValue): DeadLetterHead | undefined {
  const id = at(hit, "_id");
  const time = Date.parse(text(hit, "@timestamp") ?? "");
  if (typeof id !== "string" || Number.isNaN(time)) return undefined;
  const part = toPart(hit);
  const chunks = part === undefined ? (number(hit, "chunk.of") ?? 1) : 1;
  return {
    id: part?.id ?? letterId(id),
    time,
    reason: { code: text(hit, "reason.code") ?? "", message: text(hit, "reason.message") ?? "" },
    sizeBytes: number(hit, "size_bytes") ?? 0,
    chunks,
    part,
    source: toSource(hit),
    replayedAt: text(hit, "replayed_at"),
  };
}

/** `_id` without the number of its chunk. */
export function letterId(id: string): string {
  return id.replace(/-\d+$/u, "");
}

export function documentIds({ id, chunks }: DeadLetterHead): string[] {
  return chunks === 1 ? [id] : Array.from({ length: chunks }, (_, n) => `${id}-${n}`);
}

function toPart(hit: JsonValue): DeadPart | undefined {
  const [id, n, of] = [text(hit, "chunk.id"), number(hit, "chunk.n"), number(hit, "chunk.of")];
  const previous = text(hit, "chunk.previous");
  if (id === undefined || n === undefined) return undefined;
  return { id, n, ...(of === undefined ? {} : { of }), ...(previous === undefined ? {} : { previous }) };
}

function toSource(hit: JsonValue): DeadLetterSource {
  const [index, userAgent] = [text(hit, "source.index"), text(hit, "source.user_agent")];
  return {
    route: text(hit, "source.route") ?? "",
    ...(index === undefined ? {} : { index }),
    ...(userAgent === undefined ? {} : { user_agent: userAgent }),
  };
}

function text(hit: JsonValue, field: string): string | undefined {
  const value = first(hit, field);
  return typeof value === "string" ? value : undefined;
}

function number(hit: JsonValue, field: string): number | undefined {
  const value = first(hit, field);
  return typeof value === "number" ? value : undefined;
}

function first(hit: JsonValue, field: string): JsonValue | undefined {
  const fields = at(hit, "fields");
  if (typeof fields !== "object" || fields === null || isJsonArray(fields)) return undefined;
  const values = own(fields, field);
  return isJsonArray(values) ? values[0] : undefined;
}
