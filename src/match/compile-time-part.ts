import { parseEventTime } from "../event/time.js";
import type { JsonValue } from "../lib/json.js";
import type { TimePart, ValueTest } from "../rules/expression.js";

const DAY_MS = 86_400_000;

/** Compiles a test of a part of a time, in UTC. A value that is no time does not pass. */
export function compileTimePart(
  test: Extract<ValueTest, { kind: "time_part" }>,
): (value: JsonValue) => boolean {
  const { operator, value: wanted } = test;
  const read = TIME_PARTS[test.part];
  const decide = OPERATORS[operator];
  return (value) => {
    const time = parseEventTime(value);
    return time !== undefined && decide(read(new Date(time)), wanted);
  };
}

const TIME_PARTS = {
  minute: (date) => date.getUTCMinutes(),
  hour: (date) => date.getUTCHours(),
  day: (date) => date.getUTCDate(),
  week: toIsoWeek,
  month: (date) => date.getUTCMonth() + 1,
  year: (date) => date.getUTCFullYear(),
} satisfies Record<TimePart, (date: Date) => number>;

const OPERATORS = {
  eq: (a, b) => a === b,
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
} satisfies Record<(ValueTest & { kind: "time_part" })["operator"], (a: number, b: number) => boolean>;

/** A week belongs to the year that has its Thursday. */
function toIsoWeek(date: Date): number {
  const midnight = Math.floor(date.getTime() / DAY_MS) * DAY_MS;
  const fromMonday = (date.getUTCDay() + 6) % 7;
  const thursday = new Date(midnight + (3 - fromMonday) * DAY_MS);
  const newYear = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return Math.floor((thursday.getTime() - newYear) / (7 * DAY_MS)) + 1;
}
