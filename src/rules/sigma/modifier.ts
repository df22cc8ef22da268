import type { RuleDiagnosticCode } from "../diagnostic-codes.js";
import type { NamedList } from "../lists/named-list.js";
import type { ModifierName } from "./modifier-names.js";
import type { SigmaValue } from "./value.js";

/** What a modifier does: to the item as a whole, or to each of its values. */
export type Modifier =
  | { readonly scope: "item"; readonly effect: "all" | "neq" }
  | {
      readonly scope: "value";
      /** Not for keywords, which have no field. */
      readonly needsField: boolean;
      readonly apply: (value: SigmaValue, context: ModifierContext) => Modified;
    };

export type Modified = SigmaValue | ModifierProblem;

export interface ModifierContext {
  readonly name: ModifierName;
  /** All modifiers of the item, in order. */
  readonly modifiers: readonly ModifierName[];
  /** Those that changed the value already. */
  readonly applied: readonly ModifierName[];
  readonly hasField: boolean;
  readonly lists: ReadonlyMap<string, NamedList>;
}

/** Why a modifier does not go with a value. */
export interface ModifierProblem {
  readonly kind: "problem";
  readonly code: RuleDiagnosticCode;
  readonly message: string;
  readonly hint: string | undefined;
}

export function problem(
  message: string,
  hint?: string,
  code: RuleDiagnosticCode = "bad-modifier",
): ModifierProblem {
  return { kind: "problem", code, message, hint };
}

/** How a value of the wrong type is refused. */
export function wrongValue(name: ModifierName, wanted: string, value: SigmaValue): ModifierProblem {
  const hint =
    wanted === "text" && (value.kind === "number" || value.kind === "boolean")
      ? "Put the value in quotes."
      : wanted === "a number" && value.kind === "string"
        ? "Write the number without quotes, and other modifiers after this one."
        : undefined;
  return problem(`${name} wants ${wanted}, not ${describe(value)}.`, hint);
}

function describe(value: SigmaValue): string {
  return DESCRIPTIONS[value.kind];
}

const DESCRIPTIONS = {
  string: "text",
  number: "a number",
  boolean: "true or false",
  null: "null",
  regex: "a regular expression",
  exists: "the result of exists",
  test: "the result of a comparison",
  time: "a part of a time",
  field: "the name of a field",
  list: "a list",
  one_of: "several values",
} satisfies Record<SigmaValue["kind"], string>;
