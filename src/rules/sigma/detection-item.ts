import { isScalar, isSeq, type Node } from "yaml";
import { didYouMean } from "../../lib/did-you-mean.js";
import type { Expression } from "../expression.js";
import type { LooseReference } from "../field.js";
import { explainPlainName } from "../lists/list-references.js";
import type { Entry } from "../yaml/yaml-source.js";
import { applyModifiers } from "./apply-modifiers.js";
import { placed, type DocumentContext } from "./context.js";
import { toItemExpression, toReference } from "./item-expression.js";
import type { ModifierProblem } from "./modifier.js";
import { isModifierName, MODIFIER_NAMES, type ModifierName } from "./modifier-names.js";
import { MODIFIERS } from "./modifiers.js";
import { parseSigmaString, type SigmaValue } from "./value.js";

/** Modifiers that say where in a text a value stands. */
const AFFIXES: readonly ModifierName[] = ["contains", "startswith", "endswith"];
const WORDS_FOR_NOT = ["not", "ne", "nq", "is_not", "isnot"];

/** Reads `field|modifiers: values`; without a field these are keywords. Undefined when it was refused. */
export function readItem(context: DocumentContext, { key, keyNode, value }: Entry): Expression | undefined {
  const [fieldText = "", ...written] = key.split("|");
  const names = readModifiers(context, keyNode, written);
  const field = fieldText === "" ? undefined : placed(context, toReference(fieldText), keyNode);
  const nodes = readNodes(context, field, value);
  if (names === undefined || nodes === undefined) return undefined;
  warnOfOddities(context, keyNode, names, nodes.length);
  warnOfLists(context, names, nodes, keyNode);
  return buildItem(context, { field, names, keyNode }, nodes);
}

/** Reads plain values, searched for in the whole record. Undefined when it was refused. */
export function readKeywords(
  context: DocumentContext,
  nodes: readonly (Node | undefined)[],
  at: Node | undefined,
): Expression | undefined {
  return buildItem(context, { field: undefined, names: [], keyNode: at }, nodes);
}

interface Item {
  readonly field: LooseReference | undefined;
  readonly names: readonly ModifierName[];
  readonly keyNode: Node | undefined;
}

function buildItem(
  context: DocumentContext,
  { field, names, keyNode }: Item,
  nodes: readonly (Node | undefined)[],
): Expression | undefined {
  const { source, lists } = context;
  const report = ({ code, message, hint }: ModifierProblem, at: Node | undefined): void =>
    source.report(code, at ?? keyNode, message, hint);
  const values: SigmaValue[] = [];
  for (const node of nodes) {
    const value = readValue(context, node, names, nodes.length > 1, keyNode);
    if (value === undefined) return undefined;
    const modified = applyModifiers(value, { names, hasField: field !== undefined, lists });
    if (modified.kind === "problem") {
      report(modified, node);
      return undefined;
    }
    // A value that ends badly is told of where it stands; the list as a whole is joined below.
    const alone = toItemExpression({ field, all: false, negated: false, affixed: true }, [modified]);
    if (alone.kind === "problem") {
      report(alone, node);
      return undefined;
    }
    values.push(modified);
  }
  const has = (effect: "all" | "neq"): boolean => names.some((name) => hasEffect(name, effect));
  const affixed = names.some((name) => AFFIXES.includes(name));
  const item = { field, all: has("all"), negated: has("neq"), affixed };
  const expression = toItemExpression(item, values);
  if (expression.kind === "problem") {
    report(expression, keyNode);
    return undefined;
  }
  return placed(context, expression, keyNode);
}

function hasEffect(name: ModifierName, effect: "all" | "neq"): boolean {
  const modifier = MODIFIERS[name];
  return modifier.scope === "item" && modifier.effect === effect;
}

function readModifiers(
  { source }: DocumentContext,
  at: Node | undefined,
  written: readonly string[],
): readonly ModifierName[] | undefined {
  const names: ModifierName[] = [];
  for (const name of written) {
    if (!isModifierName(name)) {
      source.report("unknown-modifier", at, `There is no modifier ${JSON.stringify(name)}.`, hintFor(name));
      return undefined;
    }
    if (names.includes(name)) {
      source.report("bad-modifier", at, `The modifier ${name} is there twice.`, "Remove one of them.");
      return undefined;
    }
    names.push(name);
  }
  return names;
}

function hintFor(name: string): string | undefined {
  if (name === "") return "Remove the |, or write a modifier behind it.";
  if (WORDS_FOR_NOT.includes(name.toLowerCase()))
    return "Write neq, or negate the selection in the condition: `not selection`.";
  const meant = didYouMean(name, MODIFIER_NAMES);
  return meant === undefined ? `Modifiers are ${MODIFIER_NAMES.join(", ")}.` : `Did you mean ${meant}?`;
}

/** The values of an item; an empty list stands for null. */
function readNodes(
  { source }: DocumentContext,
  field: LooseReference | undefined,
  value: Node | undefined,
): readonly (Node | undefined)[] | undefined {
  if (!isSeq(value)) return [value];
  const items = source.items(value, "The values") ?? [];
  if (items.length > 0) return items;
  if (field !== undefined) return [undefined];
  source.report(
    "bad-value",
    value,
    "The list of keywords is empty.",
    "Write the keywords, or remove the selection.",
  );
  return undefined;
}

function readValue(
  { source }: DocumentContext,
  node: Node | undefined,
  names: readonly ModifierName[],
  inList: boolean,
  keyNode: Node | undefined,
): SigmaValue | undefined {
  const value = source.scalar(node);
  const at = node ?? keyNode;
  if (typeof value === "string") return parseSigmaString(value, names.includes("expand"));
  if (typeof value === "boolean") return { kind: "boolean", value };
  if (value === null) {
    if (!inList) return { kind: "null" };
    const hint = "Put null into a selection of its own, and join the two by `or` in the condition.";
    source.report("bad-value", at, "null cannot be one of several values.", hint);
    return undefined;
  }
  if (typeof value === "number") {
    const written = isScalar(node) ? (node.source ?? "") : "";
    // Account ids begin with zeros, and nobody means the number that YAML makes of one.
    if (/^0\d+$/.test(written)) return parseSigmaString(written, names.includes("expand"));
    const exact = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
    if (exact) return { kind: "number", value };
    source.report(
      "bad-value",
      at,
      `${written} is no number that is kept exactly.`,
      "Put the value in quotes.",
    );
    return undefined;
  }
  const hint = "Name a field inside another with a dot: `requestParameters.name`.";
  source.report("wrong-type", at, "A value must be text, a number, true, false or null.", hint);
  return undefined;
}

/** Only behind `expand` are the names of lists more than texts. */
function warnOfLists(
  { source, lists }: DocumentContext,
  names: readonly ModifierName[],
  nodes: readonly (Node | undefined)[],
  keyNode: Node | undefined,
): void {
  const texts = nodes.flatMap((node) => {
    const text = source.scalar(node);
    return typeof text === "string" ? [{ node, text }] : [];
  });
  if (!names.includes("expand")) {
    for (const { node, text } of texts) {
      const plain = explainPlainName(text, lists, "Write `|expand` behind the field to refer to the list.");
      if (plain !== undefined)
        source.report("list-not-expanded", node ?? keyNode, plain.message, plain.hint, "warning");
    }
  } else if (!texts.some(({ text }) => hasPlaceholder(text))) {
    const hint = "Write the name of a list as '%name%', or remove expand.";
    source.report("bad-modifier", keyNode, "expand stands here without a %name%.", hint, "warning");
  }
}

/** Whether a percent sign in it means more, or less, than without `expand`. */
function hasPlaceholder(text: string): boolean {
  if (text.includes("\\%")) return true;
  return parseSigmaString(text, true).parts.some(({ kind }) => kind === "placeholder");
}

function warnOfOddities(
  { source }: DocumentContext,
  at: Node | undefined,
  names: readonly ModifierName[],
  count: number,
): void {
  const warn = (message: string, hint: string): void =>
    source.report("bad-modifier", at, message, hint, "warning");
  if (names.includes("all") && count === 1)
    warn("all links several values, and there is one.", "Remove all, or write a list of values.");
  if (names.includes("base64offset") && !names.includes("contains"))
    warn(
      "base64offset gives parts of a text, which are seldom the whole of one.",
      "Write |base64offset|contains.",
    );
}
