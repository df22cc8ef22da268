import type { Expression } from "../expression.js";
import type { Rule } from "../ir.js";
import { toNotation } from "../notation.js";
import { findCaseVariant } from "./case-variant.js";
import type { ReportAt } from "./locate.js";
import type { CompileTest, Facts } from "./possible-values.js";
import { constantOf, factsOf, findUnreachable, type Finding } from "./unreachable.js";

/** Reports a rule's condition that always or never holds, and parts of it that do nothing; of dynamic severities too. */
export function lintConditions(rule: Rule, compile: CompileTest, report: ReportAt): void {
  const { condition, severities } = rule.program;
  if (constantOf(condition, compile) === true) {
    const message = "The rule matches every event.";
    report("always-true", "warning", [condition], message, "Name at least the eventSource or the eventName.");
  }
  lintCondition(condition, compile, report, "The rule can never match");
  const known = factsOf(condition, compile);
  for (const severity of severities) lintSeverity(severity.condition, known, compile, report);
}

/** @param never says of the whole what it means that it never holds */
export function lintCondition(
  condition: Expression,
  compile: CompileTest,
  report: ReportAt,
  never: string,
): void {
  const findings = findUnreachable(condition, compile);
  if (constantOf(condition, compile) !== false) {
    reportFindings(findings, report);
    return;
  }
  // A contradiction that nothing stands around makes the whole never hold, and the finding says why.
  const whole = findings.find(({ kind }) => kind === "never");
  const { parts, why } = explain(
    whole ?? { kind: "never", term: condition, other: undefined, negated: false },
  );
  report("always-false", "warning", parts, `${never}: ${why}.`, "Correct the value, or remove it.");
  const others = findings.filter((finding) => finding !== whole);
  reportFindings(others, report);
}

function lintSeverity(condition: Expression, known: Facts, compile: CompileTest, report: ReportAt): void {
  if (condition.kind === "constant") return;
  reportFindings(findUnreachable(condition, compile, known), report);
}

function reportFindings(findings: readonly Finding[], report: ReportAt): void {
  for (const finding of findings) {
    const { parts, why } = explain(finding);
    const negated = finding.kind === "never" && finding.negated;
    const hint = negated
      ? "It stands under a not, which excludes nothing: correct the value, or remove it."
      : "Correct the value, or remove this part.";
    const message = `This part of the condition ${finding.kind === "never" ? "never holds" : "does nothing"}: ${why}.`;
    report("unreachable-branch", "warning", parts, message, hint);
  }
}

function explain(finding: Finding): { readonly parts: readonly object[]; readonly why: string } {
  const { term, other } = finding;
  if (finding.kind === "shadowed") {
    return { parts: placesOf(term), why: `\`${short(finding.other)}\` beside it always holds` };
  }
  const own = `\`${short(term)}\``;
  if (other === undefined) return { parts: placesOf(term), why: `${own} holds for nothing` };
  const variant = findCaseVariant(term, other)?.map((value) => JSON.stringify(value));
  const cased = variant === undefined ? "" : `; case counts, and ${variant.join(" is not ")}`;
  return { parts: placesOf(term), why: `${own} is not possible where \`${short(other)}\`${cased}` };
}

/** A term, and what stands in it: a front end may have made the term of several things that a person wrote. */
function placesOf(term: Expression): readonly object[] {
  switch (term.kind) {
    case "not":
    case "elements":
      return [term, ...placesOf(term.term)];
    case "all":
    case "any":
    case "only_one":
      return [term, ...term.terms.flatMap(placesOf).slice(0, 1)];
    case "predicate":
      return [term, term.field];
    default:
      return [term];
  }
}

const MAX_LENGTH = 120;

function short(expression: Expression): string {
  const text = toNotation(expression, { maxValues: 4 });
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text;
}
