import { isUtf8 } from "node:buffer";
import { toCanonicalJson } from "../event/canonical.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../lib/json.js";
import type { DeadReasonCode } from "../lib/dead-reason.js";
import { looksLikeCloudTrail } from "./cloudtrail-shape.js";
import { countKeys, findMember } from "./json-member.js";
import { scanValue, type JsonSpan } from "./json-scan.js";
import { arrayStart, splitJson, type JsonPiece } from "./json-split.js";
import { collectShipperFields, type ShipperFields } from "./shipper-fields.js";
import type { DecodeCounters, DecodedUnit, DecodeLimits } from "./types.js";
import { openWrapper, type Payload } from "./wrappers.js";

/** Wrappers inside wrappers that are opened (Firehose → CloudWatch → EventBridge → Records); deeper ones are not CloudTrail. */
const MAX_LEVELS = 5;
const OPENING_BRACE = 0x7b;

const NOT_CLOUDTRAIL =
  "The document is no CloudTrail record, and none of its members Records, logEvents, detail, message, log, body, " +
  "event, event.original, msg, Message, MESSAGE, MSG, _raw, @message holds one.";

interface Context {
  readonly item: number;
  readonly limits: DecodeLimits;
  readonly counters: DecodeCounters | undefined;
  readonly level: number;
  readonly shipper: ShipperFields | undefined;
  /** The request item's own bytes, where the payload is the only one in it. */
  readonly raw: Uint8Array | undefined;
}

/**
 * Turns one request item into units: usually one record; several for `{"Records":[…]}`, arrays, glued objects
 * and wrappers around them. Never throws: what cannot be read becomes a dead unit with its bytes.
 *
 * @param item 0-based number of the request item, copied into each unit.
 * @param bytes the item as it came; `raw` of the units are views into it where they can be.
 */
export function toUnits(
  item: number,
  bytes: Uint8Array,
  limits: DecodeLimits,
  counters?: DecodeCounters,
): DecodedUnit[] {
  const units = readAll(bytes, { item, limits, counters, level: 0, shipper: undefined, raw: undefined });
  return units.length > 0 ? units : [{ kind: "skipped", item, reason: "empty" }];
}

/** The units of one element that a body was split into. */
export function toUnitsOfPiece(
  item: number,
  piece: JsonPiece,
  limits: DecodeLimits,
  counters?: DecodeCounters,
): DecodedUnit[] {
  return readPiece(piece, { item, limits, counters, level: 0, shipper: undefined, raw: undefined });
}

function readAll(bytes: Uint8Array, context: Context): DecodedUnit[] {
  const whole = readWhole(bytes, context);
  if (whole !== undefined) return whole;
  const pieces = [...splitJson(bytes)];
  // Only a payload that holds a single record may answer for the whole item.
  const single = pieces.length === 1 ? context : { ...context, raw: undefined };
  return pieces.flatMap((piece) => readPiece(piece, single));
}

/** The shortest way, which next to every item of a bulk takes: one object and nothing around it. */
function readWhole(bytes: Uint8Array, context: Context): DecodedUnit[] | undefined {
  if (bytes[0] !== OPENING_BRACE || arrayStart(bytes, 0) >= 0) return undefined;
  const span = scanValue(bytes, 0);
  return span.state === "complete" && span.end === bytes.length ? readValue(bytes, span, context) : undefined;
}

function readPiece(piece: JsonPiece, context: Context): DecodedUnit[] {
  if (piece.kind === "beside") return readBeside(piece.bytes, context);
  if (piece.kind === "empty") return [{ kind: "skipped", item: context.item, reason: "empty" }];
  if (piece.kind === "value") return readValue(piece.bytes, piece.span, context);
  const { bytes } = piece;
  if (piece.kind === "scalars") {
    const message = `These ${piece.count} values in a row are not JSON objects.`;
    return [dead("not_an_object", message, bytes, context)];
  }
  if (bytes.length > context.limits.maxDocumentBytes) return [tooLarge(bytes, context)];
  if (!isUtf8(bytes)) return [dead("invalid_utf8", "The document is not valid UTF-8.", bytes, context)];
  return [dead("invalid_json", parseFault(bytes), bytes, context)];
}

/** Members that followed a `Records` array: records among them count, the rest is the envelope's own. */
function readBeside(bytes: Uint8Array, context: Context): DecodedUnit[] {
  const units = readValue(bytes, scanValue(bytes, 0), context);
  if (units.some((unit) => unit.kind === "record")) return units;
  if (context.counters !== undefined) context.counters.shipperFieldsDropped++;
  return [];
}

function readValue(bytes: Uint8Array, span: JsonSpan, context: Context): DecodedUnit[] {
  const { limits } = context;
  if (bytes.length > limits.maxDocumentBytes) {
    const records = context.level < MAX_LEVELS ? findMember(bytes, "Records") : undefined;
    if (records?.[0] === 0x5b)
      return readAll(records, { ...context, level: context.level + 1, raw: undefined });
    return [tooLarge(bytes, context)];
  }
  if (!isUtf8(bytes)) return [dead("invalid_utf8", "The document is not valid UTF-8.", bytes, context)];
  if (span.depth > limits.maxDepth) {
    const message = `The document nests ${span.depth} levels deep; at most ${limits.maxDepth} are read.`;
    return [dead("too_deep", message, bytes, context)];
  }
  const text = toText(bytes);
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (error) {
    return [dead("invalid_json", faultMessage(error), bytes, context)];
  }
  if (Array.isArray(value) && context.level < MAX_LEVELS) {
    return readAll(bytes, { ...context, level: context.level + 1 });
  }
  if (!isJsonObject(value)) {
    return [dead("not_an_object", `The document is ${kindOf(value)}, not a JSON object.`, bytes, context)];
  }
  const duplicateKeys = span.keys !== countKeys(value);
  if (!looksLikeCloudTrail(value)) return readWrapper(value, bytes, duplicateKeys, context);
  const verbatim = !duplicateKeys && !span.multiline;
  const record = {
    value,
    text: verbatim ? text : undefined,
    raw: context.raw ?? bytes,
    duplicateKeys,
    shipper: context.shipper,
  };
  return [{ kind: "record", item: context.item, record }];
}

function readWrapper(
  value: JsonObject,
  bytes: Uint8Array,
  repeatsKeys: boolean,
  context: Context,
): DecodedUnit[] {
  const notCloudTrail = dead("not_cloudtrail", NOT_CLOUDTRAIL, bytes, context);
  if (context.level >= MAX_LEVELS) return [notCloudTrail];
  const { certain, possible, otherwise } = openWrapper(value, bytes);
  const outer = context.raw ?? bytes;
  const raw = certain.length + possible.length === 1 || certain.length === 0 ? outer : undefined;
  const units = certain.flatMap((payload) => readPayload(value, payload, raw, context));
  let fault: DecodedUnit | undefined;
  for (const payload of possible) {
    const found = readPayload(value, payload, raw, context);
    if (found.some((unit) => unit.kind !== "dead")) {
      units.push(...withoutRepeats(found, units));
      continue;
    }
    const first = found[0];
    if (first?.kind === "dead" && first.reason.code !== "not_cloudtrail") {
      const within = [...payload.without].join(", ");
      fault ??= dead(first.reason.code, `In "${within}": ${first.reason.message}`, bytes, context);
    }
  }
  if (repeatsKeys && units.length > 0) {
    const message =
      "The wrapper repeats a key: what its last value holds was read, the others are kept here.";
    units.push(dead("bad_wrapper", message, bytes, context));
  }
  if (units.length > 0) return units;
  if (otherwise !== undefined) return [{ kind: "skipped", item: context.item, reason: otherwise }];
  return [fault ?? notCloudTrail];
}

/** Shippers keep the text that they parsed beside what they made of it: the same record twice is one. */
function withoutRepeats(found: readonly DecodedUnit[], known: readonly DecodedUnit[]): DecodedUnit[] {
  if (known.length === 0) return [...found];
  const texts = new Set(known.map(canonical));
  return found.filter((unit) => unit.kind === "record" && !texts.has(canonical(unit)));
}

function canonical(unit: DecodedUnit): string | undefined {
  return unit.kind === "record" ? toCanonicalJson(unit.record.value) : undefined;
}

function readPayload(
  wrapper: JsonObject,
  payload: Payload,
  raw: Uint8Array | undefined,
  context: Context,
): DecodedUnit[] {
  const { counters } = context;
  // Counted only once a record was found: several members of one wrapper may be tried.
  const dropped = { shipperFieldsDropped: 0 };
  let shipper = collectShipperFields(wrapper, payload.without, context.shipper, dropped);
  if (payload.beside !== undefined) {
    shipper = collectShipperFields(payload.beside, payload.without, shipper, dropped);
  }
  const units = readAll(payload.bytes, { ...context, level: context.level + 1, shipper, raw });
  if (counters !== undefined && units.some((unit) => unit.kind === "record")) {
    counters.shipperFieldsDropped += dropped.shipperFieldsDropped;
  }
  return units;
}

function dead(code: DeadReasonCode, message: string, bytes: Uint8Array, context: Context): DecodedUnit {
  return { kind: "dead", item: context.item, reason: { code, message }, raw: context.raw ?? bytes };
}

function tooLarge(bytes: Uint8Array, context: Context): DecodedUnit {
  const message = `The document has ${bytes.length} bytes; at most ${context.limits.maxDocumentBytes} are taken.`;
  return dead("too_large", message, bytes, context);
}

/** Why JSON.parse refuses these bytes, with the position. */
function parseFault(bytes: Uint8Array): string {
  try {
    JSON.parse(toText(bytes));
    return "The document is not followed by a separator.";
  } catch (error) {
    return faultMessage(error);
  }
}

function faultMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `The document is not valid JSON: ${message.replace(/\s+/g, " ").slice(0, 200)}`;
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

function kindOf(value: JsonValue): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}
