import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject, own, type JsonObject } from "../lib/json.js";
import { packageRoot } from "../lib/package-root.js";

/** What conform needs to know of a mapped field. */
export type FieldNode =
  | { readonly kind: "object"; readonly fields: ReadonlyMap<string, FieldNode> }
  | { readonly kind: "flat" }
  | { readonly kind: "keyword"; readonly ignoreAbove: number }
  | { readonly kind: "boolean" }
  /** Takes scalars of any sort, or arrays of them (text). */
  | { readonly kind: "scalar" }
  /** Takes anything: `enabled: false`, and types with `ignore_malformed`. */
  | { readonly kind: "any" };

/** `properties` of an index template in `mappings/`, by its file name. */
export function loadMappingProperties(file: "events.json" | "alerts.json" | "deadletter.json"): JsonObject {
  const parsed: unknown = JSON.parse(readFileSync(join(packageRoot, "mappings", file), "utf8"));
  let at: unknown = parsed;
  for (const step of ["template", "mappings", "properties"])
    at = isJsonObject(at) ? own(at, step) : undefined;
  if (!isJsonObject(at)) throw new Error(`mappings/${file} has no template.mappings.properties.`);
  return at;
}

/** Compiles the `properties` of a mapping. Throws on a field type that conform does not know. */
export function compileFields(properties: JsonObject): ReadonlyMap<string, FieldNode> {
  return new Map(
    Object.entries(properties).map(([name, field]) => {
      if (!isJsonObject(field)) throw new Error(`Mapping of ${name} is not an object.`);
      return [name, compileField(name, field)];
    }),
  );
}

function compileField(name: string, field: JsonObject): FieldNode {
  if (own(field, "enabled") === false || own(field, "ignore_malformed") === true) return { kind: "any" };
  const properties = own(field, "properties");
  if (isJsonObject(properties)) return { kind: "object", fields: compileFields(properties) };
  const type = own(field, "type");
  switch (type) {
    case "flat_object":
      return { kind: "flat" };
    case "keyword": {
      const limit = own(field, "ignore_above");
      if (typeof limit !== "number") throw new Error(`Keyword ${name} has no ignore_above.`);
      return { kind: "keyword", ignoreAbove: limit };
    }
    case "boolean":
      return { kind: "boolean" };
    case "text":
      return { kind: "scalar" };
    case "date":
    case "integer":
    case "long":
    case "float":
    case "binary":
      // Strict numbers and dates stand only in fields that TrailTag itself fills.
      return { kind: "any" };
    default:
      throw new Error(`Mapping of ${name} has type ${JSON.stringify(type)}, which conform does not know.`);
  }
}
