import type { Node } from "yaml";
import type { ContextField } from "../ir.js";
import type { YamlSource } from "../yaml/yaml-source.js";
import { haveKnownKeys } from "./expression-keys.js";
import { parseOneSpecifier } from "./key-specifier.js";
import type { MatchContext } from "./match-context.js";

export const CONTEXT_KEYS = ["KeyName", "KeyValue"] as const;

/** Reads AlertContext: fields of the event that an alert tells under names of the rule's own. */
export function readAlertContext(
  source: YamlSource,
  node: Node | undefined,
  context: Pick<MatchContext, "positions">,
): readonly ContextField[] {
  const names = new Set<string>();
  return (source.items(node, "AlertContext") ?? []).flatMap((item) => {
    const what = "An item of AlertContext";
    const entries = source.entries(item ?? node, what);
    if (entries.length === 0 || !haveKnownKeys(source, entries, what, CONTEXT_KEYS)) return [];
    const [keyName, keyValue] = CONTEXT_KEYS.map((key) => entries.find((entry) => entry.key === key));
    if (keyName === undefined || keyValue === undefined) {
      const missing = keyName === undefined ? "KeyName" : "KeyValue";
      const hint = "Write `- {KeyName: caller, KeyValue: {KeyPath: userIdentity.arn}}`, for example.";
      source.report("missing-key", item ?? node, `${what} has no ${missing}.`, hint);
      return [];
    }
    const name = source.string(keyName.value ?? keyName.keyNode, "KeyName");
    const field = parseOneSpecifier(source, context, keyValue.value ?? keyValue.keyNode, "KeyValue");
    if (name === undefined || field === undefined) return [];
    if (name === "" || names.has(name)) {
      const message = name === "" ? "KeyName is empty." : `The name ${name} is there twice in AlertContext.`;
      source.report("bad-value", keyName.value, message, "Give each value a name of its own.");
      return [];
    }
    names.add(name);
    return [{ name, field }];
  });
}
