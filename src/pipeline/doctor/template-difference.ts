import { isJsonObject, own, type JsonObject, type JsonScalar, type JsonValue } from "../../lib/json.js";

export interface TemplateDifference {
  /** `template.settings.index.codec` */
  readonly path: string;
  readonly shipped: string | undefined;
  readonly found: string | undefined;
}

/**
 * The first place, by path, at which a template that OpenSearch holds is not the shipped one. OpenSearch writes settings
 * as text under `index`, and adds empty parts: neither is a difference.
 */
export function toTemplateDifference(
  shipped: JsonObject,
  installed: JsonObject,
): TemplateDifference | undefined {
  const [ours, theirs] = [toLeaves(shipped), toLeaves(installed)];
  const paths = [...new Set([...ours.keys(), ...theirs.keys()])].sort();
  const path = paths.find((each) => ours.get(each) !== theirs.get(each));
  return path === undefined ? undefined : { path, shipped: ours.get(path), found: theirs.get(path) };
}

const SETTINGS = "template.settings.";

function toLeaves(template: JsonObject): Map<string, string> {
  const leaves = new Map<string, string>();
  for (const [path, value] of walk(template, "")) {
    const inSettings = path.startsWith(SETTINGS) && !path.startsWith(`${SETTINGS}index.`);
    leaves.set(inSettings ? `${SETTINGS}index.${path.slice(SETTINGS.length)}` : path, String(value));
  }
  return leaves;
}

function* walk(value: JsonValue, path: string): Generator<[string, JsonScalar]> {
  if (Array.isArray(value)) {
    if (value.length > 0) yield [path, JSON.stringify(value)];
  } else if (isJsonObject(value)) {
    for (const key of Object.keys(value)) {
      const inner = own(value, key);
      if (inner !== undefined) yield* walk(inner, path === "" ? key : `${path}.${key}`);
    }
  } else yield [path, value as JsonScalar];
}
