/** Letters of the specification, and pySigma's for weeks, months (a twelfth of a year) and years. */
const UNIT_SECONDS: ReadonlyMap<string, number> = new Map([
  ["s", 1],
  ["m", 60],
  ["h", 3_600],
  ["d", 86_400],
  ["w", 604_800],
  ["M", 2_629_746],
  ["y", 31_556_952],
]);

/** Seconds of `90m` and the like; undefined when the text is no time of one second or more. */
export function parseTimespan(text: string): number | undefined {
  const [, digits = "", unit = ""] = /^(\d{1,9})([a-zA-Z])$/.exec(text) ?? [];
  const seconds = Number(digits) * (UNIT_SECONDS.get(unit) ?? 0);
  return seconds > 0 ? seconds : undefined;
}
