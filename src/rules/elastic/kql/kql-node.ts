import type { OrderOperator, WildcardPart } from "../../expression.js";

/** A query of the Kibana Query Language, as it was written. Offsets are in the query, in UTF-16 units. */
export type KqlNode =
  | { readonly kind: "and" | "or"; readonly terms: readonly KqlNode[]; readonly offset: number }
  | { readonly kind: "not"; readonly term: KqlNode; readonly offset: number }
  /** `field: value`; without a field the value is searched for everywhere. */
  | {
      readonly kind: "is";
      readonly field: KqlLiteral | undefined;
      readonly value: KqlLiteral;
      readonly offset: number;
    }
  | {
      readonly kind: "range";
      readonly field: KqlLiteral;
      readonly operator: OrderOperator;
      readonly value: KqlLiteral;
      readonly offset: number;
    }
  /** `field: { query }`: all of the query holds for one object in the field's list. */
  | { readonly kind: "nested"; readonly field: KqlLiteral; readonly term: KqlNode; readonly offset: number };

/** A name or a value. */
export interface KqlLiteral {
  /** Without quotes and escapes; a wildcard is `*`. */
  readonly text: string;
  readonly quoted: boolean;
  /** Set when the text has wildcards, which stand in unquoted text only. */
  readonly wildcard: readonly WildcardPart[] | undefined;
  readonly offset: number;
}

export function isOnlyWildcard(literal: KqlLiteral): boolean {
  return literal.wildcard?.length === 1 && literal.wildcard[0]?.kind === "any";
}
