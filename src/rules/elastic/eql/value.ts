import type { JsonScalar } from "../../../lib/json.js";
import type { FieldReference } from "../../field.js";
import type { ElasticType } from "../field-table.js";

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
  /** How the field is mapped in Elastic's indices; undefined for what a function gives. */
  readonly type: ElasticType | undefined;
  readonly fraction: boolean;
}
