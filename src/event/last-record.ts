import type { JsonObject } from "../lib/json.js";

/** A reading of the whole record that many rules ask for: done once for the record at hand, never when nobody asks. */
export function rememberLast<T>(read: (record: JsonObject) => T): (record: JsonObject) => T {
  let last: { readonly record: JsonObject; readonly value: T } | undefined;
  return (record) => {
    if (last?.record !== record) last = { record, value: read(record) };
    return last.value;
  };
}
