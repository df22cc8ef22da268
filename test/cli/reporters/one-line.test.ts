import { countRules } from "../../../src/cli/count-rules.js";
import { toDiagnosticLines } from "../../../src/cli/reporters/diagnostics.js";
import { toExplanationText } from "../../../src/cli/reporters/explanation.js";
import { oneLine } from "../../../src/cli/reporters/one-line.js";
import { toRuleListText } from "../../../src/cli/reporters/rule-list.js";
import { toText } from "../../../src/cli/reporters/test-results.js";
import type { Diagnostic } from "../../../src/lib/diagnostics.js";
import type { LoadedRules } from "../../../src/rules/ir.js";
import { ruleOf } from "../../match/rule-fixture.js";

const HOSTILE = "a\u001b[2J\nb\u009b\u202ec";
const SHOWN = String.raw`a\u001b[2J\nb\u009b\u202ec`;
const rule = ruleOf(HOSTILE, { kind: "constant", value: true });
const diagnostic: Diagnostic = {
  code: "missing-key",
  severity: "error",
  file: `${HOSTILE}.yml`,
  line: 1,
  column: 1,
  message: `The rule ${HOSTILE} has no Severity.`,
};

it("shows what a terminal would act upon, and leaves other text alone", () => {
  expect(oneLine(HOSTILE)).toBe(SHOWN);
  expect(oneLine('é 😀 \\ "x"')).toBe('é 😀 \\ "x"');
});

it("prints one line for each diagnostic", () => {
  expect(toDiagnosticLines([diagnostic])).toBe(
    `${SHOWN}.yml:1:1 error missing-key The rule ${SHOWN} has no Severity.\n`,
  );
});

it("prints rules, explanations and tests that hold nothing but text and line breaks of their own", () => {
  const loaded: LoadedRules = {
    rules: [rule],
    paths: new Map([[rule.id, "a.yml"]]),
    formats: new Map(),
    ruleset: "",
    diagnostics: [diagnostic],
    positions: undefined,
  };
  const list = toRuleListText({ loaded, counts: countRules(loaded), notLoaded: [diagnostic] }, false);
  const hit = {
    title: HOSTILE,
    severity: "low",
    risk_score: 21,
    dedup_key: HOSTILE,
    exceptions: [],
  } as const;
  const condition = { kind: "constant", held: true, text: "always", seen: [], terms: [] } as const;
  const record = { eventName: HOSTILE };
  const explanation = toExplanationText(rule, [{ record, explanation: { matches: true, condition, hit } }]);
  const about = { kind: "rule", id: HOSTILE, where: `${HOSTILE}:1:1`, file: HOSTILE, name: HOSTILE } as const;
  const result = { ...about, expected: true, actual: false, passed: false, because: [condition] };
  const tests = toText({ rules: 1, exceptions: 0, results: [result], refused: [] });
  for (const text of [list, explanation, tests]) {
    expect(text).toContain(SHOWN);
    expect(text.replaceAll("\n", "")).toBe(oneLine(text.replaceAll("\n", "")));
  }
  expect(list.split("\n").filter((line) => line.includes(SHOWN))).toHaveLength(2);
});
