import type { Node } from "yaml";
import type { JsonScalar } from "../../lib/json.js";
import { didYouMean } from "../../lib/did-you-mean.js";
import type { Expression } from "../expression.js";
import type { FieldReference } from "../field.js";
import {
  ABSOLUTE_CONDITIONS,
  CONDITIONS,
  ELEMENT_CONDITIONS,
  LATER_CONDITIONS,
  type Condition,
} from "./conditions.js";
import { insteadOf, positiveOf } from "./instead-of.js";
import { KEY_SPECIFIERS, parseKeySpecifier } from "./key-specifier.js";
import type { Entry, YamlSource } from "../yaml/yaml-source.js";

const MAX_DEPTH = 50;
const COMBINATORS = {
  All: (terms) => ({ kind: "all", terms }),
  Any: (terms) => ({ kind: "any", terms }),
  OnlyOne: (terms) => ({ kind: "only_one", terms }),
  None: (terms) => ({ kind: "not", term: { kind: "any", terms } }),
} as const satisfies Record<string, (terms: readonly Expression[]) => Expression>;
const EXPRESSION_KEYS = [
  ...Object.keys(COMBINATORS),
  ...KEY_SPECIFIERS,
  "Condition",
  "Value",
  "Values",
  "Expressions",
  "Enrichment",
];

const OPERAND_KEYS = { none: [], value: ["Value"], text: ["Value"], values: ["Values"] } as const;
const EXAMPLES = {
  Value: "`Value: …`",
  Values: "`Values: [first, second]`",
  Expressions: "`Expressions:` with a list of match expressions",
} as const;

/** Compiles a list of match expressions, all of which must hold; undefined where something was reported. */
export function compileMatchExpressions(
  source: YamlSource,
  node: Node | undefined,
  what: string,
): Expression | undefined {
  const terms = compileList(source, node, what, 0);
  return terms === undefined ? undefined : { kind: "all", terms };
}

function compileList(
  source: YamlSource,
  node: Node | undefined,
  what: string,
  depth: number,
): readonly Expression[] | undefined {
  if (depth > MAX_DEPTH) {
    source.report("too-deep", node, `Match expressions are nested deeper than ${MAX_DEPTH} levels.`);
    return undefined;
  }
  const items = source.items(node, what);
  if (items === undefined) return undefined;
  if (items.length === 0) {
    source.report("bad-expression", node, `${what} must have at least one match expression.`);
    return undefined;
  }
  const terms = items.map((item) => compileItem(source, item, depth));
  return terms.every((term) => term !== undefined) ? terms : undefined;
}

function compileItem(source: YamlSource, node: Node | undefined, depth: number): Expression | undefined {
  const entries = source.entries(node, "A match expression");
  if (entries.length === 0) {
    if (!source.failed()) source.report("bad-expression", node, "This match expression is empty.");
    return undefined;
  }
  const unknown = entries.filter((entry) => !EXPRESSION_KEYS.includes(entry.key));
  for (const entry of unknown) {
    const meant = didYouMean(entry.key, EXPRESSION_KEYS);
    const hint =
      meant === undefined ? `Known keys: ${EXPRESSION_KEYS.join(", ")}.` : `Did you mean ${meant}?`;
    source.report("unknown-key", entry.keyNode, `A match expression has no key ${entry.key}.`, hint);
  }
  if (unknown.length > 0) return undefined;

  const combinator = entries.find((entry) => Object.hasOwn(COMBINATORS, entry.key));
  if (combinator === undefined) return compileCondition(source, node, entries, depth);
  if (entries.length > 1) {
    source.report(
      "bad-expression",
      combinator.keyNode,
      `${combinator.key} must stand alone in its match expression.`,
      "Make each key an item of its own, beginning with a dash.",
    );
    return undefined;
  }
  const terms = compileList(source, combinator.value, combinator.key, depth + 1);
  return terms === undefined ? undefined : COMBINATORS[combinator.key as keyof typeof COMBINATORS](terms);
}

function compileCondition(
  source: YamlSource,
  node: Node | undefined,
  entries: readonly Entry[],
  depth: number,
): Expression | undefined {
  const entry = (key: string): Entry | undefined => entries.find((e) => e.key === key);
  const enrichment = entry("Enrichment");
  if (enrichment !== undefined) {
    source.report(
      "unsupported-key",
      enrichment.keyNode,
      "Match expressions on an Enrichment are not supported.",
    );
    return undefined;
  }
  const conditionEntry = entry("Condition");
  if (conditionEntry === undefined) {
    source.report(
      "bad-expression",
      node,
      "This match expression has no Condition.",
      "Add `Condition: Equals`, for example.",
    );
    return undefined;
  }
  const name = source.string(conditionEntry.value, "Condition");
  if (name === undefined) return undefined;

  const specifiers = entries.filter((e) => (KEY_SPECIFIERS as readonly string[]).includes(e.key));
  const absolute = ABSOLUTE_CONDITIONS.get(name);
  if (absolute !== undefined) {
    if (!only(source, entries, name, ["Condition"])) return undefined;
    return { kind: "constant", value: absolute };
  }
  // A list condition has Values as well: there it is the key that was forgotten.
  const listed = CONDITIONS.get(name)?.operand === "values";
  if (specifiers.length === 0 && entry("Values") !== undefined && !listed) {
    source.report("unsupported-condition", node, "Comparing two fields of an event is not supported yet.");
    return undefined;
  }
  if (specifiers.length !== 1) {
    const message = specifiers.length === 0 ? "no key" : "more than one key";
    source.report(
      "bad-expression",
      node,
      `This match expression has ${message}.`,
      `Give it one of ${KEY_SPECIFIERS.join(", ")}.`,
    );
    return undefined;
  }
  const field = parseKeySpecifier(source, specifiers[0] as Entry);

  const quantifier = ELEMENT_CONDITIONS.get(name);
  if (quantifier !== undefined) {
    const expressions = entry("Expressions");
    if (!only(source, entries, name, [...KEY_SPECIFIERS, "Condition", "Expressions"])) return undefined;
    if (!need(source, node, name, "Expressions", expressions)) return undefined;
    const terms = compileList(source, expressions.value, "Expressions", depth + 1);
    if (terms === undefined || field === undefined) return undefined;
    return { kind: "elements", quantifier, field, term: { kind: "all", terms } };
  }
  const condition = CONDITIONS.get(name);
  if (condition === undefined) {
    reportCondition(source, conditionEntry.value, name);
    return undefined;
  }
  return compilePredicate(source, node, entries, name, condition, field);
}

function compilePredicate(
  source: YamlSource,
  node: Node | undefined,
  entries: readonly Entry[],
  name: string,
  condition: Condition,
  field: FieldReference | undefined,
): Expression | undefined {
  const operandKey = OPERAND_KEYS[condition.operand];
  if (!only(source, entries, name, [...KEY_SPECIFIERS, "Condition", ...operandKey])) return undefined;
  const wanted = operandKey[0];
  const operand = entries.find((entry) => entry.key === wanted);
  if (wanted !== undefined && !need(source, node, name, wanted, operand)) return undefined;

  const test = readTest(source, condition, operand?.value, name);
  if (field === undefined || test === undefined) return undefined;
  const predicate: Expression = { kind: "predicate", field, test, reading: "exact" };
  return condition.negated ? { kind: "not", term: predicate } : predicate;
}

function readTest(source: YamlSource, condition: Condition, node: Node | undefined, name: string) {
  switch (condition.operand) {
    case "none":
      return condition.test;
    case "text": {
      const text = source.string(node, `Value of ${name}`);
      return text === undefined ? undefined : condition.toTest(text);
    }
    case "value": {
      const value = readScalar(source, node, `Value of ${name}`);
      return value === undefined ? undefined : condition.toTest(value);
    }
    case "values": {
      const items = source.items(node, `Values of ${name}`);
      if (items === undefined) return undefined;
      if (items.length === 0) {
        source.report("bad-value", node, `Values of ${name} must have at least one item.`);
        return undefined;
      }
      const values = items.map((item) => readScalar(source, item, `Each item of Values`));
      return values.every((value) => value !== undefined) ? condition.toTest(values) : undefined;
    }
  }
}

function readScalar(source: YamlSource, node: Node | undefined, what: string): JsonScalar | undefined {
  const value = source.scalar(node);
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  const hint = value === null ? "Use the condition IsNull for a value that is null." : undefined;
  source.report("wrong-type", node, `${what} must be a string, a number, true or false.`, hint);
  return undefined;
}

function need<T>(
  source: YamlSource,
  node: Node | undefined,
  name: string,
  key: keyof typeof EXAMPLES,
  found: T | undefined,
): found is T {
  if (found === undefined)
    source.report("bad-expression", node, `The condition ${name} needs ${key}.`, `Add ${EXAMPLES[key]}.`);
  return found !== undefined;
}

function only(
  source: YamlSource,
  entries: readonly Entry[],
  name: string,
  allowed: readonly string[],
): boolean {
  const extra = entries.filter((entry) => !allowed.includes(entry.key));
  for (const entry of extra)
    source.report(
      "bad-expression",
      entry.keyNode,
      `The condition ${name} takes no ${entry.key}.`,
      insteadOf(name, entry.key),
    );
  return extra.length === 0;
}

function reportCondition(source: YamlSource, at: Node | undefined, name: string): void {
  if (LATER_CONDITIONS.has(name)) {
    const positive = positiveOf(name);
    const hint = positive === undefined ? undefined : `Put ${positive} under None instead.`;
    source.report("unsupported-condition", at, `The condition ${name} is not supported yet.`, hint);
    return;
  }
  const known = [...CONDITIONS.keys(), ...ELEMENT_CONDITIONS.keys(), ...ABSOLUTE_CONDITIONS.keys()];
  const meant = didYouMean(name, known);
  const hint = meant === undefined ? `Known conditions: ${known.join(", ")}.` : `Did you mean ${meant}?`;
  source.report("unknown-condition", at, `There is no condition ${name}.`, hint);
}
