import { expandLists } from "./expand.js";
import { toBase64, toBase64Offsets, toUtf16 } from "./encodings.js";
import { orderModifier, timeModifier } from "./number-modifiers.js";
import type { ModifierName } from "./modifier-names.js";
import { problem, wrongValue, type Modified, type Modifier, type ModifierContext } from "./modifier.js";
import { toFieldReference, toRange, toRegex, withAffix, withFlag } from "./text-modifiers.js";
import type { SigmaValue, StringValue } from "./value.js";
import { toDashes } from "./windash.js";

type StringApply = (value: StringValue, context: ModifierContext) => Modified;

/** For text only. */
const text = (apply: StringApply, needsField = false): Modifier => ({
  scope: "value",
  needsField,
  apply: (value, context) =>
    value.kind === "string" ? apply(value, context) : wrongValue(context.name, "text", value),
});

const toCased = (value: SigmaValue, { name }: ModifierContext): Modified => {
  if (value.kind === "string") return { ...value, cased: true };
  if (value.kind === "list") return { ...value, ignoreCase: false };
  if (value.kind === "field") return { ...value, ignoreCase: false };
  if (value.kind === "regex")
    return problem("A regular expression is case-sensitive as it is.", "Remove cased.");
  return wrongValue(name, "text", value);
};

const toExists = (value: SigmaValue, { name }: ModifierContext): Modified =>
  value.kind === "boolean"
    ? { kind: "exists", wanted: value.value }
    : wrongValue(name, "true or false", value);

/** The registry of modifiers; docs/reference/sigma.md has a row for each. */
export const MODIFIERS = {
  all: { scope: "item", effect: "all" },
  neq: { scope: "item", effect: "neq" },
  contains: withAffix(true, true),
  startswith: withAffix(false, true),
  endswith: withAffix(true, false),
  cased: { scope: "value", needsField: false, apply: toCased },
  exists: { scope: "value", needsField: true, apply: toExists },
  windash: text(toDashes),
  re: text(toRegex),
  i: withFlag("ignoreCase"),
  ignorecase: withFlag("ignoreCase"),
  m: withFlag("multiline"),
  multiline: withFlag("multiline"),
  s: withFlag("dotAll"),
  dotall: withFlag("dotAll"),
  base64: text(toBase64),
  base64offset: text(toBase64Offsets),
  wide: text(toUtf16("le", false)),
  utf16: text(toUtf16("le", true)),
  utf16le: text(toUtf16("le", false)),
  utf16be: text(toUtf16("be", false)),
  lt: orderModifier("lt"),
  lte: orderModifier("lte"),
  gt: orderModifier("gt"),
  gte: orderModifier("gte"),
  minute: timeModifier("minute", 0, 59),
  hour: timeModifier("hour", 0, 23),
  day: timeModifier("day", 1, 31),
  week: timeModifier("week", 1, 53),
  month: timeModifier("month", 1, 12),
  year: timeModifier("year", 0, 9999),
  cidr: text(toRange),
  expand: { scope: "value", needsField: false, apply: expandLists },
  fieldref: text(toFieldReference, true),
} satisfies Record<ModifierName, Modifier>;
