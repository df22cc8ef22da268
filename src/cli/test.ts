import type { Diagnostic } from "../lib/diagnostics.js";
import { EXIT } from "../lib/errors.js";
import { compileCondition } from "../match/compile-condition.js";
import { decidingNodes } from "../match/deciding-nodes.js";
import { compileRules } from "../match/engine.js";
import { explain, explainExpression } from "../match/explain.js";
import { didYouMean } from "../lib/did-you-mean.js";
import type { RuleState } from "../pipeline/rule-state.js";
import type { RuleException } from "../rules/exceptions/exception.js";
import { runExceptionTests } from "../rules/exceptions/run-exception-tests.js";
import type { Rule } from "../rules/ir.js";
import { runRuleTests } from "../rules/test-runner.js";
import { testsFileOf } from "../rules/tests-file.js";
import { listFlag, readArgs, UsageError } from "./args.js";
import { choiceFlag } from "./choice.js";
import type { Command } from "./command.js";
import { plural } from "./plural.js";
import { firstOfEachCode, toDiagnosticLines } from "./reporters/diagnostics.js";
import { toJson, toJunit, toText, type TestResult, type TestRun } from "./reporters/test-results.js";
import { loadRulesFor, RULE_OPTIONS } from "./rule-flags.js";

const REPORTERS = { text: toText, junit: toJunit, json: toJson } as const;

export const testCommand: Command = {
  usage: `trailtag test [PATH…] [--rule ID]… [--reporter text|junit|json] [--config FILE]…

Runs the tests of the rules in the given files and folders, or of all rules and exceptions of the
configuration: Tests inside Panther rules, and files beside the others that end in .tests.yml.

  --rule ID           this rule only (may be repeated)
  --reporter NAME     text, junit (XML) or json
  --config FILE       configuration file (may be repeated; later ones win)

Exit code 1 when a test fails or none was run, 2 when a rule is refused.`,
  run: async (args) => {
    const { values, positionals } = readArgs(args, {
      ...RULE_OPTIONS,
      rule: { type: "string", multiple: true },
      reporter: { type: "string" },
    });
    const reporter = choiceFlag(values, "reporter", ["text", "junit", "json"]);
    const state = await loadRulesFor(values, positionals);
    const run = runTests(state, new Set(listFlag(values, "rule")));
    if (reporter === "text") tellRefused(run.refused);
    process.stdout.write(REPORTERS[reporter](run));
    if (run.refused.length > 0) return EXIT.ruleErrors;
    if (run.results.length === 0) {
      process.stderr.write(`No test was run. ${whyNone(state)}\n`);
      return EXIT.findings;
    }
    return run.results.some(({ passed }) => !passed) ? EXIT.findings : EXIT.ok;
  },
};

/** A run without tests that ends well would be green for ever. */
function whyNone({ loaded }: RuleState): string {
  if (loaded.rules.length > 0)
    return "None of the rules has tests: docs/writing-rules.md shows how they are written.";
  return "No rule was loaded: `trailtag lint` on the same paths says why, with --all what is for other logs.";
}

function tellRefused(refused: readonly Diagnostic[]): void {
  const shown = firstOfEachCode(refused);
  process.stderr.write(toDiagnosticLines(shown));
  const hidden = refused.length - shown.length;
  if (hidden > 0) process.stderr.write(`… ${plural(hidden, "line")} more; trailtag lint shows them\n`);
}

function runTests(state: RuleState, wanted: ReadonlySet<string>): TestRun {
  const { loaded, byId } = state;
  const refused = loaded.diagnostics.filter(({ severity }) => severity === "error");
  for (const id of wanted) {
    // A refused rule is told of by its diagnostics.
    if (byId.has(id) || refused.some(({ message }) => message.includes(id))) continue;
    const meant = didYouMean(id, byId.keys());
    const hint = meant === undefined ? '"trailtag list rules" lists them.' : `Did you mean ${meant}?`;
    throw new UsageError(`There is no rule ${id} among those loaded. ${hint}`);
  }
  const rules = wanted.size === 0 ? loaded.rules : loaded.rules.filter(({ id }) => wanted.has(id));
  const exceptions = wanted.size === 0 ? state.exceptions : [];
  return {
    rules: rules.length,
    exceptions: exceptions.length,
    results: [
      ...testRules(rules, state),
      ...exceptions.flatMap((exception) => testException(exception, state)),
    ],
    refused: wanted.size === 0 ? refused : refused.filter(({ message }) => mentions(message, wanted)),
  };
}

function mentions(message: string, ids: ReadonlySet<string>): boolean {
  return [...ids].some((id) => message.includes(id));
}

function testRules(rules: readonly Rule[], { loaded, lists }: RuleState): readonly TestResult[] {
  return runRuleTests(rules, compileRules(rules, { lists })).map(({ rule, test, actual, passed }) => {
    const path = loaded.paths.get(rule.id) ?? rule.file;
    const file = rule.kind === "panther" ? path : testsFileOf(path);
    const at = loaded.positions?.get(test);
    return {
      ...{
        kind: "rule",
        id: rule.id,
        file,
        where: at === undefined ? file : `${file}:${at.line}:${at.column}`,
      },
      ...{ name: test.name, expected: test.expected, actual, passed },
      because: passed ? [] : decidingNodes(explain(rule, test.log, lists)),
    };
  });
}

function testException(exception: RuleException, { lists, loaded }: RuleState): readonly TestResult[] {
  const { id, path, condition, tests } = exception;
  const results = runExceptionTests([exception], (compiled) => compileCondition(compiled, lists));
  return results.map(({ name, expected, actual, passed }, i) => {
    const test = tests[i];
    const log = test?.log ?? {};
    const at = test === undefined ? undefined : loaded.positions?.get(test);
    const where = at === undefined ? path : `${path}:${at.line}:${at.column}`;
    return {
      ...{ kind: "exception", id, file: path, where, name, expected, actual, passed },
      because: passed ? [] : decidingNodes(explainExpression(condition, log, lists)),
    };
  });
}
