import type { Node } from "yaml";
import type { Template, TemplatePart } from "../template.js";
import type { YamlSource } from "../yaml/yaml-source.js";
import { parseKeyPath } from "./key-path.js";
import { markPosition, type MatchContext } from "./match-context.js";

/** Reads an AlertTitle: text with `{path}` placeholders; undefined where something was reported. */
export function parseAlertTitle(
  source: YamlSource,
  node: Node | undefined,
  context: Pick<MatchContext, "positions">,
): Template | undefined {
  const title = source.string(node, "AlertTitle");
  if (title === undefined) return undefined;
  const parts: TemplatePart[] = [];
  let at = 0;
  while (at < title.length) {
    const open = title.indexOf("{", at);
    const end = open < 0 ? title.length : open;
    if (end > at) parts.push({ kind: "text", text: title.slice(at, end) });
    if (open < 0) break;
    const close = title.indexOf("}", open);
    if (close < 0) {
      source.report(
        "bad-template",
        node,
        "A placeholder in AlertTitle is not closed.",
        "Write {path.to.field}.",
      );
      return undefined;
    }
    const placeholder = title.slice(open + 1, close).trim();
    const field = parseKeyPath(placeholder);
    if (!("steps" in field)) {
      source.report("bad-template", node, `The placeholder {${placeholder}} in AlertTitle ${field.message}.`);
      return undefined;
    }
    parts.push({ kind: "field", field: markPosition(source, context, node, field) });
    at = close + 1;
  }
  return parts;
}
