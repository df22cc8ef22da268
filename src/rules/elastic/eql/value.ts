import type { JsonScalar } from "../../../lib/json.js";
import type { FieldReference } from "../../field.js";

/** A value of a query, compiled. */
export type EqlValue = EqlLiteral | EqlField;

export interface EqlLiteral {
  readonly kind: "literal";
  readonly value: JsonScalar;
  /** Of a number: whether arithmetic with it keeps fractions. */
  readonly fraction: boolean;
}

/** A value of the record, or made of such. */
export interface EqlField {
  readonly kind: "field";
  readonly field: FieldReference;
  /** False for what a function gives. */
  readonly plain: boolean;
  readonly fraction: boolean;
}

/** A literal where a reference is wanted: the text that it has in the record's place. */
export function toReference(value: EqlValue, text: string): FieldReference {
  if (value.kind === "field") return value.field;
  return { kind: "call", text, function: "string", args: [{ kind: "literal", value: value.value }] };
}
