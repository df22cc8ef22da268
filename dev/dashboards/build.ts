import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject } from "../../src/lib/json.js";
import { alerts } from "./alerts.js";
import { toFieldList } from "./fields.js";
import { overview } from "./overview.js";
import { toDashboardObjects, toIndexPattern } from "./saved-objects.js";
import type { DashboardPlan, MappingNode, PatternName, SavedObject } from "./types.js";

export type Mappings = Readonly<Record<PatternName, MappingNode>>;

const PLANS: readonly DashboardPlan[] = [overview, alerts];

/**
 * The NDJSON files of dashboards/ by name. Each file can be imported by itself: a dashboard's file begins with
 * the index pattern that it reads, the same line as in index-patterns.ndjson.
 */
export function buildDashboardFiles(mappings: Mappings): Map<string, string> {
  const patterns = {
    events: toIndexPattern("events", toFieldList(mappings.events)),
    alerts: toIndexPattern("alerts", toFieldList(mappings.alerts)),
  };
  const files = new Map([["index-patterns.ndjson", toNdjson(Object.values(patterns))]]);
  for (const plan of PLANS) {
    files.set(`${plan.id}.ndjson`, toNdjson([patterns[plan.pattern], ...toDashboardObjects(plan)]));
  }
  return files;
}

/** @param root folder that holds mappings/events.json and mappings/alerts.json, index templates or bare mappings. */
export function loadMappings(root: string): Mappings {
  const load = (name: PatternName): MappingNode => {
    const file = join(root, "mappings", `${name}.json`);
    const json: unknown = JSON.parse(readFileSync(file, "utf8"));
    const template = isJsonObject(json) && isJsonObject(json["template"]) ? json["template"] : json;
    const mappings =
      isJsonObject(template) && isJsonObject(template["mappings"]) ? template["mappings"] : template;
    if (!isJsonObject(mappings) || !isJsonObject(mappings["properties"])) {
      throw new Error(`${file} holds no mapping with properties.`);
    }
    return mappings;
  };
  return { events: load("events"), alerts: load("alerts") };
}

function toNdjson(objects: readonly SavedObject[]): string {
  return objects.map((object) => `${JSON.stringify(object)}\n`).join("");
}
