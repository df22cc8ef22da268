import { isJsonObject, type JsonValue } from "../lib/json.js";
import { scanValue, skipSpace, stringEnd } from "./json-scan.js";

/**
 * Bytes of the value of the member `name` in the object at `start`: a view. The last one where the name repeats,
 * as JSON.parse has it. Undefined when there is none, or the object breaks off before it.
 */
export function findMember(bytes: Uint8Array, name: string, start = 0): Uint8Array | undefined {
  const offset = findMemberOffset(bytes, name, start);
  if (offset === undefined) return undefined;
  const span = scanValue(bytes, offset);
  return span.state === "complete" ? bytes.subarray(offset, span.end) : undefined;
}

/** Offset of the first byte of the value of the member `name`, also when that value never ends. */
export function findMemberOffset(bytes: Uint8Array, name: string, start = 0): number | undefined {
  const wanted = Buffer.from(name);
  let found: number | undefined;
  let at = skipSpace(bytes, start);
  if (bytes[at] !== 0x7b) return undefined;
  do {
    const keyStart = skipSpace(bytes, at + 1);
    if (bytes[keyStart] !== 0x22) return found;
    const keyEnd = stringEnd(bytes, keyStart, bytes.length);
    if (keyEnd < 0) return found;
    const colon = skipSpace(bytes, keyEnd);
    if (bytes[colon] !== 0x3a) return found;
    const value = skipSpace(bytes, colon + 1);
    if (wanted.equals(bytes.subarray(keyStart + 1, keyEnd - 1))) found = value;
    const span = scanValue(bytes, value);
    if (span.state !== "complete") return found;
    at = skipSpace(bytes, span.end);
  } while (bytes[at] === 0x2c);
  return found;
}

/** Object members in a parsed tree at all levels: fewer than the scanner counted when a key was repeated. */
export function countKeys(value: JsonValue): number {
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  if (!isJsonObject(value)) {
    for (const element of value) count += countKeys(element);
    return count;
  }
  for (const member of Object.values(value)) {
    count++;
    if (typeof member === "object") count += countKeys(member);
  }
  return count;
}
