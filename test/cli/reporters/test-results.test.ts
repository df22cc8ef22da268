import type { ExplainNode } from "../../../src/match/explain.js";
import { toJson, toJunit, toText, type TestRun } from "../../../src/cli/reporters/test-results.js";

const because: ExplainNode = {
  kind: "predicate",
  held: false,
  text: 'eventName eq "<a> & b"',
  seen: [{ field: "eventName", value: "\u0000\ud800 ]]>" }],
  terms: [],
};
const RUN: TestRun = {
  rules: 2,
  exceptions: 1,
  results: [
    {
      kind: "rule",
      id: "A",
      file: "a.yml",
      where: "a.yml:3:5",
      name: "fine",
      expected: true,
      actual: true,
      passed: true,
      because: [],
    },
    {
      ...{ kind: "rule", id: "A", file: "a.yml", where: "a.yml:9:5", name: 'says "no"\n& <never>' },
      ...{ expected: true, actual: false, passed: false, because: [because] },
    },
    {
      ...{ kind: "exception", id: "E", file: "e.yml", where: "e.yml", name: "not so" },
      ...{ expected: false, actual: true, passed: false, because: [] },
    },
  ],
  refused: [
    {
      code: "yaml-syntax",
      severity: "error",
      file: "b<c>.yml",
      line: 1,
      column: 2,
      message: "Odd & broken.",
      hint: "Mend it.",
    },
  ],
};

describe("reports of a test run", () => {
  it("as text say what failed, where, and which part of the condition decided", () => {
    expect(toText(RUN)).toBe(
      [
        'FAIL a.yml:9:5: A "says \\"no\\"\\n& <never>" should match and does not',
        '       ✗ eventName eq "<a> & b"  ← "\\u0000\\ud800 ]]>"',
        'FAIL e.yml: E "not so" should not suppress and suppresses',
        "2 rules, 1 exception, 3 tests, 1 passed, 2 failed, 1 not loaded",
        "",
      ].join("\n"),
    );
  });

  it("as JSON hold every test", () => {
    expect(JSON.parse(toJson(RUN))).toMatchObject({
      rules: 2,
      exceptions: 1,
      passed: 1,
      failed: 2,
      tests: [
        { name: "fine", passed: true },
        { because: [expect.stringContaining("← ")] },
        { kind: "exception" },
      ],
      refused: [{ code: "yaml-syntax" }],
    });
  });

  it("as JUnit's XML are well-formed whatever names and values hold", () => {
    const xml = toJunit({
      ...RUN,
      results: RUN.results.map((result) => ({ ...result, id: `${result.id}\u0001\ud800` })),
    });
    expect(readXml(xml)).toEqual([
      'testsuites name="trailtag" tests="4" failures="2" errors="1"',
      'testsuite name="A\ufffd\ufffd" file="a.yml" tests="2" failures="1" errors="0"',
      'testcase classname="A\ufffd\ufffd" name="fine" file="a.yml"',
      'testcase classname="A\ufffd\ufffd" name="says "no"\n& <never>" file="a.yml"',
      'failure message="A\ufffd\ufffd should match and does not"',
      'a.yml:9:5\n✗ eventName eq "<a> & b"  ← "\\u0000\\ud800 ]]>"',
      'testsuite name="E\ufffd\ufffd" file="e.yml" tests="1" failures="1" errors="0"',
      'testcase classname="E\ufffd\ufffd" name="not so" file="e.yml"',
      'failure message="E\ufffd\ufffd should not suppress and suppresses"',
      "e.yml",
      'testsuite name="not loaded" tests="1" failures="0" errors="1"',
      'testcase classname="not loaded" name="b<c>.yml" file="b<c>.yml"',
      'error type="yaml-syntax" message="Odd & broken."',
      "b<c>.yml:1:2 error yaml-syntax Odd & broken. (Mend it.)",
    ]);
  });
});

/** Elements with their attributes, and texts, in order; fails where an element is not closed or a character does not belong. */
function readXml(xml: string): string[] {
  const [, body = ""] = /^<\?xml version="1\.0" encoding="UTF-8"\?>\n([^]*)$/.exec(xml) ?? [];
  const found: string[] = [];
  const open: string[] = [];
  const unescape = (text: string): string => {
    expect(text).not.toMatch(/&(?!(amp|lt|gt|quot|#9|#10|#13);)/);
    return text
      .replaceAll("&#10;", "\n")
      .replaceAll("&quot;", '"')
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&");
  };
  for (const [part] of body.matchAll(/<[^<>]*>|[^<>]+/g)) {
    if (!part.startsWith("<")) {
      if (part.trim() !== "") found.push(unescape(part));
    } else if (part.startsWith("</")) expect(part).toBe(`</${open.pop()}>`);
    else {
      const [, name = "", attributes = "", closed] = /^<(\w+)((?: \w+="[^"<>]*")*)(\/?)>$/.exec(part) ?? [];
      expect(name).not.toBe("");
      found.push(unescape(`${name}${attributes}`));
      if (closed === "") open.push(name);
    }
  }
  expect(open).toEqual([]);

  expect(xml).not.toMatch(
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])/,
  );
  return found;
}
