import { isUtf8 } from "node:buffer";
import { BulkSyntaxError, parseBulk, readBulk, type BulkEntry } from "../../src/decode/bulk.js";
import { looksLikeCloudTrail } from "../../src/decode/cloudtrail-shape.js";
import { parseEventsBody, readEvents } from "../../src/decode/events.js";
import { parseFirehose } from "../../src/decode/firehose.js";
import { isGzip } from "../../src/decode/gunzip.js";
import { toUnits } from "../../src/decode/record.js";
import type { DecodedUnit } from "../../src/decode/types.js";
import { normalise } from "../../src/event/normalise.js";
import { ApiError } from "../../src/lib/errors.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../src/lib/json.js";
import { readCut } from "../decode/cuts.js";

/** Small, so that limits are met too. */
const LIMITS = { maxDocumentBytes: 20_000, maxDepth: 60, maxKeys: 300 };
const NORMALISE = { now: Date.parse("2026-03-01T12:00:00Z"), maxAgeMs: 1e12, futureMs: 3.6e6 };
const OBJECT_KEYS = Object.getOwnPropertyNames(Object.prototype).length;

/** Reads a body in every way it can come in, and compares. Throws where what must hold does not. */
export function checkBody(body: Buffer, lengths: readonly number[]): void {
  const ids = recordLines(body);
  checkEvents(body, lengths, ids);
  checkBulk(body, lengths, ids);
  checkFirehose(body);
  if (Object.getOwnPropertyNames(Object.prototype).length !== OBJECT_KEYS)
    throw new Error("Object.prototype changed.");
}

/** Ids of the lines that are a CloudTrail record by themselves. */
function recordLines(body: Buffer): string[] {
  const ids: string[] = [];
  for (const line of splitLines(body)) {
    if (line[0] !== 0x7b || line.length > LIMITS.maxDocumentBytes || !isUtf8(line)) continue;
    try {
      const value = JSON.parse(line.toString()) as JsonValue;
      // The document of an update is what its "doc" holds.
      if (isJsonObject(value) && Object.hasOwn(value, "doc")) continue;
      const id = isJsonObject(value) && looksLikeCloudTrail(value) ? value["eventID"] : undefined;
      if (typeof id === "string" && /^seed-[\w-]+$/.test(id) && line.includes(id)) ids.push(id);
    } catch {
      // No record.
    }
  }
  return ids;
}

function splitLines(body: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const found = body.indexOf(0x0a, at);
    const end = found < 0 ? body.length : found;
    lines.push(body.subarray(at, end));
    at = end + 1;
  }
  return lines;
}

function checkEvents(body: Buffer, lengths: readonly number[], ids: readonly string[]): void {
  const units = [...parseEventsBody(body, undefined, LIMITS, { maxInflatedBytes: 1_000_000 })];
  checkUnits(units, body.length);
  if (isGzip(body)) return;
  expectKept(ids, units.map(bytesOf), "events");
  const cut = readCut(body, lengths, (window) => readEvents(window, LIMITS));
  expectSame(cut.map(plain), units.map(plain), "events in pieces");
}

function checkUnits(units: readonly DecodedUnit[], length: number): void {
  if (units.length > length + 1) throw new Error(`${units.length} units of ${length} bytes.`);
  let before = 0;
  for (const unit of units) {
    if (unit.item < before) throw new Error("Units are not in the order of their items.");
    before = unit.item;
    if (unit.kind !== "record") continue;
    const { value, text, raw } = unit.record;
    if (text !== undefined && (text.includes("\n") || !sameJson(text, value)))
      throw new Error("The text is another record.");
    if (raw.length === 0) throw new Error("A record without bytes.");
    normalise(unit.record, NORMALISE);
  }
}

function sameJson(text: string, value: JsonObject): boolean {
  return JSON.stringify(JSON.parse(text)) === JSON.stringify(value);
}

function checkBulk(body: Buffer, lengths: readonly number[], ids: readonly string[]): void {
  const options = { maxLookAheadBytes: 5_000 };
  const whole = attempt(() => [...parseBulk(body, options)]);
  const cut = attempt(() => readCut(body, lengths, (window) => readBulk(window, options)));
  expectSame(toPlain(cut), toPlain(whole), "a bulk in pieces");
  if (whole instanceof BulkSyntaxError) return;
  const units: DecodedUnit[] = [];
  const refused: BulkEntry[] = [];
  for (const [item, entry] of whole.entries()) {
    if ((entry.document === undefined) === (entry.refused === undefined))
      throw new Error("An entry is neither a document nor refused.");
    if (entry.document === undefined) refused.push(entry);
    else units.push(...toUnits(item, entry.document, LIMITS));
  }
  checkUnits(units, body.length);
  // A refused action takes its document along, and the client is told so.
  if (refused.length === 0) expectKept(ids, units.map(bytesOf), "a bulk");
}

function attempt(read: () => BulkEntry[]): BulkEntry[] | BulkSyntaxError {
  try {
    return read();
  } catch (error) {
    if (error instanceof BulkSyntaxError) return error;
    throw error;
  }
}

function toPlain(result: BulkEntry[] | BulkSyntaxError): unknown {
  if (result instanceof BulkSyntaxError) return result.message;
  return result.map((entry) => ({
    ...entry,
    document: entry.document && Buffer.from(entry.document).toString("latin1"),
  }));
}

function checkFirehose(body: Buffer): void {
  try {
    const units: DecodedUnit[] = [];
    for (const unit of parseFirehose(body, LIMITS, { maxInflatedBytes: 1_000_000 }).units) {
      if (unit !== undefined) units.push(unit);
    }
    checkUnits(units, 2_000_000);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "body_malformed") throw error;
  }
}

/** A line that is a record is a record afterwards, or at least its bytes are kept in something that is stored. */
function expectKept(ids: readonly string[], kept: readonly string[], where: string): void {
  for (const id of ids) {
    if (!kept.some((bytes) => bytes.includes(id))) throw new Error(`${id} is lost in ${where}.`);
  }
}

function bytesOf(unit: DecodedUnit): string {
  if (unit.kind === "skipped") return "";
  const raw = unit.kind === "record" ? unit.record.raw : unit.raw;
  const text = unit.kind === "record" ? JSON.stringify(unit.record.value) : "";
  return text + Buffer.from(raw).toString("latin1");
}

function plain(unit: DecodedUnit): unknown {
  if (unit.kind === "record")
    return { ...unit, record: { ...unit.record, raw: Buffer.from(unit.record.raw).toString("latin1") } };
  return unit.kind === "dead" ? { ...unit, raw: Buffer.from(unit.raw).toString("latin1") } : unit;
}

function expectSame(found: unknown, wanted: unknown, where: string): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (a !== b)
    throw new Error(`Read otherwise: ${where}: ${a.slice(0, 2_000)} instead of ${b.slice(0, 2_000)}`);
}
