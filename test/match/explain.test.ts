import fc from "fast-check";
import { decidingNodes } from "../../src/match/deciding-nodes.js";
import { compileRules } from "../../src/match/engine.js";
import { explain, explainExpression, type ExplainNode } from "../../src/match/explain.js";
import type { Expression, ValueTest } from "../../src/rules/expression.js";
import { topLevelField } from "../../src/rules/field.js";
import { arbitraryRecord } from "./arbitrary-records.js";
import { arbitraryLists, arbitraryRules } from "./arbitrary-rules.js";
import { ruleOf } from "./rule-fixture.js";

const is = (name: string, test: ValueTest): Expression => ({
  kind: "predicate",
  field: topLevelField(name),
  test,
  reading: "exact",
});
const equals = (name: string, value: string): Expression =>
  is(name, { kind: "equals", value, ignoreCase: false });
const lines = (node: ExplainNode, depth = 0): string[] => [
  `${"  ".repeat(depth)}${node.held ? "+" : "-"} ${node.element === undefined ? "" : `[${node.element}] `}${node.text}${node.seen
    .map(({ field, value }) => ` | ${field} = ${value === undefined ? "missing" : JSON.stringify(value)}`)
    .join("")}`,
  ...node.terms.flatMap((term) => lines(term, depth + 1)),
];

describe("explain", () => {
  const condition: Expression = {
    kind: "all",
    terms: [
      equals("eventName", "StopLogging"),
      {
        kind: "not",
        term: { kind: "any", terms: [equals("awsRegion", "eu-west-1"), is("errorCode", { kind: "exists" })] },
      },
      { kind: "anywhere", test: { kind: "contains", value: "evil", ignoreCase: false } },
      {
        kind: "elements",
        quantifier: "any",
        field: topLevelField("resources"),
        term: equals("type", "bucket"),
      },
    ],
  };
  const record = {
    eventName: "DeleteTrail",
    awsRegion: "eu-west-1",
    requestParameters: { tags: ["good", "an evil one"] },
    resources: [{ type: "trail" }, { type: "bucket" }],
  };

  it("looks at every part, and shows the values", () => {
    expect(lines(explain(ruleOf("r", condition), record, new Map()))).toEqual([
      "- all of",
      '  - eventName eq "StopLogging" | eventName = "DeleteTrail"',
      "  - not",
      "    + any of",
      '      + awsRegion eq "eu-west-1" | awsRegion = "eu-west-1"',
      "      - errorCode exists | errorCode = missing",
      '  + anywhere contains "evil" | requestParameters.tags[1] = "an evil one"',
      "  + any element of resources",
      '    - [0] type eq "bucket" | type = "trail"',
      '    + [1] type eq "bucket" | type = "bucket"',
    ]);
  });

  it("names the tests that decided", () => {
    const deciding = decidingNodes(explain(ruleOf("r", condition), record, new Map()));
    expect(deciding.map(({ text }) => text)).toEqual([
      'eventName eq "StopLogging"',
      'awsRegion eq "eu-west-1"',
    ]);
  });

  it("shows few of many elements, those that hold among them", () => {
    const resources = Array.from({ length: 500 }, (_, i) => ({ type: i === 400 ? "bucket" : "trail" }));
    const node = explainExpression(condition, { resources }, new Map()).terms.at(-1);
    expect(node).toMatchObject({ held: true, omitted: 490 });
    expect(node?.terms.filter(({ held }) => held).map(({ element }) => element)).toEqual([400]);
  });

  it("says where there is no list", () => {
    const node = explainExpression(condition, { resources: "none" }, new Map()).terms.at(-1);
    expect(node).toMatchObject({ held: false, terms: [], seen: [{ field: "resources", value: "none" }] });
  });

  it("comes to the verdict of the engine", () => {
    let held = 0;
    fc.assert(
      fc.property(arbitraryRules, arbitraryLists, arbitraryRecord, (rules, lists, one) => {
        const found = compileRules(rules, { lists }).evaluate(one);
        const explained = rules.filter((rule) => explain(rule, one, lists).held);
        expect(explained.map(({ id }) => id)).toEqual(found.map(({ rule }) => rule.id));
        held += found.length;
      }),
      { numRuns: 800 },
    );
    expect(held).toBeGreaterThan(200);
  }, 60_000);
});
