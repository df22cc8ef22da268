import { severityRank, SEVERITIES, type Severity } from "../../lib/severity.js";
import type { DynamicSeverity } from "../ir.js";
import type { TargetReader } from "./filters.js";
import { toValueExpression } from "./kql/value-expression.js";
import { nameOf, type TomlSource } from "./toml-source.js";

/** Reads `severity_mapping`: the gravest severity whose field has its value. The rule's risk score stands all the same. */
export function readSeverityMapping(
  source: TomlSource,
  riskScore: number,
  toTarget: TargetReader,
): readonly DynamicSeverity[] {
  const mapped = source.items(["rule", "severity_mapping"]).flatMap((item): DynamicSeverity[] => {
    const [field, operator, value, label] = ["field", "operator", "value", "severity"].map((key) =>
      source.string([...item, key]),
    );
    const severity = SEVERITIES.find((known) => known === label);
    if (
      field === undefined ||
      value === undefined ||
      severity === undefined ||
      (operator ?? "equals") !== "equals"
    ) {
      const message = `${nameOf(item)} has no effect here.`;
      const hint = 'It takes field, operator = "equals", value and severity.';
      source.report("bad-value", source.places.at(item), message, hint, "warning");
      return [];
    }
    const literal = { text: value, quoted: true, wildcard: undefined, offset: 0 } as const;
    const { condition, problem } = toValueExpression(toTarget(field, [...item, "field"]), literal);
    if (condition === undefined) {
      const at = source.places.valueAt([...item, "value"]);
      source.report(problem.code, at, problem.message, problem.hint, "warning");
      return [];
    }
    return [{ severity, riskScore, condition }];
  });
  return mapped.sort((a, b) => severityRank(b.severity) - severityRank(a.severity));
}

/** `low` to `critical`, as Elastic has them. */
export function readSeverity(source: TomlSource): Severity | undefined {
  const text = source.string(["rule", "severity"]);
  if (text === undefined) return undefined;
  const severity = SEVERITIES.find((label) => label === text.toLowerCase());
  if (severity !== undefined) return severity;
  const message = `There is no severity ${JSON.stringify(text)}.`;
  source.report(
    "bad-value",
    source.places.valueAt(["rule", "severity"]),
    message,
    "Use low, medium, high or critical.",
  );
  return undefined;
}
