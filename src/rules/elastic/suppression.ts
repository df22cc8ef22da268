import type { TomlPath } from "./text-position.js";
import { toMinutes } from "./time-span.js";
import type { TomlSource } from "./toml-source.js";

/** Which alerts `alert_suppression` makes one: here, those with the same values within the window. */
export interface Suppression {
  /** Names of fields, by their places. */
  readonly groupBy: readonly { readonly name: string; readonly path: TomlPath }[];
  readonly dedupPeriodMinutes: number;
}

const TABLE = ["rule", "alert_suppression"] as const;
const DEFAULT_MINUTES = 60;
const [LEAST, MOST] = [5, 1440];

export function readSuppression(source: TomlSource): Suppression {
  const groupBy = source.items([...TABLE, "group_by"]).flatMap((path) => {
    const name = source.string(path);
    return name === undefined ? [] : [{ name, path }];
  });
  return { groupBy, dedupPeriodMinutes: readMinutes(source) };
}

function readMinutes(source: TomlSource): number {
  const duration = [...TABLE, "duration"];
  if (source.value(duration) === undefined) return DEFAULT_MINUTES;
  const value = source.integer([...duration, "value"], 1, 1_000_000);
  const unit = source.string([...duration, "unit"]);
  const minutes = value === undefined || unit === undefined ? undefined : toMinutes(value, unit);
  if (minutes === undefined) {
    const hint = 'Write `duration = { value = 30, unit = "m" }`.';
    source.report("bad-value", source.places.at(duration), "The duration cannot be read.", hint);
    return DEFAULT_MINUTES;
  }
  const kept = Math.min(Math.max(Math.ceil(minutes), LEAST), MOST);
  if (kept !== minutes) {
    const message = `Alerts are merged over ${kept} minutes in place of ${minutes}.`;
    const hint = `A window is from ${LEAST} to ${MOST} minutes.`;
    source.report("bad-value", source.places.at(duration), message, hint, "warning");
  }
  return kept;
}
