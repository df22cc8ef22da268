import { readDerivedField } from "../../event/derived.js";
import { isJsonArray, isJsonObject, type JsonValue } from "../../lib/json.js";
import type { FieldReference, LooseReference, PathReference } from "../../rules/field.js";
import { callFieldFunction } from "../../rules/field-functions.js";

/** The value of a reference; undefined when there is none. */
export function find(value: JsonValue, field: FieldReference): JsonValue | undefined {
  switch (field.kind) {
    case "path":
      return findPath(value, field);
    case "loose":
      return findLoose(value, field);
    case "derived":
      return isJsonObject(value) ? readDerivedField(field.name, value) : undefined;
    case "call":
      return callFieldFunction(
        field.function,
        field.args.map((arg) => (arg.kind === "literal" ? arg.value : find(value, arg))),
      );
  }
}

function findPath(value: JsonValue, field: PathReference): JsonValue | undefined {
  let places: JsonValue[] = [value];
  let many = false;
  for (const step of field.steps) {
    const next: JsonValue[] = [];
    for (const place of places) {
      if (step.kind === "key") next.push(...member(place, step.name));
      if (step.kind === "index" && isJsonArray(place)) next.push(...place.slice(step.index, step.index + 1));
      if (step.kind === "every" && Array.isArray(place)) next.push(...(place as JsonValue[]));
    }
    if (step.kind === "every" && !many) {
      if (!Array.isArray(places[0])) return undefined;
      many = true;
    }
    if (!many && next.length === 0) return undefined;
    places = next;
  }
  return many ? places : places[0];
}

function findLoose(value: JsonValue, field: LooseReference): JsonValue | undefined {
  if (!isJsonObject(value)) return undefined;
  const [whole] = member(value, field.names.join("."));
  if (whole !== undefined) return whole;
  let places: JsonValue[] = [value];
  let many = false;
  for (const name of field.names) {
    many ||= places.some((place) => Array.isArray(place));
    const objects = places.flatMap((place) =>
      Array.isArray(place) ? (place.flat(Infinity) as JsonValue[]) : [place],
    );
    places = objects.flatMap((object) => member(object, name));
  }
  if (places.length === 0) return undefined;
  return many ? places : places[0];
}

/** What stands under a key, as an array of one or none. */
function member(place: JsonValue, name: string): JsonValue[] {
  if (!isJsonObject(place)) return [];
  return Object.entries(place)
    .filter(([key]) => key === name)
    .map(([, inner]) => inner);
}
