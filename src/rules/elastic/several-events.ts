import type { FieldReference } from "../field.js";
import type { Stateful } from "../ir.js";
import type { TomlPath } from "./text-position.js";
import { minutesBack } from "./time-span.js";
import { nameOf, type TomlSource } from "./toml-source.js";

/** Finds the field of a name, and reports what a person should know of it. */
export type FieldReader = (name: string, path: TomlPath) => FieldReference;

const MOST = Number.MAX_SAFE_INTEGER;
/** How far back each run of a rule looks unless `from` says. */
const DEFAULT_WINDOW_MINUTES = 6;

/** Names of the fields that `threshold` counts by. */
export function readThresholdFields(source: TomlSource): readonly { name: string; path: TomlPath }[] {
  const path = ["rule", "threshold", "field"];
  const paths = typeof source.value(path) === "string" ? [path] : source.items(path);
  return paths.flatMap((item) => {
    const name = source.string(item);
    return name === undefined || name === "" ? [] : [{ name, path: item }];
  });
}

/** Reads `[rule.threshold]`; undefined for one match of no kinds, which every event is by itself. */
export function readThreshold(source: TomlSource, toField: FieldReader): Stateful | undefined {
  const table = ["rule", "threshold"];
  if (source.value(table) === undefined) {
    source.report(
      "missing-key",
      source.places.at(["rule"]),
      "The rule has no threshold.",
      "Add `[rule.threshold]`.",
    );
    return undefined;
  }
  const threshold = source.integer([...table, "value"], 1, MOST);
  if (threshold === undefined && source.value([...table, "value"]) === undefined) {
    source.report(
      "missing-key",
      source.places.at(table),
      "The threshold has no value.",
      "Add `value = 10`, for example.",
    );
  }
  const cardinality = source.items([...table, "cardinality"]).flatMap((item) => {
    const name = source.string([...item, "field"]);
    const values = source.integer([...item, "value"], 1, MOST);
    if (name === undefined || values === undefined) return [];
    return { field: toField(name, [...item, "field"]), values };
  });
  const windowMinutes = readWindow(source);
  if (threshold === undefined || (threshold === 1 && cardinality.length === 0)) return undefined;
  return { kind: "threshold", threshold, windowMinutes, cardinality };
}

function readWindow(source: TomlSource): number {
  const path = ["rule", "from"];
  const from = source.string(path);
  if (from === undefined) return DEFAULT_WINDOW_MINUTES;
  const minutes = minutesBack(from);
  if (minutes !== undefined) return Math.max(1, Math.ceil(minutes));
  source.report("bad-value", source.places.valueAt(path), `from cannot be read.`, "Write it as now-6m.");
  return DEFAULT_WINDOW_MINUTES;
}

/** Reads `[rule.new_terms]`, or the two keys that Kibana's API has for it. */
export function readNewTerms(source: TomlSource, toField: FieldReader): Stateful | undefined {
  const table = ["rule", "new_terms"];
  const ofProject = source.value(table) !== undefined;
  const namesPath = ofProject ? [...table, "value"] : ["rule", "new_terms_fields"];
  const historyPath = ofProject
    ? [...table, "history_window_start", 0, "value"]
    : ["rule", "history_window_start"];
  const fields = source.items(namesPath).flatMap((item) => {
    const name = source.string(item);
    return name === undefined ? [] : toField(name, item);
  });
  const history = source.string(historyPath);
  const historyMinutes = history === undefined ? undefined : minutesBack(history);
  if (fields.length === 0 && !source.failed()) {
    source.report(
      "missing-key",
      source.places.at(table),
      "The rule names no fields whose values are to be new.",
      'Add `[rule.new_terms]` with `field = "new_terms_fields"` and `value = ["user.name"]`, for example.',
    );
  }
  if (history === undefined) {
    const message = "The rule does not say how far back a value counts as known.";
    source.report("missing-key", source.places.at(table), message, 'Add a history_window_start of "now-7d".');
  } else if (historyMinutes === undefined) {
    const message = `${nameOf(historyPath)} cannot be read.`;
    source.report("bad-value", source.places.valueAt(historyPath), message, "Write it as now-7d.");
  }
  if (historyMinutes === undefined) return undefined;
  return { kind: "new_terms", fields, historyMinutes: Math.ceil(historyMinutes) };
}
