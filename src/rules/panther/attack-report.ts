import type { Node } from "yaml";
import type { AttackReference } from "../ir.js";
import type { YamlSource } from "../yaml/yaml-source.js";
import { markPosition, type MatchContext } from "./match-context.js";

/** The report that says which techniques a rule detects; others are for people. */
const MITRE = "MITRE ATT&CK";
/** `TA0005:T1562.008`, `TA0005` or `T1562`. */
const REFERENCE = /^(TA\d{4})?(?:^|:|$)(T\d{4}(?:\.\d{3})?)?$/;

/** Reads the ATT&CK references of Reports; what cannot be read is warned of and left out. */
export function readAttackReport(
  source: YamlSource,
  node: Node | undefined,
  context: Pick<MatchContext, "positions">,
): readonly AttackReference[] {
  const report = source.entries(node, "Reports").find((entry) => entry.key === MITRE);
  if (report === undefined) return [];
  const at = report.value ?? report.keyNode;
  return (source.items(at, MITRE) ?? []).flatMap((item) => {
    const text = source.scalar(item);
    const [, tactic, technique] = (typeof text === "string" && REFERENCE.exec(text.trim())) || [];
    if (tactic !== undefined || technique !== undefined)
      return [markPosition(source, context, item, { tactic, technique })];
    source.report(
      "bad-attack-reference",
      item ?? at,
      `${typeof text === "string" ? JSON.stringify(text) : "This"} is not an ATT&CK reference.`,
      "Write tactic and technique, such as TA0005:T1599.",
      "warning",
    );
    return [];
  });
}
