import { createAttack } from "../../src/attack/attack.js";
import { lintAttack } from "../../src/attack/lint.js";
import { finishRule } from "../../src/rules/finish-rule.js";
import type { AttackReference, LoadedRules } from "../../src/rules/ir.js";
import type { Position, Positions } from "../../src/rules/positions.js";
import { ruleOf } from "../match/rule-fixture.js";

function lint(references: readonly AttackReference[], positions?: Positions) {
  const rule = finishRule({ ...ruleOf("Odd", { kind: "constant", value: true }), attack: references });
  const loaded: LoadedRules = {
    rules: [rule],
    paths: new Map([["Odd", "rules/odd.yml"]]),
    formats: new Map(),
    diagnostics: [],
    ruleset: "",
    positions,
  };
  return lintAttack(loaded, createAttack());
}

describe("ids of ATT&CK in rules", () => {
  it("are told where they stand: unknown, retired, under another tactic", () => {
    const retired = { tactic: "TA0007", technique: "T1562" };
    const unknown = { tactic: undefined, technique: "T1098.999" };
    const positions: Positions = new WeakMap<object, Position>([
      [retired, { line: 7, column: 9 }],
      [unknown, { line: 8, column: 9 }],
    ]);
    const found = lint([{ tactic: "TA0003", technique: "T1098" }, retired, unknown], positions);
    expect(found.map(({ code, severity, file, line }) => [code, severity, file, line])).toEqual([
      ["attack-retired", "info", "rules/odd.yml", 7],
      ["attack-other-tactic", "info", "rules/odd.yml", 7],
      ["attack-unknown", "warning", "rules/odd.yml", 8],
    ]);
    expect(found[2]).toMatchObject({
      message: "T1098.999 is not a technique of ATT&CK 19.1.",
      hint: "Use an id of the current version or T1098 as a whole, from attack.mitre.org.",
    });
  });

  it("are told at the file where no places were kept", () => {
    expect(lint([{ tactic: "TA9999", technique: undefined }])).toEqual([
      expect.objectContaining({ code: "attack-unknown", line: 1, column: 1 }),
    ]);
  });
});
