import type { Node } from "yaml";
import { topLevelField, type FieldReference, type PathStep } from "../field.js";
import type { Entry, YamlSource } from "../yaml/yaml-source.js";
import { isKeySpecifier, KEY_SPECIFIERS } from "./expression-keys.js";
import { parseKeyPath } from "./key-path.js";
import { markPosition, type MatchContext } from "./match-context.js";

type Positioned = Pick<MatchContext, "positions">;

/**
 * Reads `Key: a`, `DeepKey: [a, b]` or `KeyPath: a.b`; undefined where something was reported.
 *
 * @param inElement allows `DeepKey: []`, which is the element itself.
 */
export function parseKeySpecifier(
  source: YamlSource,
  context: Positioned,
  entry: Entry,
  inElement = false,
): FieldReference | undefined {
  const field = readField(source, entry, inElement);
  return field === undefined ? undefined : markPosition(source, context, entry.value, field);
}

/** Reads a mapping with one key specifier and nothing else, as GroupBy, AlertContext and multi-key expressions have. */
export function parseOneSpecifier(
  source: YamlSource,
  context: Positioned,
  node: Node | undefined,
  what: string,
): FieldReference | undefined {
  const before = source.diagnostics.length;
  const [specifier, ...others] = source.entries(node, what);
  if (specifier !== undefined && others.length === 0 && isKeySpecifier(specifier.key))
    return parseKeySpecifier(source, context, specifier);
  if (source.diagnostics.length === before) {
    const message = `${what} takes exactly one of ${KEY_SPECIFIERS.join(", ")}.`;
    source.report("bad-expression", node, message, "Write `KeyPath: userIdentity.arn`, for example.");
  }
  return undefined;
}

function readField(source: YamlSource, entry: Entry, inElement: boolean): FieldReference | undefined {
  if (entry.key === "DeepKey") return parseDeepKey(source, entry, inElement);
  const text = source.string(entry.value, entry.key);
  if (text === undefined) return undefined;
  if (entry.key === "KeyPath") {
    const path = parseKeyPath(text);
    if ("steps" in path) return path;
    const message = `The path ${JSON.stringify(text)} ${path.message}.`;
    source.report("bad-key-path", entry.value, message, "Use DeepKey for such keys.");
    return undefined;
  }
  if (text === "") {
    source.report("bad-key-path", entry.value, "Key is empty.");
    return undefined;
  }
  if (text.includes(".")) {
    const message = `Key names one key at the top, and ${text} has a dot.`;
    source.report("dotted-key", entry.value, message, `Use KeyPath: ${text} for a path.`, "warning");
  }
  return topLevelField(text);
}

function parseDeepKey(source: YamlSource, entry: Entry, inElement: boolean): FieldReference | undefined {
  const node = entry.value ?? entry.keyNode;
  const items = source.items(node, "DeepKey");
  if (items === undefined) return undefined;
  const steps: PathStep[] = [];
  for (const item of items) {
    const value = source.scalar(item);
    if (typeof value === "string" && value !== "") steps.push({ kind: "key", name: value });
    else if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0)
      steps.push({ kind: "index", index: value });
    else {
      const message = "Each item of DeepKey must be a key or the position of a list element.";
      source.report("bad-key-path", item ?? node, message);
    }
  }
  if (items.length === 0 && inElement) return { kind: "path", text: "element", steps };
  if (items.length === 0) source.report("bad-key-path", node, "DeepKey is empty.");
  if (steps.length !== items.length || items.length === 0) return undefined;
  const text = steps.map((step) =>
    step.kind === "key" ? `.${step.name}` : step.kind === "index" ? `[${step.index}]` : "[*]",
  );
  return { kind: "path", text: text.join("").replace(/^\./, ""), steps };
}
