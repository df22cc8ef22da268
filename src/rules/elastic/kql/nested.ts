import type { Expression, PredicateExpression } from "../../expression.js";
import type { FieldReference } from "../../field.js";
import { toElasticField } from "../field-map.js";
import { FLATTENED } from "../field-table.js";

const RESOURCES = "aws.cloudtrail.resources";

/**
 * The meaning of `path: { query }`: where a list of objects stands, one of them fulfils the whole query; a single object
 * does so by itself.
 *
 * @param whole is the query with the path in front of its field names.
 */
export function toNestedExpression(path: string, whole: Expression): Expression {
  const list = listAt(path);
  if (list === undefined) return whole;
  const depth = list.text.split(".").length;
  const inner = mapPredicates(whole, (predicate) => withinElement(predicate, depth));
  return {
    kind: "any",
    terms: [
      { kind: "elements", quantifier: "any", field: list, term: inner },
      {
        kind: "all",
        terms: [
          { kind: "elements", quantifier: "none", field: list, term: { kind: "constant", value: true } },
          whole,
        ],
      },
    ],
  };
}

/** Where CloudTrail records hold lists of objects: `resources`, and anywhere below the flattened parts. */
function listAt(path: string): FieldReference | undefined {
  if (path === RESOURCES) return { kind: "loose", text: "resources", names: ["resources"] };
  const below = [...FLATTENED.keys()].some((root) => path.startsWith(`${root}.`));
  return below ? toElasticField(path).field : undefined;
}

function withinElement(predicate: PredicateExpression, depth: number): Expression {
  const { field } = predicate;
  if (field.kind === "derived" && field.name === "aws.cloudtrail.resources.arn") {
    const terms = ["ARN", "arn"].map((name) => ({ ...predicate, field: relative([name]) }));
    return { kind: "any", terms };
  }
  return field.kind === "loose" ? { ...predicate, field: relative(field.names.slice(depth)) } : predicate;
}

function relative(names: readonly string[]): FieldReference {
  return { kind: "loose", text: names.join("."), names };
}

function mapPredicates(
  expression: Expression,
  map: (predicate: PredicateExpression) => Expression,
): Expression {
  switch (expression.kind) {
    case "all":
    case "any":
      return { ...expression, terms: expression.terms.map((term) => mapPredicates(term, map)) };
    case "not":
      return { ...expression, term: mapPredicates(expression.term, map) };
    case "predicate":
      return map(expression);
    default:
      return expression;
  }
}
