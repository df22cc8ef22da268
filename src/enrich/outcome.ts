import { parsePath, readPath, type FieldPath } from "../event/path.js";
import { isJsonObject, own, type JsonObject, type JsonValue } from "../lib/json.js";
import type { Rule } from "../rules/ir.js";
import { compileConform, type Conform } from "./conform.js";
import { compileFields, loadMappingProperties } from "./mapping.js";
import { toRecord } from "./record.js";
import type { EventDocument } from "./types.js";

/** Fields that each alert shows, where the event has them. */
const ALWAYS = [
  "eventName",
  "eventSource",
  "awsRegion",
  "recipientAccountId",
  "sourceIPAddress",
  "userAgent",
  "userIdentity",
] as const;

const SHOWN: ReadonlySet<string> = new Set([...ALWAYS, "actor_user"]);
const summaryPaths = new WeakMap<Rule, readonly FieldPath[]>();
let conformOutcome: Conform | undefined;

/**
 * `outcome.*` of an alert: fields of the event as they stood in the record, and what the rule wants shown, nested at
 * its path. A shape that the alert's mapping would refuse stands under `outcome.original` instead. Where the rule is
 * gone, the paths that the alert showed before say what it wanted.
 */
export function toOutcome(event: EventDocument, rule: Rule | undefined, previous?: JsonObject): JsonObject {
  const record = toRecord(event);
  let outcome: JsonObject = {};
  for (const field of ALWAYS) {
    const value = own(record, field);
    if (value !== undefined && value !== null) outcome = { ...outcome, [field]: value };
  }
  if (event.actor_user !== undefined) outcome = { ...outcome, actor_user: event.actor_user };
  for (const path of rule === undefined ? pathsShown(previous ?? {}) : pathsOf(rule)) {
    const value = readPath(record, path) ?? ownField(event, path);
    if (value !== undefined && value !== null) outcome = nest(outcome, names(path), 0, value);
  }
  return conformed(outcome);
}

function pathsOf(rule: Rule): readonly FieldPath[] {
  let paths = summaryPaths.get(rule);
  if (paths === undefined) {
    paths = rule.summaryAttributes.map(parsePath);
    summaryPaths.set(rule, paths);
  }
  return paths;
}

/** The paths of an outcome's leaves, less those that every alert shows. */
function pathsShown(outcome: JsonObject): FieldPath[] {
  const paths: FieldPath[] = [];
  const walk = (value: JsonValue, steps: readonly string[]): void => {
    if (isJsonObject(value)) for (const [key, member] of Object.entries(value)) walk(member, [...steps, key]);
    else paths.push({ text: steps.join("."), steps });
  };
  const { original, ...rest } = outcome;
  for (const part of isJsonObject(original) ? [rest, original] : [rest]) {
    for (const [key, value] of Object.entries(part)) if (!SHOWN.has(key)) walk(value, [key]);
  }
  return paths;
}

/** A summary attribute may name what TrailTag derives (`actor_user`, `event.outcome`). */
function ownField(event: EventDocument, path: FieldPath): JsonValue | undefined {
  return path.steps[0] === "detection" ? undefined : readPath(event as unknown as JsonObject, path);
}

function names(path: FieldPath): readonly string[] {
  return path.steps.filter((step) => typeof step === "string");
}

/** Sets what is not there yet; what stands in the way stays. */
function nest(object: JsonObject, path: readonly string[], at: number, value: JsonValue): JsonObject {
  const key = path[at] as string;
  const held = own(object, key);
  const entry = (member: JsonValue): JsonObject =>
    Object.fromEntries([...Object.entries(object).filter(([name]) => name !== key), [key, member]]);
  if (at === path.length - 1) return held === undefined ? entry(value) : object;
  if (held === undefined) return entry(nest({}, path, at + 1, value));
  return isJsonObject(held) ? entry(nest(held, path, at + 1, value)) : object;
}

function conformed(outcome: JsonObject): JsonObject {
  if (conformOutcome === undefined) {
    const fields = compileFields(loadMappingProperties("alerts.json")).get("outcome");
    if (fields?.kind !== "object") throw new Error("mappings/alerts.json has no object outcome.");
    conformOutcome = compileConform(fields.fields);
  }
  const { reshaped } = conformOutcome(outcome, undefined);
  return reshaped === undefined ? outcome : { ...reshaped.record, original: reshaped.original };
}
