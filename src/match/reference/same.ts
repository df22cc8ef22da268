import type { JsonScalar, JsonValue } from "../../lib/json.js";
import { isNumeric } from "./passes.js";

/** Equal in type and value. */
export function sameExactly(value: JsonValue, wanted: JsonScalar, ignoreCase: boolean): boolean {
  if (ignoreCase && typeof value === "string" && typeof wanted === "string") {
    return value.toLowerCase() === wanted.toLowerCase();
  }
  return value === wanted;
}

/** Equal as texts; a number and numeric text equal in value. Null is equal to null only. */
export function sameByText(value: JsonScalar, wanted: JsonScalar, ignoreCase: boolean): boolean {
  if (value === null || wanted === null) return value === wanted;
  const number = typeof value === "number" ? value : typeof wanted === "number" ? wanted : undefined;
  const other = typeof value === "number" ? wanted : value;
  if (
    number !== undefined &&
    (typeof other === "number" || (typeof other === "string" && isNumeric(other)))
  ) {
    return number === Number(other);
  }
  return sameExactly(String(value), String(wanted), ignoreCase);
}
