import { didYouMean } from "../../lib/did-you-mean.js";
import type { AbsentRule, ParsedSigmaFile, SigmaCorrelation, SigmaRule } from "./parsed-file.js";

/** What an id or a name refers to. */
export type Referred =
  | { readonly kind: "rule"; readonly rule: SigmaRule }
  | { readonly kind: "correlation"; readonly correlation: SigmaCorrelation }
  | { readonly kind: "absent"; readonly absent: AbsentRule }
  | { readonly kind: "several" }
  | { readonly kind: "nothing"; readonly meant: string | undefined };

/** Rules and correlations of all files, by id and by name. */
export class KnownRules {
  private readonly byKey = new Map<string, Set<SigmaRule | SigmaCorrelation | AbsentRule>>();

  constructor(files: readonly ParsedSigmaFile[]) {
    for (const { sigmaRules, correlations, absent } of files) {
      for (const rule of sigmaRules) this.add(rule, rule.rule.id, rule.name);
      for (const correlation of correlations) this.add(correlation, correlation.base.id, correlation.name);
      for (const rule of absent) this.add(rule, rule.id, rule.name);
    }
  }

  find(text: string): Referred {
    const found = [...(this.byKey.get(text) ?? [])];
    const [only] = found;
    if (only === undefined) return { kind: "nothing", meant: didYouMean(text, this.byKey.keys()) };
    if (found.length > 1) return { kind: "several" };
    if ("rule" in only) return { kind: "rule", rule: only };
    return "base" in only ? { kind: "correlation", correlation: only } : { kind: "absent", absent: only };
  }

  private add(known: SigmaRule | SigmaCorrelation | AbsentRule, ...keys: (string | undefined)[]): void {
    for (const key of keys) {
      if (key === undefined) continue;
      const same = this.byKey.get(key);
      if (same === undefined) this.byKey.set(key, new Set([known]));
      else same.add(known);
    }
  }
}
