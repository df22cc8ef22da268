/** Every modifier of the specification, `ignorecase`, `multiline` and `dotall` from pySigma besides. */
export const MODIFIER_NAMES = [
  "all",
  "startswith",
  "endswith",
  "contains",
  "exists",
  "cased",
  "neq",
  "windash",
  "re",
  "i",
  "ignorecase",
  "m",
  "multiline",
  "s",
  "dotall",
  "base64",
  "base64offset",
  "wide",
  "utf16",
  "utf16le",
  "utf16be",
  "lt",
  "lte",
  "gt",
  "gte",
  "minute",
  "hour",
  "day",
  "week",
  "month",
  "year",
  "cidr",
  "expand",
  "fieldref",
] as const;
export type ModifierName = (typeof MODIFIER_NAMES)[number];

export function isModifierName(name: string): name is ModifierName {
  return (MODIFIER_NAMES as readonly string[]).includes(name);
}
