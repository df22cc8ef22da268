import { didYouMean } from "../../lib/did-you-mean.js";
import { topLevelField, type FieldReference } from "../field.js";
import { FIELDS, FLATTENED, type ElasticType, type FieldSource } from "./field-table.js";

/** What a field name of an Elastic rule means here. */
export interface ElasticField {
  /** Reads nothing where the field is unknown or absent. */
  readonly field: FieldReference;
  /** False when CloudTrail events have no such field in Elastic's indices. */
  readonly known: boolean;
  /** True when Elastic's events have it and ours never do. */
  readonly absent: boolean;
  readonly type: ElasticType;
}

/** Finds the place in a CloudTrail record that a field of Elastic's events stands for. */
export function toElasticField(name: string): ElasticField {
  const entry = FIELDS.get(name);
  if (entry !== undefined) {
    const absent = entry.source.kind === "absent";
    return { field: toReference(name, entry.source), known: true, absent, type: entry.type };
  }
  for (const [prefix, part] of FLATTENED) {
    if (name.startsWith(`${prefix}.`) && name.length > prefix.length + 1) {
      const path = part + name.slice(prefix.length);
      return {
        field: toReference(name, { kind: "record", path }),
        known: true,
        absent: false,
        type: "flattened",
      };
    }
  }
  return { field: toReference(name, { kind: "absent" }), known: false, absent: false, type: "keyword" };
}

/** Names of the fields that a pattern (`aws.cloudtrail.*`) stands for; what is below a flattened field is in that field. */
export function expandElasticField(matches: (name: string) => boolean): readonly string[] {
  return [...FIELDS].flatMap(([name, { source, type }]) => {
    if (source.kind === "absent") return [];
    return matches(name) || (type === "flattened" && matches(`${name}.`)) ? [name] : [];
  });
}

function toReference(name: string, source: FieldSource): FieldReference {
  switch (source.kind) {
    case "derived":
      return { kind: "derived", text: source.name, name: source.name };
    case "absent":
      // A record is no array, so nothing is ever found there.
      return { kind: "path", text: name, steps: [{ kind: "index", index: 0 }] };
    case "record": {
      const names = source.path.split(".");
      return names.length === 1 ? topLevelField(source.path) : { kind: "loose", text: source.path, names };
    }
  }
}

/**
 * The name that was most likely meant by an unknown one: somebody may have written the record's own name for a field, or
 * have misspelt Elastic's. Takes long enough to be asked for only what a person will read.
 */
export function suggestElasticField(name: string): string | undefined {
  const path = name.toLowerCase();
  // The plainest of several names comes last in the table.
  const known = [...FIELDS].findLast(
    ([, { source }]) => source.kind === "record" && source.path.toLowerCase() === path,
  );
  return known?.[0] ?? didYouMean(name, FIELDS.keys());
}
