import { isJsonObject, own, type JsonObject } from "../../lib/json.js";
import type { IndexNames } from "./index-names.js";

/** Bodies of composable index templates as `mappings/` has them, and the ISM policy. */
export interface IndexMappings {
  readonly events: JsonObject;
  readonly alerts: JsonObject;
  readonly deadletter: JsonObject;
  /** Body for `PUT _plugins/_ism/policies/<prefix>-retention`, with `{{prefix}}` and `{{retention}}` to fill in. */
  readonly policy?: JsonObject;
}

export type IndexKind = "events" | "alerts" | "deadletter";
export const INDEX_KINDS = ["events", "alerts", "deadletter"] as const satisfies readonly IndexKind[];

export interface IndexTemplate {
  readonly kind: IndexKind;
  readonly name: string;
  /** Indices that it is for. */
  readonly pattern: string;
  readonly body: JsonObject;
  readonly settings: JsonObject;
  readonly mappings: JsonObject;
}

/** Above what templates of a cluster usually have, so that a catch-all template does not win. */
const PRIORITY = 1_000;

/** The templates with the prefix filled in. */
export function toIndexTemplates(
  mappings: IndexMappings,
  prefix: string,
  names: IndexNames,
): IndexTemplate[] {
  const patterns = {
    events: names.eventsPattern,
    alerts: names.alertsPattern,
    deadletter: `${names.deadletter}*`,
  };
  return INDEX_KINDS.map((kind) => {
    const body = mappings[kind];
    const template = part(body, "template");
    const priority = own(body, "priority");
    return {
      kind,
      name: `${prefix}-${kind}`,
      pattern: patterns[kind],
      body: {
        ...body,
        index_patterns: [patterns[kind]],
        priority: typeof priority === "number" ? priority : PRIORITY,
      },
      settings: part(template, "settings"),
      mappings: part(template, "mappings"),
    };
  });
}

function part(object: JsonObject, key: string): JsonObject {
  const value = own(object, key);
  return isJsonObject(value) ? value : {};
}
