import { isJsonObject, type JsonObject, type JsonValue } from "../lib/json.js";
import { findLongLeaves, isFlatShape, mayHoldLongLeaf } from "./flat.js";
import { applyPlan, type Reshape, type ReshapedRecord } from "./reshape.js";
import type { FieldNode } from "./mapping.js";

export interface Conformed {
  /** Undefined when OpenSearch takes the record as it is. */
  readonly reshaped: ReshapedRecord | undefined;
  /** Keyword fields that `ignore_above` keeps out of the index, by path. */
  readonly truncated: readonly string[] | undefined;
}

export type Conform = (record: JsonObject, textLength: number | undefined) => Conformed;

/** Deeper arrays in arrays are refused (index.mapping.depth.limit is 20). */
const MAX_ARRAY_DEPTH = 16;
const UNCHANGED: Conformed = { reshaped: undefined, truncated: undefined };

/**
 * Makes the check that finds, before indexing, what OpenSearch would refuse in the mapped fields of a record, and
 * what may stand there instead. Driven by the mapping alone.
 *
 * `textLength` is the length of the record's JSON text in characters, where known: short records are spared the
 * search for long leaves.
 */
export function compileConform(fields: ReadonlyMap<string, FieldNode>): Conform {
  return (record, textLength) => {
    const walk = new Walk(textLength === undefined || mayHoldLongLeaf(textLength));
    walk.object(record, fields);
    if (walk.plan === undefined && walk.truncated === undefined) return UNCHANGED;
    return {
      reshaped: walk.plan === undefined ? undefined : applyPlan(record, walk.plan),
      truncated: walk.truncated,
    };
  };
}

class Walk {
  plan: Reshape[] | undefined;
  truncated: string[] | undefined;
  readonly #scanLeaves: boolean;
  readonly #path: string[] = [];

  constructor(scanLeaves: boolean) {
    this.#scanLeaves = scanLeaves;
  }

  object(value: JsonObject, fields: ReadonlyMap<string, FieldNode>): void {
    for (const key in value) {
      const child = value[key];
      const node = fields.get(key);
      if (node === undefined) {
        if (isRefusedName(key, fields) || isTooDeep(child, 0)) this.#reshape(key, undefined);
      } else if (child !== null && child !== undefined) {
        this.#field(key, child, node);
      }
    }
  }

  #field(key: string, value: JsonValue, node: FieldNode): void {
    switch (node.kind) {
      case "keyword":
        if (typeof value === "string") {
          if (value.length > node.ignoreAbove) this.#truncate(key);
        } else if (typeof value === "object") {
          if (!isScalarArray(value, 0)) this.#reshape(key, undefined);
          else if (hasLong(value, node.ignoreAbove)) this.#truncate(key);
        }
        return;
      case "object":
        if (isJsonObject(value)) {
          this.#path.push(key);
          this.object(value, node.fields);
          this.#path.pop();
        } else if (
          !Array.isArray(value) ||
          !this.#objects(value as readonly JsonValue[], node.fields, key, 0)
        ) {
          this.#reshape(key, undefined);
        }
        return;
      case "flat":
        this.#flat(key, value);
        return;
      case "boolean":
        if (typeof value !== "boolean" && !isBooleans(value)) this.#reshape(key, undefined);
        return;
      case "scalar":
        if (typeof value === "object" && !isScalarArray(value, 0)) this.#reshape(key, undefined);
        return;
      case "any":
        return;
    }
  }

  /** An array where objects are mapped: taken only when each element is an object with nothing to reshape. */
  #objects(
    elements: readonly JsonValue[],
    fields: ReadonlyMap<string, FieldNode>,
    key: string,
    depth: number,
  ): boolean {
    if (depth > MAX_ARRAY_DEPTH) return false;
    for (const element of elements) {
      if (element === null) continue;
      if (Array.isArray(element)) {
        if (!this.#objects(element as readonly JsonValue[], fields, key, depth + 1)) return false;
      } else if (isJsonObject(element)) {
        const inner = new Walk(this.#scanLeaves);
        inner.object(element, fields);
        if (inner.plan !== undefined) return false;
        for (const field of inner.truncated ?? []) this.#truncate(`${key}.${field}`);
      } else {
        return false;
      }
    }
    return true;
  }

  #flat(key: string, value: JsonValue): void {
    const root = this.#path.length === 0 ? key : `${this.#path.join(".")}.${key}`;
    if (!isFlatShape(value)) {
      const long = findLongLeaves(root, { value })[0];
      this.#reshape(key, { value: long === undefined ? value : (long.safe ?? null) });
    } else if (this.#scanLeaves) {
      for (const leaf of findLongLeaves(root, value)) {
        this.plan ??= [];
        this.plan.push({ path: [...this.#path, key, ...leaf.path], safe: leaf.safe });
      }
    }
  }

  #reshape(key: string, safe: JsonValue | undefined): void {
    this.plan ??= [];
    this.plan.push({ path: [...this.#path, key], safe });
  }

  #truncate(key: string): void {
    const name = [...this.#path, key].join(".");
    if (this.truncated === undefined) this.truncated = [name];
    else if (!this.truncated.includes(name)) this.truncated.push(name);
  }
}

/**
 * Names that OpenSearch refuses where objects are mapped: the empty one, dotted ones with an empty or blank part,
 * and dotted ones that lead into a mapped field.
 */
function isRefusedName(key: string, fields: ReadonlyMap<string, FieldNode>): boolean {
  if (key === "") return true;
  const dot = key.indexOf(".");
  if (dot < 0) return false;
  if (dot === 0 || fields.has(key.slice(0, dot))) return true;
  return key.split(".").some((part) => part.trim() === "");
}

/** Arrays straight in arrays count, in unknown fields as well; what is under an unknown object is skipped unread. */
function isTooDeep(value: JsonValue | undefined, depth: number): boolean {
  if (!Array.isArray(value)) return false;
  return (
    depth > MAX_ARRAY_DEPTH || (value as readonly JsonValue[]).some((each) => isTooDeep(each, depth + 1))
  );
}

function isScalarArray(value: JsonValue, depth: number): boolean {
  if (!Array.isArray(value) || depth > MAX_ARRAY_DEPTH) return false;
  for (const element of value as readonly JsonValue[]) {
    if (typeof element === "object" && element !== null && !isScalarArray(element, depth + 1)) return false;
  }
  return true;
}

function hasLong(value: JsonValue, limit: number): boolean {
  if (typeof value === "string") return value.length > limit;
  return Array.isArray(value) && (value as readonly JsonValue[]).some((element) => hasLong(element, limit));
}

/** What a boolean field takes beside true and false: their names, the empty string, null, and arrays of those. */
function isBooleans(value: JsonValue): boolean {
  if (typeof value === "boolean" || value === null) return true;
  if (typeof value === "string") return value === "true" || value === "false" || value === "";
  return Array.isArray(value) && isScalarArray(value, 0) && (value as readonly JsonValue[]).every(isBooleans);
}
