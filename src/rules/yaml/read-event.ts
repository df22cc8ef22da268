import type { Node } from "yaml";
import { isJsonObject, type JsonObject } from "../../lib/json.js";
import type { YamlSource } from "./yaml-source.js";

/** Reads the event of a test: a mapping, or a string that holds a JSON object. Undefined where something was reported. */
export function readEvent(source: YamlSource, node: Node | undefined, what: string): JsonObject | undefined {
  let data = source.toData(node);
  if (typeof data === "string") {
    try {
      data = JSON.parse(data) as unknown;
    } catch {
      data = undefined;
    }
  }
  if (isJsonObject(data)) return data;
  const message = `${what} of a test must be an event: a mapping, or a string with a JSON object.`;
  source.report("wrong-type", node, message);
  return undefined;
}
