import type { FieldSpec, MappingNode } from "./types.js";

/** Every mapping type that the project uses, or may use, and the type that Dashboards gives it. */
const DASHBOARDS_TYPES = new Map([
  ["keyword", "string"],
  ["text", "string"],
  ["long", "number"],
  ["integer", "number"],
  ["short", "number"],
  ["byte", "number"],
  ["double", "number"],
  ["float", "number"],
  ["half_float", "number"],
  ["scaled_float", "number"],
  ["unsigned_long", "number"],
  ["date", "date"],
  ["date_nanos", "date"],
  ["ip", "ip"],
  ["boolean", "boolean"],
  ["geo_point", "geo_point"],
  // Older ones than 3.5 say "unknown", which cannot be clicked to filter; given as "string" it can there, too.
  ["flat_object", "string"],
]);

/** The meta fields that Dashboards lists in every pattern by default, in its order of names. */
const META_FIELDS: readonly FieldSpec[] = [
  meta("_id", "string", ["_id"], true, true),
  meta("_index", "string", ["_index"], true, true),
  meta("_score", "number", undefined, false, false),
  meta("_source", "_source", ["_source"], false, false),
  meta("_type", "string", undefined, false, false),
];

/**
 * The `fields` of an index pattern over indices with this mapping, as Dashboards itself computes them
 * from `_field_caps`: leaf fields and multi-fields, no objects, sorted by name in code-unit order.
 *
 * @throws Error on a mapping type that is not in the table above.
 */
export function toFieldList(mapping: MappingNode): FieldSpec[] {
  const fields = [...META_FIELDS];
  const resolve = (path: string): MappingNode => nodeAt(mapping, path);
  collect(mapping, "", undefined, fields, resolve);
  return fields.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function collect(
  node: MappingNode,
  prefix: string,
  nestedPath: string | undefined,
  into: FieldSpec[],
  resolve: (path: string) => MappingNode,
): void {
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    const name = prefix + key;
    const type = child.type ?? "object";
    if (type === "object" || type === "nested") {
      if (child.enabled === false) continue;
      collect(child, `${name}.`, type === "nested" ? name : nestedPath, into, resolve);
      continue;
    }
    const nested = nestedPath === undefined ? undefined : { path: nestedPath };
    into.push(toField(name, child.type === "alias" ? resolve(child.path ?? "") : child, undefined, nested));
    for (const [sub, subField] of Object.entries(child.fields ?? {})) {
      into.push(toField(`${name}.${sub}`, subField, { parent: name }, nested));
    }
  }
}

function toField(
  name: string,
  node: MappingNode,
  multi: { readonly parent: string } | undefined,
  nested: { readonly path: string } | undefined,
): FieldSpec {
  const openSearchType = node.type ?? "";
  const type = DASHBOARDS_TYPES.get(openSearchType);
  if (type === undefined) throw new Error(`${name}: the mapping type "${openSearchType}" has no known form.`);
  const aggregatable = isAggregatable(openSearchType, node);
  const subType = { ...(multi && { multi }), ...(nested && { nested }) };
  return {
    count: 0,
    name,
    type,
    esTypes: [openSearchType],
    scripted: false,
    searchable: node.index !== false,
    aggregatable,
    readFromDocValues: aggregatable && openSearchType !== "text",
    ...(Object.keys(subType).length > 0 && { subType }),
  };
}

function isAggregatable(type: string, node: MappingNode): boolean {
  if (type === "text") return node.fielddata === true;
  return type !== "flat_object" && node.doc_values !== false;
}

function nodeAt(mapping: MappingNode, path: string): MappingNode {
  let node: MappingNode | undefined = mapping;
  for (const key of path.split(".")) node = node?.properties?.[key];
  if (node === undefined) throw new Error(`An alias names ${path}, which the mapping does not have.`);
  return node;
}

function meta(
  name: string,
  type: string,
  esTypes: readonly string[] | undefined,
  searchable: boolean,
  aggregatable: boolean,
): FieldSpec {
  return {
    count: 0,
    name,
    type,
    ...(esTypes && { esTypes }),
    scripted: false,
    searchable,
    aggregatable,
    // Never for a meta field, aggregatable or not.
    readFromDocValues: false,
  };
}
