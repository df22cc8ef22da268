import type { Node } from "yaml";
import { didYouMean } from "../../lib/did-you-mean.js";
import type { Expression, Quantifier } from "../expression.js";
import type { FieldReference } from "../field.js";
import type { YamlSource } from "../yaml/yaml-source.js";
import {
  ABSOLUTE_CONDITIONS,
  CONDITIONS,
  ELEMENT_CONDITIONS,
  UNSUPPORTED_CONDITIONS,
  type Condition,
} from "./conditions.js";
import { KEY_SPECIFIERS } from "./expression-keys.js";
import { parseKeySpecifier } from "./key-specifier.js";
import { markPosition } from "./match-context.js";
import { compileMultiKey } from "./multi-key.js";
import { OPERAND_KEYS, readOperand } from "./operand.js";
import {
  complain,
  complainOfMissing,
  entryOf,
  specifiersOf,
  takesOnly,
  type WrittenCondition,
} from "./written-condition.js";

/** Compiles one match expression that is no combinator; undefined where something was reported. */
export function compileCondition(written: WrittenCondition): Expression | undefined {
  const { source } = written;
  const enrichment = entryOf(written, "Enrichment");
  if (enrichment !== undefined) {
    const message = "Match expressions on an Enrichment are not supported.";
    source.report("unsupported-key", enrichment.keyNode, message, "Look values up in a list with IsInList.");
    return undefined;
  }
  const given = entryOf(written, "Condition");
  if (given === undefined) {
    const hint = "Add `Condition: Equals`, for example.";
    return complain(written, "This match expression has no Condition.", hint);
  }
  const name = source.string(given.value, "Condition");
  if (name === undefined) return undefined;
  const expression = compileNamed(written, name, given.value);
  return expression && markPosition(source, written.context, written.node, expression);
}

function compileNamed(written: WrittenCondition, name: string, at: Node | undefined): Expression | undefined {
  const absolute = ABSOLUTE_CONDITIONS.get(name);
  const quantifier = ELEMENT_CONDITIONS.get(name);
  const condition = CONDITIONS.get(name);
  if (absolute === undefined && quantifier === undefined && condition === undefined)
    return reportUnknown(written.source, at, name);
  if (!suitsFilter(written, name)) return undefined;
  if (absolute !== undefined)
    return takesOnly(written, name, []) ? { kind: "constant", value: absolute } : undefined;

  const [specifier, second] = specifiersOf(written);
  const values = entryOf(written, "Values");
  // A list condition has Values as well: there it is the key that was forgotten.
  if (specifier === undefined && values !== undefined && condition !== undefined && !takesValues(condition)) {
    if (!takesOnly(written, name, ["Values"])) return undefined;
    return compileMultiKey(written.source, written.context, name, condition, values);
  }
  if (specifier === undefined || second !== undefined) {
    const message = `This match expression has ${specifier === undefined ? "no" : "more than one"} key.`;
    return complain(written, message, `Give it one of ${KEY_SPECIFIERS.join(", ")}.`);
  }
  const field = parseKeySpecifier(written.source, written.context, specifier, written.inElement);
  if (quantifier !== undefined) return compileElements(written, name, quantifier, field);
  return condition && compilePredicate(written, name, condition, field);
}

function takesValues({ operand }: Condition): boolean {
  return (OPERAND_KEYS[operand.kind] as readonly string[]).includes("Values");
}

function compileElements(
  written: WrittenCondition,
  name: string,
  quantifier: Quantifier,
  field: FieldReference | undefined,
): Expression | undefined {
  if (!takesOnly(written, name, [...KEY_SPECIFIERS, "Expressions"])) return undefined;
  const expressions = entryOf(written, "Expressions");
  if (expressions === undefined) return complainOfMissing(written, name, "Expressions");
  const term = written.compileNested(expressions.value ?? expressions.keyNode);
  return term && field && { kind: "elements", quantifier, field, term };
}

function compilePredicate(
  written: WrittenCondition,
  name: string,
  condition: Condition,
  field: FieldReference | undefined,
): Expression | undefined {
  const { source, context, node, entries } = written;
  const keys: readonly string[] = OPERAND_KEYS[condition.operand.kind];
  if (!takesOnly(written, name, [...KEY_SPECIFIERS, ...keys])) return undefined;
  const [operand, other] = entries.filter(({ key }) => keys.includes(key));
  if (operand === undefined && keys[0] !== undefined) return complainOfMissing(written, name, keys[0]);
  if (other !== undefined)
    return complain(written, `The condition ${name} takes ${keys.join(" or ")}, not both.`);

  const test = readOperand(source, context, condition.operand, operand, name);
  if (field === undefined || test === undefined) return undefined;
  const mark = (expression: Expression): Expression => markPosition(source, context, node, expression);
  const predicate = mark({ kind: "predicate", field, test, reading: "exact" });
  const holds = condition.negated ? mark({ kind: "not", term: predicate }) : predicate;
  if (!written.inFilter) return holds;
  const exists = mark({ kind: "predicate", field, test: { kind: "exists" }, reading: "exact" });
  return { kind: "any", terms: [mark({ kind: "not", term: exists }), holds] };
}

/** InlineFilters have part of the grammar only, since an event passes them that lacks the field. */
function suitsFilter(written: WrittenCondition, name: string): boolean {
  if (!written.inFilter) return true;
  const condition = CONDITIONS.get(name);
  const bare = specifiersOf(written).length === 0 && entryOf(written, "Values") !== undefined;
  const twoKeys = bare && condition?.comparison !== undefined;
  const existence = condition?.operand.kind === "none" && condition.operand.test.kind === "exists";
  if (condition !== undefined && !twoKeys && !existence) return true;
  const what = twoKeys ? "comparison of two keys" : `condition ${name}`;
  complain(written, `InlineFilters take no ${what}.`, "Put it under Detection.");
  return false;
}

function reportUnknown(source: YamlSource, at: Node | undefined, name: string): Expression | undefined {
  if (UNSUPPORTED_CONDITIONS.has(name)) {
    const message = `The condition ${name} is not supported: the format names it and does not say what it means.`;
    source.report("unsupported-condition", at, message, "Use IsIPAddressInCIDR or IsIPAddressNotInCIDR.");
    return undefined;
  }
  const known = [...CONDITIONS.keys(), ...ELEMENT_CONDITIONS.keys(), ...ABSOLUTE_CONDITIONS.keys()];
  if (/match|regex|pattern|like/i.test(name)) {
    const message = `There is no condition ${name}: Panther's declarative rules have no regular expressions.`;
    const hint = "Use Contains, StartsWith or EndsWith; with an I before the name case does not count.";
    source.report("unknown-condition", at, message, hint);
    return undefined;
  }
  const meant = didYouMean(name, known);
  const hint = meant === undefined ? `Known conditions: ${known.join(", ")}.` : `Did you mean ${meant}?`;
  source.report("unknown-condition", at, `There is no condition ${name}.`, hint);
  return undefined;
}
