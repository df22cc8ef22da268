import { parseEventTime } from "../../event/time.js";
import type { JsonValue } from "../../lib/json.js";
import type { ValueTest } from "../../rules/expression.js";

/** Whether a part of the time that the value tells passes. */
export function timePart(test: Extract<ValueTest, { kind: "time_part" }>, value: JsonValue): boolean {
  const time = parseEventTime(value);
  if (time === undefined) return false;
  const iso = new Date(time).toISOString();
  const [date = "", clock = ""] = iso.split("T");
  const [year, month, day] = date
    .replace(/^[+-]00/, "")
    .split("-")
    .map(Number);
  const [hour, minute] = clock.split(":").map(Number);
  const part = { year, month, day, hour, minute, week: weekOf(time) }[test.part] ?? NaN;
  switch (test.operator) {
    case "eq":
      return part === test.value;
    case "lt":
      return part < test.value;
    case "lte":
      return part <= test.value;
    case "gt":
      return part > test.value;
    case "gte":
      return part >= test.value;
  }
}

/** Counted day by day: the first week of a year is the one with 4 January in it, and weeks begin on Monday. */
function weekOf(time: number): number {
  for (const back of [-1, 0, 1]) {
    const year = new Date(time).getUTCFullYear() - back;
    const monday = new Date(Date.UTC(year, 0, 4));
    while (monday.getUTCDay() !== 1) monday.setUTCDate(monday.getUTCDate() - 1);
    if (monday.getTime() > time) continue;
    let week = 1;
    for (monday.setUTCDate(monday.getUTCDate() + 7); monday.getTime() <= time; week++) {
      monday.setUTCDate(monday.getUTCDate() + 7);
    }
    return week;
  }
  return NaN;
}
