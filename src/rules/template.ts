import type { FieldReference } from "./field.js";

/** An alert title: literal text and fields of the event, in order. */
export type Template = readonly TemplatePart[];

export type TemplatePart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "field"; readonly field: FieldReference };
