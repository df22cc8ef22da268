import { compileReading } from "../../../src/match/compile-reading.js";
import { finishRule } from "../../../src/rules/finish-rule.js";
import type { Expression } from "../../../src/rules/expression.js";
import { topLevelField, type FieldReference } from "../../../src/rules/field.js";
import type { LoadedRules, Rule } from "../../../src/rules/ir.js";
import { lintRules } from "../../../src/rules/lint/lint-rules.js";
import type { Position, Positions } from "../../../src/rules/positions.js";
import { ruleOf } from "../../match/rule-fixture.js";

function lint(rules: readonly Rule[], positions?: Positions) {
  const loaded: LoadedRules = {
    rules,
    paths: new Map(rules.map(({ id }) => [id, `rules/${id}.yml`])),
    formats: new Map(),
    diagnostics: [],
    ruleset: "",
    positions,
  };
  return lintRules(loaded, (test, reading) => compileReading(test, reading, new Map()));
}
const summary = (rules: readonly Rule[]) =>
  lint(rules)
    .filter(({ code }) => code !== "no-tests")
    .map(({ code, message, hint }) => `${code} ${message} (${hint ?? ""})`);

const loose = (text: string): FieldReference => ({ kind: "loose", text, names: text.split(".") });
const exists = (field: FieldReference): Expression => ({
  kind: "predicate",
  field,
  test: { kind: "exists" },
  reading: "exact",
});
const eq = (field: string, value: string): Expression => ({
  kind: "predicate",
  field: topLevelField(field),
  test: { kind: "equals", value, ignoreCase: false },
  reading: "exact",
});

describe("fields that records do not have", () => {
  it.each([
    ["eventname", "eventName"],
    ["sourceIpAddress", "sourceIPAddress"],
    ["userName", "userIdentity.userName"],
    ["userIdentity.sessionIssuer.userName", "userIdentity.sessionContext.sessionIssuer.userName"],
    [
      "userIdentity.sessionContext.sessionIssuer.username",
      "userIdentity.sessionContext.sessionIssuer.userName",
    ],
    ["requestParameter.bucketName", "requestParameters"],
    ["resources.arn", "resources.ARN"],
    ["tlsDetails.version", "tlsDetails.tlsVersion"],
  ])("%s: did you mean %s", (written, meant) => {
    expect(summary([ruleOf("r", exists(loose(written)))])).toEqual([
      `unknown-field CloudTrail records have no field ${written}. (Did you mean ${meant}?)`,
    ]);
  });

  it.each([
    "eventName",
    "userIdentity.sessionContext.webIdFederationData.attributes.aud",
    "requestParameters.anything.at.all",
    "responseElements.x",
    "additionalEventData.MFAUsed",
    "serviceEventDetails.x",
    "resources.ARN",
    "userIdentity.inScopeOf.issuerType",
    "insightDetails.insightContext.attributions.insight.value",
    "summary.primaryDimension.statistics.name",
  ])("knows %s", (text) => {
    expect(summary([ruleOf("r", exists(loose(text)))])).toEqual([]);
  });

  it("looks at titles, groups, context, severities and summaries too, once for each name", () => {
    const rule = ruleOf("r", exists(loose("nonsenseA")), {
      title: [{ kind: "field", field: loose("nonsenseB") }],
      groupBy: [loose("nonsenseC")],
      context: [{ name: "c", field: loose("nonsenseD") }],
      severities: [{ severity: "low", riskScore: 21, condition: exists(loose("nonsenseE")) }],
    });
    const found = lint([finishRule({ ...rule, summaryAttributes: ["nonsenseF", "nonsenseA", "a[0].b"] })]);
    const named = found.flatMap(({ message }) => /no field (.+)\.$/.exec(message)?.[1] ?? []);
    expect(named.sort()).toEqual(
      ["A", "B", "C", "D", "E", "F"]
        .map((letter) => `nonsense${letter}`)
        .concat("a[0].b")
        .sort(),
    );
  });

  it("follows elements and the arguments of functions, and says where", () => {
    const inner = exists(topLevelField("kind"));
    const argument = loose("nonsense");
    const condition: Expression = {
      kind: "all",
      terms: [
        { kind: "elements", quantifier: "any", field: topLevelField("resources"), term: inner },
        exists({ kind: "call", text: "f", function: "java_text", args: [argument] }),
      ],
    };
    const rule = ruleOf("r", condition);
    const [elements, call] = (rule.program.condition as Extract<Expression, { kind: "all" }>).terms;
    const positions: Positions = new WeakMap<object, Position>([
      [rule, { line: 2, column: 1 }],
      [elements!, { line: 5, column: 3 }],
      [call!, { line: 9, column: 3 }],
    ]);
    const found = lint([rule], positions).map(({ code, line, message }) => `${line} ${code} ${message}`);
    expect(found).toEqual([
      "5 unknown-field CloudTrail records have no field kind.",
      "9 unknown-field CloudTrail records have no field nonsense.",
      "2 no-tests The rule has no tests.",
    ]);
  });
});

describe("conditions", () => {
  it("that hold always or never are told as such", () => {
    const never: Expression = { kind: "all", terms: [eq("eventName", "a"), eq("eventName", "b")] };
    expect(summary([ruleOf("all", { kind: "all", terms: [] })])).toEqual([
      expect.stringMatching(/^always-true The rule matches every event\./),
    ]);
    expect(summary([ruleOf("none", never)])).toEqual([
      expect.stringMatching(
        /^always-false The rule can never match: `eventName eq "b"` is not possible where `eventName eq "a"`\./,
      ),
    ]);
    const variant: Expression = {
      kind: "all",
      terms: [eq("eventName", "StopLogging"), eq("eventName", "Stoplogging")],
    };
    expect(summary([ruleOf("case", variant)])).toEqual([
      expect.stringContaining('; case counts, and "Stoplogging" is not "StopLogging".'),
    ]);
    const branch: Expression = { kind: "any", terms: [never, eq("eventName", "c")] };
    expect(summary([ruleOf("branch", branch)])).toEqual([expect.stringMatching(/^unreachable-branch /)]);
    const severities = [{ severity: "low", riskScore: 21, condition: eq("eventName", "x") }] as const;
    expect(summary([ruleOf("severity", eq("eventName", "a"), { severities })])).toEqual([
      expect.stringMatching(/^unreachable-branch .*where `eventName eq "a"`/),
    ]);
  });
});

describe("tests and titles", () => {
  const withTests = (id: string, kind: Rule["kind"], ...expected: boolean[]): Rule => {
    const tests = expected.map((one, i) => ({ name: `t${i}`, expected: one, log: {} }));
    return finishRule({ ...ruleOf(id, eq("eventName", id)), kind, tests });
  };

  it("are wanted of both kinds: of rules with a place for them more than of imported ones", () => {
    const rules = [
      withTests("a", "panther"),
      withTests("b", "sigma"),
      withTests("c", "panther", true),
      withTests("d", "elastic", false),
      withTests("e", "sigma", true, false),
    ];
    expect(lint(rules).map(({ code, severity, file }) => [file, severity, code])).toEqual([
      ["rules/a.yml", "warning", "no-tests"],
      ["rules/b.yml", "info", "no-tests"],
      ["rules/c.yml", "warning", "no-negative-test"],
      ["rules/d.yml", "warning", "no-positive-test"],
    ]);
  });

  it("are wanted to be told apart", () => {
    const [one, two] = ["one", "two"].map((id) => {
      return finishRule({ ...withTests(id, "sigma", true, false), name: "The same" });
    });
    expect(lint([one!, two!])).toEqual([
      expect.objectContaining({
        code: "duplicate-title",
        file: "rules/one.yml",
        message: 'The title "The same" is also that of two.',
      }),
      expect.objectContaining({ code: "duplicate-title", file: "rules/two.yml" }),
    ]);
  });
});
