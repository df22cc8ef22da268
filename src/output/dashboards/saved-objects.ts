import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject, own, type JsonObject, type JsonValue } from "../../lib/json.js";

/** Prefix that the index patterns in dashboards/ are written for. */
const DEFAULT_PREFIX = "cloudtrail";

/**
 * The objects of all `*.ndjson` files in a folder, each (type, id) once, index patterns first: the files repeat them.
 *
 * @throws Error when the folder cannot be read or a line is no saved object.
 */
export function loadSavedObjects(folder: string): JsonObject[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".ndjson"))
    .sort();
  const objects = new Map<string, JsonObject>();
  for (const file of files) {
    for (const line of readFileSync(join(folder, file), "utf8").split("\n")) {
      if (line.trim() === "") continue;
      const object: unknown = JSON.parse(line);
      if (!isJsonObject(object))
        throw new Error(`${join(folder, file)} holds a line that is no saved object.`);
      objects.set(`${text(own(object, "type"))}:${text(own(object, "id"))}`, object);
    }
  }
  return [...objects.values()].sort((a, b) => Number(isIndexPattern(b)) - Number(isIndexPattern(a)));
}

/** Points the index patterns at the indices of another prefix (`opensearch.index_prefix`); all else stays as it is. */
export function toPrefixed(objects: readonly JsonObject[], prefix: string): JsonObject[] {
  return objects.map((object) => {
    const attributes = own(object, "attributes");
    if (!isIndexPattern(object) || !isJsonObject(attributes)) return object;
    const title = text(own(attributes, "title"));
    if (!title.startsWith(`${DEFAULT_PREFIX}-`)) return object;
    return { ...object, attributes: { ...attributes, title: prefix + title.slice(DEFAULT_PREFIX.length) } };
  });
}

/** The body of an import: one object a line. */
export function toNdjson(objects: readonly JsonObject[]): string {
  return objects.map((object) => `${JSON.stringify(object)}\n`).join("");
}

function isIndexPattern(object: JsonObject): boolean {
  return own(object, "type") === "index-pattern";
}

function text(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}
