import type { Diagnostic } from "../lib/diagnostics.js";
import type { AttackReference, LoadedRules } from "../rules/ir.js";
import { createReport } from "../rules/lint/locate.js";
import type { Attack } from "./attack.js";

/** Tells of ids that this version of ATT&CK does not hold as declared, at their places; such rules are tagged all the same. */
export function lintAttack(loaded: LoadedRules, attack: Attack): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const rule of loaded.rules) {
    const report = createReport(loaded, rule, diagnostics);
    for (const reference of rule.attack) {
      for (const { code, message } of attack.resolve([reference]).notes) {
        const unknown = code === "attack-unknown";
        report(
          code,
          unknown ? "warning" : "info",
          [reference],
          message,
          unknown ? hint(reference) : undefined,
        );
      }
    }
  }
  return diagnostics;
}

/** A sub-technique that does not exist belongs to a technique that may. */
function hint({ technique }: AttackReference): string {
  const parent = technique?.split(".")[0];
  const own = parent === undefined || parent === technique ? undefined : ` or ${parent} as a whole`;
  return `Use an id of the current version${own ?? ""}, from attack.mitre.org.`;
}
