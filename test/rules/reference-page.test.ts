import { readFileSync } from "node:fs";
import { compileRules } from "../../src/match/engine.js";
import { CONTEXT_KEYS } from "../../src/rules/panther/alert-context.js";
import {
  ABSOLUTE_CONDITIONS,
  CONDITIONS,
  ELEMENT_CONDITIONS,
  UNSUPPORTED_CONDITIONS,
} from "../../src/rules/panther/conditions.js";
import { COMBINATORS, KEY_SPECIFIERS } from "../../src/rules/panther/expression-keys.js";
import { TEST_KEYS } from "../../src/rules/panther/inline-tests.js";
import { MAX_ALTERNATIVES } from "../../src/rules/alternatives.js";
import { RULE_KEYS } from "../../src/rules/panther/rule-keys.js";
import { SEVERITY_KEYS } from "../../src/rules/panther/severity.js";
import { runRuleTests } from "../../src/rules/test-runner.js";
import { parse } from "./panther/parse.js";

const page = readFileSync("docs/reference/panther.md", "utf8");
const section = (title: string) => page.split(`\n## ${title}\n`)[1]!.split("\n## ")[0]!;
const firstExample = () => page.split("```yaml\n")[1]!.split("```")[0]!;

/** What a table says of each word in code style in its first column, in order of the words. */
function verdicts(section: string, title: string): [string, string][] {
  const table = section.split(`| ${title} |`)[1]!.split("\n\n")[0]!;
  return table
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => {
      const [, words = "", verdict = ""] = line.split("|");
      return [...words.matchAll(/`([^`]+)`/g)].map((match): [string, string] => [match[1]!, verdict.trim()]);
    })
    .sort();
}
const all = (words: Iterable<string>, verdict: string) =>
  [...words].map((word): [string, string] => [word, verdict]);

const USES = {
  read: "supported",
  own: "ours",
  silent: "no effect",
  ignored: "no effect",
  refused: "refused",
} as const;

describe("docs/reference/panther.md", () => {
  it("says of all keys of a rule, and no others, what becomes of them", () => {
    const known = [...RULE_KEYS].map(([key, use]) => [key, USES[use]]);
    expect(verdicts(section("Keys"), "Key")).toEqual(known.sort());
  });

  it("says of all keys of a test, and no others, what becomes of them", () => {
    const known = [...TEST_KEYS].map(([key, use]) => [key, USES[use]]);
    expect(verdicts(section("Tests"), "Key")).toEqual(known.sort());
  });

  it("lists the keys of severities and contexts", () => {
    const title = "DynamicSeverities, AlertContext, GroupBy";
    const known = all([...SEVERITY_KEYS, ...CONTEXT_KEYS], "supported");
    expect(verdicts(section(title), "Key")).toEqual(known.sort());
  });

  it("lists the conditions, all and no others, ours as ours", () => {
    const conditions = [...CONDITIONS.keys()];
    const ours = conditions.filter((name) => name.endsWith("InList"));
    const theirs = conditions.filter((name) => !ours.includes(name));
    const known = [
      ...all([...theirs, ...ELEMENT_CONDITIONS.keys(), ...ABSOLUTE_CONDITIONS.keys()], "supported"),
      ...all(ours, "ours"),
      ...all(UNSUPPORTED_CONDITIONS, "refused"),
    ];
    expect(ours).toHaveLength(4);
    expect(verdicts(section("Match expressions"), "Condition")).toEqual(known.sort());
  });

  it("lists the combinators and the ways to name a field", () => {
    const text = section("Match expressions");
    expect(verdicts(text, "Combinator")).toEqual(all(Object.keys(COMBINATORS), "supported").sort());
    const fields = [...all(KEY_SPECIFIERS, "supported"), ["Enrichment", "refused"]];
    expect(verdicts(text, "Field")).toEqual(fields.sort());
  });

  it("says how long a list may be", () => {
    expect(page).toContain(`longer than ${MAX_ALTERNATIVES.toLocaleString("en")}:`);
  });

  it("has an example that loads and passes its own tests", () => {
    const { rule, diagnostics } = parse(firstExample());
    expect(diagnostics).toEqual([]);
    expect(runRuleTests([rule!], compileRules([rule!])).map((result) => result.passed)).toEqual([true, true]);
  });

  it("has parts of rules that load with that example", () => {
    const parts = section("DynamicSeverities, AlertContext, GroupBy").split("```yaml\n")[1]!.split("```")[0]!;
    const twoFields = section("Match expressions").split("```yaml\n")[1]!.split("```")[0]!;
    const item = `  - ${twoFields.trimEnd().replaceAll("\n", "\n    ")}\n`;
    const text = firstExample().replace("Detection:\n", `Detection:\n${item}`) + parts;
    const { rule, diagnostics } = parse(text);
    expect(diagnostics).toEqual([]);
    expect(rule?.program.severities.map(({ severity }) => severity)).toEqual(["critical"]);
    expect(rule?.program.context.map(({ name }) => name)).toEqual(["trail"]);
    expect(JSON.stringify(rule?.program.condition)).toContain('"compare_fields"');
  });

  it("has the same example in examples/rules/", () => {
    const [comment = "", ...rule] = readFileSync("examples/rules/my.yml", "utf8").split("\n");
    expect(comment).toMatch(/^# /);
    expect(rule.join("\n")).toBe(firstExample());
  });
});
