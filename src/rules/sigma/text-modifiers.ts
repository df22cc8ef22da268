import { parseIpRange } from "../../lib/ip-range.js";
import type { FieldOperator } from "../expression.js";
import { problem, wrongValue, type Modified, type Modifier, type ModifierContext } from "./modifier.js";
import { isWildcard, joinParts, type RegexValue, type StringPart, type StringValue } from "./value.js";

/** `contains`, `startswith` and `endswith`: leaves open what stands before the value, behind it, or both. */
export function withAffix(before: boolean, behind: boolean): Modifier {
  return {
    scope: "value",
    needsField: false,
    apply: (value, { name }) => {
      if (value.kind === "string") return affixString(value, before, behind);
      if (value.kind === "regex") return { ...value, fromStart: !before, toEnd: !behind };
      if (value.kind === "field") return { ...value, operator: toFieldOperator(before, behind) };
      return wrongValue(name, "text", value);
    },
  };
}

function affixString(value: StringValue, before: boolean, behind: boolean): StringValue {
  const any: StringPart = { kind: "any" };
  const parts = [...(before ? [any] : []), ...value.parts, ...(behind ? [any] : [])];
  return { ...value, parts: joinParts(parts) };
}

function toFieldOperator(before: boolean, behind: boolean): FieldOperator {
  if (before && behind) return "contains";
  return behind ? "starts_with" : "ends_with";
}

/** Takes the text as it is written; what is wrong with the pattern is found once all modifiers are applied. */
export function toRegex(value: StringValue, { applied }: ModifierContext): Modified {
  if (applied.length > 0) return notFirst("re");
  const flags = { ignoreCase: false, multiline: false, dotAll: false };
  return { kind: "regex", pattern: value.raw, ...flags, fromStart: false, toEnd: false };
}

export function withFlag(flag: keyof RegexValue & ("ignoreCase" | "multiline" | "dotAll")): Modifier {
  return {
    scope: "value",
    needsField: false,
    apply: (value, { name }) =>
      value.kind === "regex"
        ? { ...value, [flag]: true }
        : problem(`${name} stands behind re only.`, `Write |re|${name} with a regular expression.`),
  };
}

export function toRange(value: StringValue, { applied, modifiers }: ModifierContext): Modified {
  if (applied.length > 0 || modifiers.includes("expand"))
    return modifiers.includes("expand")
      ? problem(
          "cidr and expand do not go together.",
          "Use expand alone: ranges in a list are compared as ranges.",
        )
      : notFirst("cidr");
  if (parseIpRange(value.raw) === undefined)
    return problem(
      `${JSON.stringify(value.raw)} is no range of addresses.`,
      "Write it as 10.0.0.0/8 or 2001:db8::/32.",
      "bad-cidr",
    );
  return { kind: "test", test: { kind: "cidr", ranges: [value.raw] } };
}

/** `text` may name a field by a path with dots. */
export function toFieldReference(value: StringValue): Modified {
  if (value.parts.some(isWildcard))
    return problem(
      "The name of a field has no wildcards.",
      "Write contains, startswith and endswith behind fieldref.",
    );
  const name = value.parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
  if (name === "") return problem("fieldref wants the name of a field.", undefined, "bad-value");
  return { kind: "field", name, operator: "equals", ignoreCase: !value.cased };
}

function notFirst(name: "re" | "cidr"): Modified {
  return problem(`${name} must be the first modifier.`, `Write |${name} directly behind the field.`);
}
