import type { Diagnostic } from "../../lib/diagnostics.js";
import type { LoadedRules, Rule } from "../ir.js";
import { lintConditions } from "./conditions.js";
import { createReport, type ReportAt } from "./locate.js";
import { compileOnce, type CompileTest } from "./possible-values.js";
import { lintFields } from "./unknown-fields.js";

/**
 * What to look at in rules that are loaded: fields that do not exist, conditions with parts that do nothing, missing
 * tests, titles that several rules share. At the places of `loaded.positions`, else at the beginning of the file.
 */
export function lintRules(loaded: LoadedRules, compile: CompileTest): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const compileTest = compileOnce(compile);
  const titles = new Map<string, Rule[]>();
  for (const rule of loaded.rules) {
    const report = createReport(loaded, rule, diagnostics);
    lintFields(rule, report);
    lintConditions(rule, compileTest, report);
    lintTests(rule, report);
    titles.set(rule.name, [...(titles.get(rule.name) ?? []), rule]);
  }
  for (const rules of titles.values()) {
    if (rules.length > 1) reportSharedTitle(loaded, rules, diagnostics);
  }
  return diagnostics;
}

function lintTests(rule: Rule, report: ReportAt): void {
  // A correlation holds for several events together; its tests are those of the rules it looks at.
  if (rule.stateful?.kind === "correlation") return;
  const inline = rule.kind === "panther";
  if (rule.tests.length === 0) {
    // Rules imported from elsewhere come without; who writes Panther rules has a place for them.
    const place = inline ? "Add Tests" : "Add them in a file beside it whose name ends in .tests.yml";
    const hint = `${place}: one that matches, and one that does not.`;
    report("no-tests", inline ? "warning" : "info", [], "The rule has no tests.", hint);
    return;
  }
  const parts = rule.tests.slice(0, 1);
  if (!rule.tests.some(({ expected }) => expected)) {
    const hint = "Add one with an event that the rule is for.";
    report("no-positive-test", "warning", parts, "No test of the rule wants it to match.", hint);
  }
  if (rule.tests.every(({ expected }) => expected)) {
    const hint = "Add one with an event that is nearly what the rule is for.";
    report("no-negative-test", "warning", parts, "No test of the rule wants it not to match.", hint);
  }
}

/** Rules that are named in one sentence. */
const MAX_OTHERS = 3;

function reportSharedTitle(loaded: LoadedRules, rules: readonly Rule[], diagnostics: Diagnostic[]): void {
  for (const rule of rules) {
    const others = rules.filter((other) => other !== rule).map(({ id }) => id);
    const more = others.length > MAX_OTHERS ? ` and ${others.length - MAX_OTHERS} more` : "";
    createReport(loaded, rule, diagnostics)(
      "duplicate-title",
      "warning",
      [],
      `The title ${JSON.stringify(rule.name)} is also that of ${others.slice(0, MAX_OTHERS).join(", ")}${more}.`,
      "Give each rule a title of its own, so that alerts can be told apart.",
    );
  }
}
