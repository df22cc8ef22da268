import type { Diagnostic } from "../../lib/diagnostics.js";
import type { ExplainNode } from "../../match/explain.js";
import { formatDiagnostic } from "../../lib/diagnostics.js";
import { plural } from "../plural.js";
import { oneLine } from "./one-line.js";
import { toTestLine } from "./explanation.js";

/** What came of one test of a rule or an exception. */
export interface TestResult {
  readonly kind: "rule" | "exception";
  /** Of the rule or the exception. */
  readonly id: string;
  /** `file:line:column`, as far as it is known. */
  readonly where: string;
  readonly file: string;
  readonly name: string;
  readonly expected: boolean;
  readonly actual: boolean;
  readonly passed: boolean;
  /** For a failed test: the parts of the condition that decided. */
  readonly because: readonly ExplainNode[];
}

export interface TestRun {
  /** Rules and exceptions that were looked at. */
  readonly rules: number;
  readonly exceptions: number;
  readonly results: readonly TestResult[];
  /** What was not loaded, and so not tested. */
  readonly refused: readonly Diagnostic[];
}

/** Parts of a condition that are shown for one failed test. */
const MAX_BECAUSE = 10;

/** `should match and does not`, for the rule or the exception. */
export function describeFailure({ kind, expected }: TestResult): string {
  const verb = kind === "rule" ? "match" : "suppress";
  const verbs = kind === "rule" ? "matches" : "suppresses";
  return expected ? `should ${verb} and does not` : `should not ${verb} and ${verbs}`;
}

/** A line for each part of the condition that decided. */
export function becauseLines({ because }: TestResult): readonly string[] {
  const lines = because.slice(0, MAX_BECAUSE).map(toTestLine);
  return because.length > MAX_BECAUSE ? [...lines, `… ${because.length - MAX_BECAUSE} more`] : lines;
}

export function toText({ rules, exceptions, results, refused }: TestRun): string {
  const failed = results.filter(({ passed }) => !passed);
  const lines = failed.flatMap((result) => [
    `FAIL ${result.where}: ${result.id} ${JSON.stringify(result.name)} ${describeFailure(result)}`,
    ...becauseLines(result).map((line) => `       ${line}`),
  ]);
  const counted = [
    plural(rules, "rule"),
    ...(exceptions > 0 ? [plural(exceptions, "exception")] : []),
    plural(results.length, "test"),
    `${results.length - failed.length} passed`,
    `${failed.length} failed`,
    ...(refused.length > 0 ? [`${refused.length} not loaded`] : []),
  ];
  return [...lines.map(oneLine), counted.join(", "), ""].join("\n");
}

export function toJson({ rules, exceptions, results, refused }: TestRun): string {
  const tests = results.map(({ because, ...result }) => ({
    ...result,
    ...(result.passed ? {} : { because: because.map(toTestLine) }),
  }));
  const passed = results.filter((result) => result.passed).length;
  const summary = { rules, exceptions, passed, failed: results.length - passed };
  return `${JSON.stringify({ ...summary, tests, refused }, null, 2)}\n`;
}

/** JUnit's XML: a suite for each rule, and one of errors for what was not loaded. */
export function toJunit({ results, refused }: TestRun): string {
  const suites = new Map<string, TestResult[]>();
  for (const result of results) suites.set(result.id, [...(suites.get(result.id) ?? []), result]);
  const failures = results.filter(({ passed }) => !passed).length;
  const total = { tests: results.length + refused.length, failures, errors: refused.length };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    element("testsuites", { name: "trailtag", ...total }, [
      ...[...suites].map(([id, tests]) => toSuite(id, tests)),
      ...(refused.length === 0 ? [] : [toRefused(refused)]),
    ]),
    "",
  ].join("\n");
}

function toSuite(id: string, tests: readonly TestResult[]): string {
  const failures = tests.filter(({ passed }) => !passed).length;
  const attributes = { name: id, file: tests[0]?.file ?? "", tests: tests.length, failures, errors: 0 };
  return element("testsuite", attributes, tests.map(toCase));
}

function toCase(result: TestResult): string {
  const attributes = { classname: result.id, name: result.name, file: result.file };
  if (result.passed) return element("testcase", attributes, []);
  const text = escapeText([result.where, ...becauseLines(result)].join("\n"));
  return element("testcase", attributes, [
    element("failure", { message: `${result.id} ${describeFailure(result)}` }, [text]),
  ]);
}

function toRefused(refused: readonly Diagnostic[]): string {
  const cases = refused.map((diagnostic) =>
    element("testcase", { classname: "not loaded", name: diagnostic.file, file: diagnostic.file }, [
      element("error", { type: diagnostic.code, message: diagnostic.message }, [
        escapeText(formatDiagnostic(diagnostic)),
      ]),
    ]),
  );
  const counts = { tests: refused.length, failures: 0, errors: refused.length };
  return element("testsuite", { name: "not loaded", ...counts }, cases);
}

function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content: readonly string[],
): string {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${escapeAttribute(String(value))}"`,
  );
  const open = `<${name}${written.join("")}`;
  return content.length === 0 ? `${open}/>` : `${open}>${content.join("\n")}</${name}>`;
}

/** Line breaks and tabs of an attribute would be read as blanks. */
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

function escapeText(text: string): string {
  return replaceUnfit(text).replace(/[&<>]/g, (character) => ENTITIES[character] ?? character);
}

function escapeAttribute(text: string): string {
  return replaceUnfit(text).replace(/[&<>"\t\n\r]/g, (character) => ENTITIES[character] ?? character);
}

/** Characters that XML cannot hold at all become U+FFFD; lone surrogates among them. */
function replaceUnfit(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD");
}
