import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../lib/json.js";

/**
 * Text of a value as Elastic's CloudTrail pipeline writes it, which prints Java maps and lists:
 * `{instancesSet={items=[{imageId=ami-1, minCount=1}]}}`. A string stays as it is.
 *
 * What is null, "", [] or {} at any depth is left out, as that pipeline drops it beforehand; undefined when nothing is left.
 * Keys are in the order of a java.util.HashMap, which is what rules with two keys in one pattern were written against.
 */
export function toJavaText(value: JsonValue): string | undefined {
  return isHollow(value) ? undefined : print(value);
}

function print(value: JsonValue): string {
  if (typeof value === "number") return printNumber(value);
  if (isJsonArray(value)) {
    return `[${value
      .filter((element) => !isHollow(element))
      .map(print)
      .join(", ")}]`;
  }
  if (!isJsonObject(value)) return String(value);
  const members: string[] = [];
  for (const [key, member] of inHashMapOrder(value)) {
    if (!isHollow(member)) members.push(`${key}=${print(member)}`);
  }
  return `{${members.join(", ")}}`;
}

function isHollow(value: JsonValue): boolean {
  if (value === null || value === "") return true;
  if (isJsonArray(value)) return value.every(isHollow);
  return isJsonObject(value) && Object.values(value).every(isHollow);
}

type Member = readonly [key: string, value: JsonValue];

/** A new HashMap has 16 buckets and doubles them when more than three quarters as many keys are in it. */
function inHashMapOrder(object: JsonObject): readonly Member[] {
  const members: readonly Member[] = Object.entries(object);
  if (members.length < 2) return members;
  let buckets = 16;
  while (members.length > buckets * 0.75) buckets *= 2;
  return members
    .map((member) => ({ member, bucket: spreadHash(member[0]) & (buckets - 1) }))
    .sort((a, b) => a.bucket - b.bucket)
    .map(({ member }) => member);
}

/** String.hashCode() with its upper half folded in, as HashMap does. */
function spreadHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0;
  return hash ^ (hash >>> 16);
}

/** Whole numbers as Java's integers, others as Double.toString(): `0.5`, `1.0E-5`, `1.5E7`. */
function printNumber(value: number): string {
  if (Number.isInteger(value)) return BigInt(value).toString();
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) return String(value);
  const [digits = "", exponent = ""] = value.toExponential().split("e");
  return `${digits.includes(".") ? digits : `${digits}.0`}E${Number(exponent)}`;
}
