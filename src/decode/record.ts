import { isUtf8 } from "node:buffer";
import { toCanonicalJson } from "../event/canonical.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../lib/json.js";
import type { DeadReasonCode } from "../lib/dead-reason.js";
import { looksLikeCloudTrail } from "./cloudtrail-shape.js";
import { deadInParts } from "./dead-unit.js";
import { countKeys, findMember } from "./json-member.js";
import { scanValue, type JsonSpan } from "./json-scan.js";
import { arrayStart, splitJson, type JsonPiece } from "./json-split.js";
import { collectShipperFields, type ShipperFields } from "./shipper-fields.js";
import type { DecodeCounters, DecodedUnit, DecodeLimits } from "./types.js";
import { openWrapper, type Payload } from "./wrappers.js";

/** Wrappers inside wrappers that are opened (Firehose → CloudWatch → EventBridge → Records); deeper ones are not CloudTrail. */
const MAX_LEVELS = 5;
/** Units of a wrapper that are compared for repeats, and that are looked at in vain for a record. */
const MAX_COMPARED = 1000;
const LISTS = ["Records", "logEvents"] as const;
const OPENING_BRACE = 0x7b;
const OPENING_BRACKET = 0x5b;

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
 * @returns units that are decoded as they are asked for, once: all of a large item would take many times its bytes.
 */
export function readUnits(
  item: number,
  bytes: Uint8Array,
  limits: DecodeLimits,
  counters?: DecodeCounters,
): Iterable<DecodedUnit> {
  const context = { item, limits, counters, level: 0, shipper: undefined, raw: undefined };
  return readWhole(bytes, context) ?? readItem(bytes, context);
}

/** As `readUnits`, all at once: for small items. */
export function toUnits(
  item: number,
  bytes: Uint8Array,
  limits: DecodeLimits,
  counters?: DecodeCounters,
): DecodedUnit[] {
  return [...readUnits(item, bytes, limits, counters)];
}

/** The units of one element that a body was split into; decoded as they are asked for, once. */
export function readUnitsOfPiece(
  item: number,
  piece: JsonPiece,
  limits: DecodeLimits,
  counters?: DecodeCounters,
): Iterable<DecodedUnit> {
  return readPiece(piece, { item, limits, counters, level: 0, shipper: undefined, raw: undefined });
}

function* readItem(bytes: Uint8Array, context: Context): Generator<DecodedUnit, void> {
  let units = 0;
  for (const unit of readPieces(bytes, context)) {
    units++;
    yield unit;
  }
  if (units === 0) yield { kind: "skipped", item: context.item, reason: "empty" };
}

function readAll(bytes: Uint8Array, context: Context): Iterable<DecodedUnit> {
  return readWhole(bytes, context) ?? readPieces(bytes, context);
}

/** Only a payload that holds a single record may answer for the whole item. */
function* readPieces(bytes: Uint8Array, context: Context): Generator<DecodedUnit, void> {
  const several = { ...context, raw: undefined };
  let first: JsonPiece | undefined;
  let pieces = 0;
  for (const piece of splitJson(bytes)) {
    if (++pieces === 1) {
      first = piece;
      continue;
    }
    if (first !== undefined) yield* readPiece(first, several);
    first = undefined;
    yield* readPiece(piece, several);
  }
  if (first !== undefined) yield* readPiece(first, context);
}

/** The shortest way, which next to every item of a bulk takes: one object and nothing around it. */
function readWhole(bytes: Uint8Array, context: Context): Iterable<DecodedUnit> | undefined {
  if (bytes[0] !== OPENING_BRACE || arrayStart(bytes, 0) >= 0) return undefined;
  const span = scanValue(bytes, 0);
  return span.state === "complete" && span.end === bytes.length ? readValue(bytes, span, context) : undefined;
}

function readPiece(piece: JsonPiece, context: Context): Iterable<DecodedUnit> {
  if (piece.kind === "beside") return readBeside(piece.bytes, context);
  if (piece.kind === "empty") return [{ kind: "skipped", item: context.item, reason: "empty" }];
  if (piece.kind === "value") return readValue(piece.bytes, piece.span, context);
  const { bytes } = piece;
  if (piece.kind === "scalars") {
    const message = `These ${piece.count} values in a row are not JSON objects.`;
    return [dead("not_an_object", message, bytes, context)];
  }
  if (bytes.length > context.limits.maxDocumentBytes) return tooLarge(bytes, context);
  if (!isUtf8(bytes)) return [dead("invalid_utf8", "The document is not valid UTF-8.", bytes, context)];
  return [dead("invalid_json", parseFault(bytes), bytes, context)];
}

/** Members that followed a `Records` array: records among them count, the rest is the envelope's own. */
function readBeside(bytes: Uint8Array, context: Context): Iterable<DecodedUnit> {
  const found = readValue(bytes, scanValue(bytes, 0), context);
  if (bytes.length > context.limits.maxDocumentBytes) return found;
  const units = [...found];
  if (units.some((unit) => unit.kind === "record")) return units;
  if (context.counters !== undefined) context.counters.shipperFieldsDropped++;
  return [];
}

function readValue(bytes: Uint8Array, span: JsonSpan, context: Context): Iterable<DecodedUnit> {
  const { limits } = context;
  if (bytes.length > limits.maxDocumentBytes) {
    const records = context.level < MAX_LEVELS ? findMember(bytes, "Records") : undefined;
    if (records?.[0] === OPENING_BRACKET)
      return readAll(records, { ...context, level: context.level + 1, raw: undefined });
    return tooLarge(bytes, context);
  }
  if (!isUtf8(bytes)) return [dead("invalid_utf8", "The document is not valid UTF-8.", bytes, context)];
  if (span.depth > limits.maxDepth) {
    const message = `The document nests ${span.depth} levels deep; at most ${limits.maxDepth} are read.`;
    return [dead("too_deep", message, bytes, context)];
  }
  if (span.keys > limits.maxKeys && !holdsList(bytes)) return [tooManyKeys(span, bytes, context)];
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
  if (span.keys > limits.maxKeys) return [tooManyKeys(span, bytes, context)];
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

function* readWrapper(
  value: JsonObject,
  bytes: Uint8Array,
  repeatsKeys: boolean,
  context: Context,
): Generator<DecodedUnit, void> {
  if (context.level >= MAX_LEVELS) {
    yield dead("not_cloudtrail", NOT_CLOUDTRAIL, bytes, context);
    return;
  }
  const { certain, possible, otherwise } = openWrapper(value, bytes);
  const outer = context.raw ?? bytes;
  const raw = certain.length + possible.length === 1 || certain.length === 0 ? outer : undefined;
  const known: DecodedUnit[] = [];
  let units = 0;
  const remember = (unit: DecodedUnit): DecodedUnit => {
    if (units++ < MAX_COMPARED && possible.length > 0) known.push(unit);
    return unit;
  };
  for (const payload of certain) {
    for (const unit of readPayload(value, payload, raw, context)) yield remember(unit);
  }
  let fault: DecodedUnit | undefined;
  for (const payload of possible) {
    // Shippers keep the text that they parsed beside what they made of it: the same record twice is one.
    const texts = known.length === 0 ? undefined : new Set(known.map(canonical));
    const isNew = (unit: DecodedUnit): boolean =>
      texts === undefined || (unit.kind === "record" && !texts.has(canonical(unit)));
    let ahead: DecodedUnit[] | undefined = [];
    for (const unit of readPayload(value, payload, raw, context)) {
      if (ahead === undefined) {
        if (isNew(unit)) yield remember(unit);
        continue;
      }
      ahead.push(unit);
      if (unit.kind !== "dead") {
        for (const each of ahead) if (isNew(each)) yield remember(each);
        ahead = undefined;
      } else if (ahead.length >= MAX_COMPARED) break;
    }
    const first = ahead?.[0];
    if (first?.kind === "dead" && first.reason.code !== "not_cloudtrail") {
      const within = [...payload.without].join(", ");
      fault ??= dead(first.reason.code, `In "${within}": ${first.reason.message}`, bytes, context);
    }
  }
  if (repeatsKeys && units > 0) {
    const message =
      "The wrapper repeats a key: what its last value holds was read, the others are kept here.";
    yield dead("bad_wrapper", message, bytes, context);
  }
  if (units > 0) return;
  if (otherwise !== undefined) yield { kind: "skipped", item: context.item, reason: otherwise };
  else yield fault ?? dead("not_cloudtrail", NOT_CLOUDTRAIL, bytes, context);
}

function canonical(unit: DecodedUnit): string | undefined {
  return unit.kind === "record" ? toCanonicalJson(unit.record.value) : undefined;
}

function* readPayload(
  wrapper: JsonObject,
  payload: Payload,
  raw: Uint8Array | undefined,
  context: Context,
): Generator<DecodedUnit, void> {
  const { counters } = context;
  // Counted only once a record was found: several members of one wrapper may be tried.
  const dropped = { shipperFieldsDropped: 0 };
  let shipper = collectShipperFields(wrapper, payload.without, context.shipper, dropped);
  if (payload.beside !== undefined) {
    shipper = collectShipperFields(payload.beside, payload.without, shipper, dropped);
  }
  for (const unit of readAll(payload.bytes, { ...context, level: context.level + 1, shipper, raw })) {
    if (counters !== undefined && unit.kind === "record") {
      counters.shipperFieldsDropped += dropped.shipperFieldsDropped;
      dropped.shipperFieldsDropped = 0;
    }
    yield unit;
  }
}

function dead(code: DeadReasonCode, message: string, bytes: Uint8Array, context: Context): DecodedUnit {
  return { kind: "dead", item: context.item, reason: { code, message }, raw: context.raw ?? bytes };
}

function tooLarge(bytes: Uint8Array, { item, limits }: Context): Iterable<DecodedUnit> {
  const message = `The document has ${bytes.length} bytes; at most ${limits.maxDocumentBytes} are taken.`;
  return deadInParts(item, "too_large", message, bytes);
}

function tooManyKeys(span: JsonSpan, bytes: Uint8Array, context: Context): DecodedUnit {
  const message = `The document has ${span.keys} keys; at most ${context.limits.maxKeys} are read.`;
  return dead("too_many_keys", message, bytes, context);
}

/** Whether it wraps many records, each of which has keys of its own to be counted. */
function holdsList(bytes: Uint8Array): boolean {
  if (bytes[0] === OPENING_BRACKET) return true;
  return LISTS.some((name) => findMember(bytes, name)?.[0] === OPENING_BRACKET);
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
