import { fieldKind, RECORD_FIELD_PATHS } from "../../event/record-fields.js";
import { didYouMean } from "../../lib/did-you-mean.js";
import type { Expression } from "../expression.js";
import type { FieldReference } from "../field.js";
import type { Rule } from "../ir.js";
import type { ReportAt } from "./locate.js";

/** A field that a rule names, and where. */
interface NamedField {
  readonly names: readonly string[];
  readonly text: string;
  /** The reference and what it stands in, innermost first. */
  readonly parts: readonly object[];
}

/** Reports fields that no CloudTrail record has: in the condition, in severities, and in what the rule's alerts tell. */
export function lintFields(rule: Rule, report: ReportAt): void {
  reportUnknown(fieldsOf(rule), report);
}

export function lintFieldsOfCondition(condition: Expression, report: ReportAt): void {
  reportUnknown(fieldsOfExpression(condition, [], []), report);
}

function reportUnknown(fields: readonly NamedField[], report: ReportAt): void {
  const told = new Set<string>();
  for (const { names, text, parts } of fields) {
    // A key with a dot in it is a name of the rule's own choice, and said to be so elsewhere.
    if (fieldKind(names) !== undefined || names.some((name) => name.includes("."))) continue;
    // Once for each name: the same slip is put right everywhere at once.
    if (told.has(text)) continue;
    told.add(text);
    const meant = suggest(names);
    const hint =
      meant === undefined
        ? "Fields of an API call's own stand under requestParameters and responseElements."
        : `Did you mean ${meant}?`;
    report("unknown-field", "warning", parts, `CloudTrail records have no field ${text}.`, hint);
  }
}

function fieldsOf(rule: Rule): readonly NamedField[] {
  const { condition, severities, title, groupBy, context } = rule.program;
  const reference = (field: FieldReference): NamedField[] => fieldsOfReference(field, [], []);
  const parts = title.flatMap((part) => (part.kind === "field" ? [part.field] : []));
  return [
    ...fieldsOfExpression(condition, [], []),
    ...severities.flatMap((severity) => fieldsOfExpression(severity.condition, [], [])),
    ...parts.flatMap(reference),
    ...groupBy.flatMap(reference),
    ...context.flatMap(({ field }) => reference(field)),
    ...statefulFields(rule).flatMap(reference),
    ...rule.summaryAttributes.map((text) => ({ names: namesOfText(text), text, parts: [] })),
  ];
}

function statefulFields({ stateful }: Rule): readonly FieldReference[] {
  if (stateful?.kind === "threshold") return stateful.cardinality.map(({ field }) => field);
  return stateful?.fields ?? [];
}

/** `scope`: where fields start, inside `elements`. */
function fieldsOfExpression(
  expression: Expression,
  scope: readonly string[],
  parts: readonly object[],
): NamedField[] {
  const around = [expression, ...parts];
  switch (expression.kind) {
    case "all":
    case "any":
    case "only_one":
      return expression.terms.flatMap((term) => fieldsOfExpression(term, scope, around));
    case "not":
      return fieldsOfExpression(expression.term, scope, around);
    case "predicate":
      return fieldsOfReference(expression.field, scope, around);
    case "compare_fields":
      return [expression.left, expression.right].flatMap((field) => fieldsOfReference(field, scope, around));
    case "elements": {
      const { field, term } = expression;
      const [list] = fieldsOfReference(field, scope, around);
      if (list === undefined) return [];
      // In a list that records do not have, nothing more is worth saying.
      const known = fieldKind(list.names) !== undefined;
      return known ? [list, ...fieldsOfExpression(term, list.names, around)] : [list];
    }
    case "constant":
    case "anywhere":
      return [];
  }
}

function fieldsOfReference(
  field: FieldReference,
  scope: readonly string[],
  around: readonly object[],
): NamedField[] {
  const parts = [field, ...around];
  switch (field.kind) {
    case "path": {
      const names = field.steps.flatMap((step) => (step.kind === "key" ? [step.name] : []));
      return [{ names: [...scope, ...names], text: field.text, parts }];
    }
    case "loose":
      return [{ names: [...scope, ...field.names], text: field.text, parts }];
    case "derived":
      return [];
    case "call":
      return field.args.flatMap((arg) =>
        arg.kind === "literal" ? [] : fieldsOfReference(arg, scope, parts),
      );
  }
}

function namesOfText(text: string): readonly string[] {
  return text
    .replace(/\[[^\]]*\]/g, "")
    .split(".")
    .filter((name) => name !== "");
}

/** The known field that was most likely meant: one that ends in these names, else one of a similar path. */
function suggest(names: readonly string[]): string | undefined {
  const text = names.join(".");
  const tail = `.${text}`.toLowerCase();
  const ending = RECORD_FIELD_PATHS.filter((path) => `.${path}`.toLowerCase().endsWith(tail));
  const [shortest] = ending.sort((a, b) => a.length - b.length);
  if (shortest !== undefined) return shortest;
  const near = didYouMean(text, RECORD_FIELD_PATHS);
  if (near !== undefined) return near;
  // A part of the way left out: userIdentity.sessionIssuer.userName.
  const skipped = RECORD_FIELD_PATHS.find((path) => isSubsequence(names, path.split(".")));
  if (skipped !== undefined) return skipped;
  const known = names.findIndex((_, i) => fieldKind(names.slice(0, i + 1)) === undefined);
  const start = names.slice(0, known).join(".");
  // Under a known part, a name that is near to one of its own.
  const siblings = RECORD_FIELD_PATHS.filter((path) => start === "" || path.startsWith(`${start}.`));
  return didYouMean(names.slice(0, known + 1).join("."), siblings);
}

function isSubsequence(names: readonly string[], path: readonly string[]): boolean {
  let at = 0;
  for (const name of path) if (name === names[at]) at++;
  return at === names.length && path.at(-1) === names.at(-1);
}
