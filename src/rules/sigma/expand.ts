import { parseIpRange } from "../../lib/ip-range.js";
import { explainUnknownList } from "../lists/list-references.js";
import type { NamedList } from "../lists/named-list.js";
import {
  problem,
  wrongValue,
  type Modified,
  type ModifierContext,
  type ModifierProblem,
} from "./modifier.js";
import {
  joinParts,
  placeholderAt,
  type RegexValue,
  type SigmaValue,
  type StringPart,
  type StringValue,
} from "./value.js";

/** More values than this come of several placeholders in one text only. */
const MAX_VALUES = 20_000;
/** Beside these a value that is nothing but a placeholder is looked up in its list; others need the list's texts. */
const LOOKED_UP_WITH: readonly string[] = ["expand", "cased", "all", "neq"];

/** A regular expression that no text has a match for: what an empty list stands for. */
const NOTHING = "[^\\x00-\\x{10FFFF}]";

/** Puts the values of named lists in the place of `%name%`. */
export function expandLists(value: SigmaValue, context: ModifierContext): Modified {
  if (value.kind === "regex") return expandRegex(value, context);
  // Numbers and the like hold no placeholders, and may stand in a list beside texts that do.
  if (value.kind === "number" || value.kind === "boolean" || value.kind === "null") return value;
  if (value.kind !== "string") return wrongValue(context.name, "text", value);
  if (value.encoding === "bytes") return problem("expand stands behind an encoding.", "Write expand first.");
  const [only] = value.parts;
  if (only?.kind === "placeholder" && value.parts.length === 1 && context.hasField) {
    const list = findList(only.name, context);
    if (list.kind === "problem") return list;
    if (context.modifiers.every((name) => LOOKED_UP_WITH.includes(name)))
      return { kind: "list", name: only.name, ignoreCase: !value.cased };
  }
  return expandString(value, context);
}

function expandString(value: StringValue, context: ModifierContext): Modified {
  let variants: readonly (readonly StringPart[])[] = [[]];
  for (const part of value.parts) {
    if (part.kind !== "placeholder") {
      variants = variants.map((parts) => [...parts, part]);
      continue;
    }
    const texts = textsOf(part.name, context);
    if ("kind" in texts) return texts;
    if (variants.length * texts.length > MAX_VALUES)
      return problem(`Its placeholders stand for more than ${MAX_VALUES} values.`, "Use fewer in one value.");
    variants = variants.flatMap((parts) => texts.map((text) => [...parts, ...text]));
  }
  return { kind: "one_of", values: variants.map((parts) => ({ ...value, parts: joinParts(parts) })) };
}

function expandRegex(value: RegexValue, context: ModifierContext): Modified {
  const { pattern } = value;
  let expanded = "";
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern.charAt(i);
    const name = character === "%" ? placeholderAt(pattern, i) : undefined;
    if (character === "\\") {
      // What stands behind a backslash is plain, a percent sign too.
      expanded += pattern.slice(i, i + 2);
      i++;
    } else if (name === undefined) expanded += character;
    else {
      const texts = textsOf(name, context);
      if ("kind" in texts) return texts;
      expanded += texts.length === 0 ? NOTHING : `(?:${texts.map(regexText).join("|")})`;
      i += name.length + 1;
    }
  }
  return { ...value, pattern: expanded };
}

function regexText(parts: readonly StringPart[]): string {
  return parts
    .map((part) => {
      if (part.kind === "text") return part.text.replace(/[.*+?^$()[\]{}|\\]/g, "\\$&");
      return part.kind === "any" ? ".*" : ".";
    })
    .join("");
}

/** The texts of a list. A range of several addresses is none. */
function textsOf(
  name: string,
  context: ModifierContext,
): readonly (readonly StringPart[])[] | ModifierProblem {
  const list = findList(name, context);
  if (list.kind === "problem") return list;
  const { values, patterns, ranges } = list.list;
  const addresses: string[] = [];
  for (const range of ranges) {
    const { address, length } = parseIpRange(range) ?? {};
    if (length === undefined || length < (address?.family === 4 ? 32 : 128))
      return problem(
        `The list ${name} holds the range ${range}, which is no text.`,
        `Write '%${name}%' alone and no other modifier than expand.`,
      );
    addresses.push(range.replace(/\/.*/, ""));
  }
  return [...[...values, ...addresses].map((text) => [{ kind: "text" as const, text }]), ...patterns];
}

function findList(
  name: string,
  { lists }: ModifierContext,
): { readonly kind: "found"; readonly list: NamedList } | ModifierProblem {
  const list = lists.get(name);
  if (list !== undefined) return { kind: "found", list };
  const { message, hint } = explainUnknownList(name, lists);
  return problem(message, hint, "unknown-list");
}
