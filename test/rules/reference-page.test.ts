import { readFileSync } from "node:fs";
import { compileRules } from "../../src/match/engine.js";
import { ABSOLUTE_CONDITIONS, CONDITIONS, ELEMENT_CONDITIONS } from "../../src/rules/panther/conditions.js";
import { parsePantherRule } from "../../src/rules/panther/parse-rule.js";
import { RULE_KEYS } from "../../src/rules/panther/rule-keys.js";
import { runRuleTests } from "../../src/rules/test-runner.js";

const page = readFileSync("docs/reference/panther-rules.md", "utf8");
const section = (title: string) => page.split(`\n## ${title}\n`)[1]!.split("\n## ")[0]!;
/** Words in code style in the first column of a section's tables. */
const firstColumn = (text: string) =>
  text
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...line.split("|")[1]!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!));

describe("docs/reference/panther-rules.md", () => {
  it("lists the keys of a rule, all and no others", () => {
    expect(firstColumn(section("Keys")).sort()).toEqual([...RULE_KEYS.keys()].sort());
  });

  it("lists the conditions, all and no others", () => {
    const known = [...CONDITIONS.keys(), ...ELEMENT_CONDITIONS.keys(), ...ABSOLUTE_CONDITIONS.keys()];
    const table = section("Match expressions").split("| Condition |")[1]!;
    expect(firstColumn(table).sort()).toEqual(known.sort());
  });

  it("has an example that loads and passes its own tests", () => {
    const { rule, diagnostics } = parsePantherRule(
      page.split("```yaml\n")[1]!.split("```")[0]!,
      "example.yml",
    );
    expect(diagnostics).toEqual([]);
    expect(runRuleTests([rule!], compileRules([rule!])).map((result) => result.passed)).toEqual([true, true]);
  });

  it("has the same example in examples/rules/", () => {
    const [comment = "", ...rule] = readFileSync("examples/rules/my.yml", "utf8").split("\n");
    expect(comment).toMatch(/^# /);
    expect(rule.join("\n")).toBe(page.split("```yaml\n")[1]!.split("```")[0]!);
  });
});
