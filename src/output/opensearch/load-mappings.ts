import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject, type JsonObject, type JsonValue } from "../../lib/json.js";
import { packageRoot } from "../../lib/package-root.js";
import type { IndexMappings } from "./templates.js";

/** Reads `mappings/*.json`. @throws Error naming the file when one is missing or no JSON object. */
export function loadIndexMappings(folder = join(packageRoot, "mappings")): IndexMappings {
  return {
    events: readObject(join(folder, "events.json")),
    alerts: readObject(join(folder, "alerts.json")),
    deadletter: readObject(join(folder, "deadletter.json")),
    policy: readObject(join(folder, "ism-policy.json")),
  };
}

function readObject(file: string): JsonObject {
  const value = JSON.parse(readFileSync(file, "utf8")) as JsonValue;
  if (!isJsonObject(value)) throw new Error(`${file} is not a JSON object.`);
  return value;
}
