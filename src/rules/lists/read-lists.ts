import { createHash } from "node:crypto";
import { isScalar, type Node } from "yaml";
import type { WildcardPart } from "../expression.js";
import { definitionNodes, openDefinition, type DefinitionKeys } from "../yaml/definition.js";
import type { Defined } from "../yaml/load-definitions.js";
import type { Entry, YamlSource } from "../yaml/yaml-source.js";
import { parseListValue } from "./list-value.js";
import type { NamedList } from "./named-list.js";

/** Keys of a list, and whether each must be there; docs/reference/exceptions.md has the same. */
export const LIST_KEYS: DefinitionKeys = new Map([
  ["name", "required"],
  ["description", "optional"],
  ["values", "required"],
]);

/** What rules can name: letters, digits, `_`, `-` and `.`. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/** Reads the lists of one file: one list, or several under `lists`. */
export function readLists(source: YamlSource, path: string): readonly Defined<NamedList>[] {
  return definitionNodes(source, "lists", LIST_KEYS).flatMap((node) => readList(source, node, path) ?? []);
}

function readList(source: YamlSource, node: Node | undefined, path: string): Defined<NamedList> | undefined {
  const definition = openDefinition(source, node, "list", LIST_KEYS);
  if (definition === undefined) return undefined;
  const name = readName(source, definition.get("name"));
  const description = readText(source, definition.get("description"), "description");
  const values = readValues(source, definition.get("values"));
  if (!definition.stillGood() || name === undefined || values === undefined) return undefined;
  const value = Object.freeze({ name, description, ...values, path, hash: hashOf(name, values) });
  return { name, at: definition.get("name")?.value, value };
}

function readName(source: YamlSource, entry: Entry | undefined): string | undefined {
  const name = readText(source, entry, "name");
  if (name === undefined || NAME.test(name)) return name;
  source.report(
    "bad-value",
    entry?.value,
    `${JSON.stringify(name)} cannot be the name of a list.`,
    "A name has letters, digits, -, _ and . only.",
  );
  return undefined;
}

function readText(source: YamlSource, entry: Entry | undefined, key: string): string | undefined {
  return entry === undefined ? undefined : source.string(entry.value, `The ${key} of a list`);
}

interface Values {
  readonly values: readonly string[];
  readonly patterns: readonly (readonly WildcardPart[])[];
  readonly ranges: readonly string[];
}

function readValues(source: YamlSource, entry: Entry | undefined): Values | undefined {
  if (entry === undefined) return undefined;
  const values = new Set<string>();
  const patterns = new Map<string, readonly WildcardPart[]>();
  const ranges = new Set<string>();
  for (const item of source.items(entry.value, "values") ?? []) {
    const text = readValue(source, item ?? entry.value);
    if (text === undefined) continue;
    const parsed = parseListValue(text);
    if (parsed.kind === "value") values.add(parsed.value);
    else if (parsed.kind === "pattern") {
      patterns.set(JSON.stringify(parsed.pattern), parsed.pattern);
      if (parsed.pattern.every((part) => part.kind === "any")) reportAnything(source, item);
    } else if (parsed.kind === "range") ranges.add(text);
    else {
      source.report(
        "bad-cidr",
        item,
        `${text} is neither an address nor a range of addresses.`,
        "Write a range as 10.0.0.0/8 or 2001:db8::/32.",
      );
    }
  }
  return { values: [...values], patterns: [...patterns.values()], ranges: [...ranges] };
}

/** The text of a value. A number stands for itself only where YAML reads no other text into it. */
function readValue(source: YamlSource, node: Node | undefined): string | undefined {
  const value = source.scalar(node);
  if (typeof value === "string" && value !== "") return value;
  if (value === "") {
    source.report("bad-value", node, "A value of a list is empty.");
    return undefined;
  }
  const written = isScalar(node) ? (node.source ?? "") : "";
  if (typeof value === "number" && String(value) === written) return written;
  if (typeof value === "number" || typeof value === "boolean") {
    const message = `Without quotes, YAML reads ${written} as the ${typeof value} ${String(value)}.`;
    source.report("wrong-type", node, message, `Put it in quotes: "${written}".`);
  } else {
    source.report("wrong-type", node, "Each value of a list must be a text.", "Put it in quotes.");
  }
  return undefined;
}

function reportAnything(source: YamlSource, node: Node | undefined): void {
  source.report(
    "catch-all-value",
    node,
    "This value stands for any text, so that the list holds everything.",
    "Write \\* for a star itself.",
    "warning",
  );
}

/** The order of values does not count. */
function hashOf(name: string, { values, patterns, ranges }: Values): string {
  const parts = [values, patterns.map((pattern) => JSON.stringify(pattern)), ranges];
  const sorted = parts.map((part) => [...part].sort());
  return createHash("sha256")
    .update(JSON.stringify([name, ...sorted]))
    .digest("hex");
}
