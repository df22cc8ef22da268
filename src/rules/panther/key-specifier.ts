import type { Node } from "yaml";
import { topLevelField, type FieldReference, type PathStep } from "../field.js";
import { parseKeyPath } from "./key-path.js";
import type { Entry, YamlSource } from "../yaml/yaml-source.js";

export const KEY_SPECIFIERS = ["Key", "DeepKey", "KeyPath"] as const;

/** Reads `Key: a`, `DeepKey: [a, b]` or `KeyPath: a.b`; undefined where something was reported. */
export function parseKeySpecifier(source: YamlSource, entry: Entry): FieldReference | undefined {
  if (entry.key === "DeepKey") return parseDeepKey(source, entry.value);
  const text = source.string(entry.value, entry.key);
  if (text === undefined) return undefined;
  if (entry.key === "KeyPath") {
    const path = parseKeyPath(text);
    if ("steps" in path) return path;
    source.report(
      "bad-key-path",
      entry.value,
      `The path ${JSON.stringify(text)} ${path.message}.`,
      "Use DeepKey for such keys.",
    );
    return undefined;
  }
  if (text === "") {
    source.report("bad-key-path", entry.value, "Key is empty.");
    return undefined;
  }
  if (text.includes(".")) {
    const hint = `Use KeyPath: ${text} for a path.`;
    source.report(
      "dotted-key",
      entry.value,
      `Key names one key at the top, and ${text} has a dot.`,
      hint,
      "warning",
    );
  }
  return topLevelField(text);
}

function parseDeepKey(source: YamlSource, node: Node | undefined): FieldReference | undefined {
  const items = source.items(node, "DeepKey");
  if (items === undefined) return undefined;
  const steps: PathStep[] = [];
  for (const item of items) {
    const value = source.scalar(item);
    if (typeof value === "string" && value !== "") steps.push({ kind: "key", name: value });
    else if (typeof value === "number" && Number.isInteger(value) && value >= 0)
      steps.push({ kind: "index", index: value });
    else
      source.report(
        "bad-key-path",
        item ?? node,
        "Each item of DeepKey must be a key or the position of a list element.",
      );
  }
  if (items.length === 0) source.report("bad-key-path", node, "DeepKey is empty.");
  if (steps.length !== items.length || items.length === 0) return undefined;
  const text = steps.map((step) =>
    step.kind === "key" ? `.${step.name}` : step.kind === "index" ? `[${step.index}]` : "[*]",
  );
  return { kind: "path", text: text.join("").replace(/^\./, ""), steps };
}
