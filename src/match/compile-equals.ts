import type { JsonScalar, JsonValue } from "../lib/json.js";
import { toNumber } from "../lib/numeric-text.js";

/** Equal in type and value to one of the scalars. */
export function compileEqualsExactly(
  values: readonly JsonScalar[],
  ignoreCase: boolean,
): (value: JsonValue) => boolean {
  if (!ignoreCase || !values.some((value) => typeof value === "string")) {
    const [only] = values;
    if (values.length === 1) return (value) => value === only;
    const wanted = new Set<unknown>(values);
    return (value) => wanted.has(value);
  }
  const wanted = new Set<unknown>(
    values.map((value) => (typeof value === "string" ? value.toLowerCase() : value)),
  );
  return (value) => wanted.has(typeof value === "string" ? value.toLowerCase() : value);
}

/** Equal to one of the scalars by text; a number and numeric text by value. */
export function compileEqualsByText(
  values: readonly JsonScalar[],
  ignoreCase: boolean,
): (value: JsonScalar) => boolean {
  const texts = new Set<string>();
  const numbers = new Set<number>();
  /** What a number in a record may be equal to: wanted texts count as well. */
  const numbersAndTexts = new Set<number>();
  for (const value of values) {
    if (value === null || Number.isNaN(value)) continue;
    const text = String(value);
    if (typeof value === "number") numbers.add(value);
    if (typeof value !== "number" || !Number.isFinite(value))
      texts.add(ignoreCase ? text.toLowerCase() : text);
    if (typeof value !== "boolean") numbersAndTexts.add(typeof value === "number" ? value : toNumber(text));
  }
  const holdsNull = values.includes(null);
  return (value) => {
    switch (typeof value) {
      case "string":
        return (
          texts.has(ignoreCase ? value.toLowerCase() : value) ||
          (numbers.size > 0 && numbers.has(toNumber(value)))
        );
      case "number":
        return (
          numbersAndTexts.has(value) || texts.has(ignoreCase ? String(value).toLowerCase() : String(value))
        );
      case "boolean":
        return texts.has(String(value));
      default:
        return holdsNull;
    }
  };
}
