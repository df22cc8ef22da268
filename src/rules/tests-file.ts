import type { Node } from "yaml";
import { didYouMean } from "../lib/did-you-mean.js";
import type { Diagnostic } from "../lib/diagnostics.js";
import type { RuleTest } from "./ir.js";
import type { Positions } from "./positions.js";
import { readEvent } from "./yaml/read-event.js";
import { parseYamlSource, type Entry, type YamlSource } from "./yaml/yaml-source.js";

/** Tests that stand beside a rule file, in `<rule>.tests.yml`. */
export interface TestsFile {
  /** What is wrong with the file by itself. A test that cannot be read is left out; the others are there. */
  readonly diagnostics: readonly Diagnostic[];
  /** Tests of a rule: those that name it, and those that name none. */
  testsOf(ruleId: string): readonly RuleTest[];
  /** What is wrong beside the rules that the rule file turned out to hold: tests of other rules, or of nobody knows which. */
  checkIds(ruleIds: readonly string[]): readonly Diagnostic[];
}

export const TEST_KEYS = ["name", "match", "event", "rule"] as const;
type TestKey = (typeof TEST_KEYS)[number];

interface WrittenTest {
  readonly test: RuleTest;
  readonly rule: string | undefined;
  /** Of `rule`, or of the whole test where it names none. */
  readonly at: Node | undefined;
}

const EXAMPLE = "Write `- {name: …, match: true, event: {eventName: …}}`, for example.";

/** `rules/a.yml` and `rules/a.toml` have their tests in `rules/a.tests.yml`. */
export function testsFileOf(rulePath: string): string {
  return rulePath.replace(/\.[^./\\]+$/, "") + ".tests.yml";
}

export function isTestsFile(path: string): boolean {
  return /\.tests\.ya?ml$/.test(path);
}

/**
 * Reads a file of tests: `tests:` with a list of `name`, `match` (true or false), `event` (a mapping, or a string that
 * holds a JSON object) and, where the rule file holds several rules, `rule` (an id). Never throws.
 *
 * @param path is what diagnostics show.
 */
export function parseTestsFile(text: string, path: string, positions?: Positions): TestsFile {
  try {
    const source = parseYamlSource(text, path);
    const tests = source.failed() ? [] : readTests(source);
    for (const { test, at } of tests) {
      if (at !== undefined) positions?.set(test, source.position(at));
    }
    // What is found later goes into the same source: only what is there now is wrong with the file by itself.
    const diagnostics = [...source.diagnostics];
    return {
      diagnostics,
      testsOf: (id) => tests.filter(({ rule }) => rule === undefined || rule === id).map(({ test }) => test),
      checkIds: (ids) => {
        checkIds(source, tests, ids);
        return source.diagnostics.slice(diagnostics.length);
      },
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The file cannot be read as YAML: ${reason}.`;
    return {
      diagnostics: [{ code: "yaml-syntax", severity: "error", file: path, line: 1, column: 1, message }],
      testsOf: () => [],
      checkIds: () => [],
    };
  }
}

function readTests(source: YamlSource): readonly WrittenTest[] {
  const entries = source.root === undefined ? [] : source.entries(source.root, "A file of tests");
  for (const { key, keyNode } of entries.filter((entry) => entry.key !== "tests")) {
    source.report("unknown-key", keyNode, `A file of tests has no key ${key}.`, "Its only key is `tests`.");
  }
  const list = entries.find((entry) => entry.key === "tests");
  if (list === undefined) {
    if (!source.failed())
      source.report("missing-key", source.root, "The file has no `tests`.", `Add \`tests:\`. ${EXAMPLE}`);
    return [];
  }
  const tests = (source.items(list.value, "`tests`") ?? []).flatMap((item) => readTest(source, item) ?? []);
  reportSameNames(source, tests);
  return tests;
}

function readTest(source: YamlSource, node: Node | undefined): WrittenTest | undefined {
  const entries = source.entries(node, "A test");
  const entry = (key: TestKey): Entry | undefined => entries.find((e) => e.key === key);
  for (const { key, keyNode } of entries.filter((e) => !(TEST_KEYS as readonly string[]).includes(e.key))) {
    const hint = meantKey(key) ?? `Known keys: ${TEST_KEYS.join(", ")}.`;
    source.report("unknown-key", keyNode, `A test has no key ${key}.`, hint);
  }
  const missing = (["name", "match", "event"] as const).filter((key) => entry(key) === undefined);
  if (missing.length > 0) {
    if (entries.length > 0)
      source.report("missing-key", node, `This test has no ${missing.join(" and no ")}.`, EXAMPLE);
    return undefined;
  }
  const name = source.string(entry("name")?.value, "`name` of a test");
  const expected = source.boolean(entry("match")?.value, "`match`");
  const log = readEvent(source, entry("event")?.value, "`event`");
  const rule = entry("rule");
  const id = rule === undefined ? undefined : source.string(rule.value, "`rule` of a test");
  if (name === undefined || expected === undefined || log === undefined) return undefined;
  if (rule !== undefined && id === undefined) return undefined;
  return { test: { name, expected, log }, rule: id, at: rule?.value ?? node };
}

/** Words that other formats have for the same. */
const ELSEWHERE: Readonly<Record<string, TestKey>> = {
  expectedresult: "match",
  expected: "match",
  expect: "match",
  should_match: "match",
  log: "event",
  input: "event",
  ruleid: "rule",
  rule_id: "rule",
  id: "rule",
};

function meantKey(key: string): string | undefined {
  const lower = key.toLowerCase();
  const meant = Object.hasOwn(ELSEWHERE, lower) ? ELSEWHERE[lower] : didYouMean(key, TEST_KEYS);
  return meant === undefined ? undefined : `Did you mean ${meant}?`;
}

function reportSameNames(source: YamlSource, tests: readonly WrittenTest[]): void {
  const seen = new Set<string>();
  for (const { test, rule, at } of tests) {
    const key = JSON.stringify([rule ?? null, test.name]);
    if (seen.has(key)) {
      const message = `Two tests have the name ${JSON.stringify(test.name)}.`;
      source.report("bad-value", at, message, "Give each a name that says what it shows.", "warning");
    }
    seen.add(key);
  }
}

function checkIds(source: YamlSource, tests: readonly WrittenTest[], ids: readonly string[]): void {
  if (ids.length === 0) return;
  for (const { test, rule, at } of tests) {
    const name = JSON.stringify(test.name);
    if (rule === undefined && ids.length > 1) {
      const message = `The rule file holds several rules, and the test ${name} does not say which it is for.`;
      source.report("missing-key", at, message, `Add \`rule:\` with one of ${ids.join(", ")}.`);
    }
    if (rule !== undefined && !ids.includes(rule)) {
      const meant = didYouMean(rule, ids);
      const hint = meant === undefined ? `It holds ${ids.join(", ")}.` : `Did you mean ${meant}?`;
      source.report("bad-value", at, `The rule file holds no rule ${rule}.`, hint);
    }
  }
}
