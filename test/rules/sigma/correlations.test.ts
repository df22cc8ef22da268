import type { Positions } from "../../../src/rules/positions.js";
import { parseTimespan } from "../../../src/rules/sigma/timespan.js";
import { holds, ID, link, load, withSelection } from "./make.js";

const LOGIN = `name: failed_login\n${withSelection("{eventName: ConsoleLogin}")}`;
const DELETE = `name: deleted\n${withSelection("{eventName: DeleteTrail}").replace(ID, "second")}`;
const DEFAULTS = {
  type: "event_count",
  rules: "[failed_login]",
  "group-by": "[userIdentity.arn]",
  timespan: "10m",
  condition: "{gte: 10}",
};
type Parts = Partial<Record<keyof typeof DEFAULTS | "aliases" | "generate", string | undefined>>;
const correlation = (parts: Parts = {}, id = "many", more = "") => {
  const lines = Object.entries<string | undefined>({ ...DEFAULTS, ...parts }).filter(
    ([, value]) => value !== undefined,
  );
  return `title: Many\nid: ${id}\nname: name_of_${id}\nlevel: high\n${more}correlation:\n${lines
    .map(([key, value]) => `  ${key}: ${value}\n`)
    .join("")}`;
};
const kinds = (...texts: string[]) =>
  link(...texts).diagnostics.map((d) => `${d.line}:${d.column} ${d.severity} ${d.code}`);
const errors = (...texts: string[]) =>
  link(...texts).diagnostics.filter(({ severity }) => severity === "error");

describe("correlations", () => {
  it("are rules whose condition holds where that of one of their rules does", () => {
    const { rules, diagnostics } = link(LOGIN, DELETE, correlation({ rules: `[failed_login, second]` }));
    expect(diagnostics).toEqual([]);
    const many = rules.find(({ id }) => id === "many")!;
    expect(many).toMatchObject({
      kind: "sigma",
      name: "Many",
      severity: "high",
      groupBy: ["userIdentity.arn"],
      createAlert: true,
      logTypes: ["AWS.CloudTrail"],
      stateful: {
        kind: "correlation",
        type: "event_count",
        rules: [ID, "second"],
        timespanSeconds: 600,
        fields: [],
        percentile: undefined,
        condition: [{ operator: "gte", value: 10 }],
        aliases: [],
      },
    });
    expect(many.program.groupBy.map(({ text }) => text)).toEqual(["userIdentity.arn"]);
    expect(holds(many, { eventName: "ConsoleLogin" })).toBe(true);
    expect(holds(many, { eventName: "DeleteTrail" })).toBe(true);
    expect(holds(many, { eventName: "StopLogging" })).toBe(false);
  });

  it("silence the rules they count, unless they say generate", () => {
    const alerts = (...texts: string[]) =>
      new Map(link(...texts).rules.map((rule) => [rule.id, rule.createAlert]));
    expect(alerts(LOGIN, DELETE, correlation())).toEqual(
      new Map([
        [ID, false],
        ["second", true],
        ["many", true],
      ]),
    );
    expect(alerts(LOGIN, correlation({ generate: "true" })).get(ID)).toBe(true);
    expect(alerts(LOGIN, correlation({}, "many", "generate: true\n")).get(ID)).toBe(true);
    expect(alerts(LOGIN, correlation({ generate: "true" }), correlation({}, "more")).get(ID)).toBe(false);
    // A correlation that is not loaded silences nobody.
    expect(alerts(LOGIN, correlation({ rules: "[failed_login, nobody]" }))).toEqual(new Map([[ID, true]]));
  });

  it("chain: the rules further down decide", () => {
    const outer = correlation(
      { type: "temporal_ordered", rules: "[name_of_many, deleted]", condition: undefined },
      "outer",
    );
    const { rules, diagnostics } = link(outer, correlation(), DELETE, LOGIN);
    expect(diagnostics).toEqual([]);
    const [first] = rules;
    expect(first).toMatchObject({
      id: "outer",
      createAlert: true,
      stateful: {
        type: "temporal_ordered",
        rules: ["many", "second"],
        condition: [{ operator: "gte", value: 2 }],
      },
    });
    expect(holds(first!, { eventName: "ConsoleLogin" })).toBe(true);
    expect(rules.find(({ id }) => id === "many")?.createAlert).toBe(false);
  });

  it("see their rules as filters leave them", () => {
    const filter =
      "title: F\nlogsource: {product: aws}\nfilter:\n  rules: [failed_login]\n  s: {user: eve}\n  condition: not s\n";
    const many = link(LOGIN, correlation(), filter).rules.find(({ id }) => id === "many")!;
    expect(holds(many, { eventName: "ConsoleLogin", user: "eve" })).toBe(false);
    expect(holds(many, { eventName: "ConsoleLogin", user: "bob" })).toBe(true);
    expect(kinds(LOGIN, correlation(), filter.replace("failed_login", "many"))).toEqual([
      "4:11 warning unresolved-rule",
    ]);
  });

  it("have aliases for fields that rules name differently", () => {
    const aliases = "{ip: {failed_login: sourceIPAddress, second: requestParameters.ip}}";
    const text = correlation({
      type: "temporal",
      rules: "[failed_login, deleted]",
      "group-by": "[ip]",
      aliases,
    });
    const many = link(LOGIN, DELETE, text).rules.find(({ id }) => id === "many");
    expect(many?.stateful).toMatchObject({
      aliases: [
        {
          name: "ip",
          fields: [
            { rule: ID, field: "sourceIPAddress" },
            { rule: "second", field: "requestParameters.ip" },
          ],
        },
      ],
    });
  });

  it.each<[Parts, object]>([
    [
      { type: "value_count", condition: "{field: a.b, gt: 3, lte: 9}" },
      { fields: ["a.b"], condition: ["gt 3", "lte 9"] },
    ],
    [
      { type: "value_count", condition: "{field: [a, b], neq: 3}" },
      { fields: ["a", "b"], condition: ["neq 3"] },
    ],
    [
      { type: "value_sum", condition: "{field: a, gt: 1.5}" },
      { fields: ["a"], condition: ["gt 1.5"] },
    ],
    [
      { type: "value_avg", condition: "{field: a, lt: 5}" },
      { fields: ["a"], condition: ["lt 5"] },
    ],
    [
      { type: "value_median", condition: "{field: a, eq: 5}" },
      { fields: ["a"], condition: ["eq 5"] },
    ],
    [
      { type: "value_percentile", condition: "{field: a, percentile: 95, gte: 5}" },
      { fields: ["a"], percentile: 95, condition: ["gte 5"] },
    ],
    [
      { type: "temporal", condition: "{gte: 1}" },
      { fields: [], condition: ["gte 1"] },
    ],
    [
      { type: "temporal", condition: undefined },
      { fields: [], condition: ["gte 1"] },
    ],
    [
      { rules: "failed_login", "group-by": "a" },
      { fields: [], condition: ["gte 10"] },
    ],
    [{ "group-by": "[]" }, { fields: [], condition: ["gte 10"] }],
  ])("of every type: %j", (parts, expected) => {
    const { rules, diagnostics } = link(LOGIN, correlation(parts));
    expect(diagnostics).toEqual([]);
    const stateful = rules.find(({ id }) => id === "many")?.stateful;
    if (stateful?.kind !== "correlation") throw new Error("no correlation");
    expect({
      fields: stateful.fields.map(({ text }) => text),
      percentile: stateful.percentile,
      condition: stateful.condition.map(({ operator, value }) => `${operator} ${value}`),
    }).toEqual({ percentile: undefined, ...expected });
  });

  it.each<[Parts, string]>([
    [{ type: undefined }, "5:1 error missing-key"],
    [{ type: "event_cuont" }, "6:9 error bad-value"],
    [{ rules: undefined }, "5:1 error missing-key"],
    [{ rules: "[]" }, "7:10 error bad-value"],
    [{ rules: "[5]" }, "7:11 error wrong-type"],
    [{ "group-by": undefined }, "5:1 error missing-key"],
    [{ "group-by": "{a: b}" }, "8:13 error wrong-type"],
    [{ timespan: undefined }, "5:1 error missing-key"],
    [{ timespan: "10 minutes" }, "9:13 error bad-value"],
    [{ timespan: "10" }, "9:13 error wrong-type"],
    [{ condition: undefined }, "5:1 error missing-key"],
    [{ condition: "{}" }, "10:14 error missing-key"],
    [{ condition: "{gte: many}" }, "10:20 error wrong-type"],
    [{ condition: "{gte: 10, least: 5}" }, "10:24 error unknown-key"],
    [{ condition: "[10]" }, "10:14 error wrong-type"],
    [{ condition: "{field: a, gte: 10}" }, "10:15 error bad-value"],
    [{ condition: "{gte: 10, percentile: 5}" }, "10:24 error bad-value"],
    [{ type: "value_count" }, "10:14 error missing-key"],
    [{ type: "value_sum" }, "10:14 error missing-key"],
    [{ type: "value_percentile", condition: "{field: a, gte: 1, percentile: 101}" }, "10:45 error bad-value"],
    [{ aliases: "{ip: sourceIPAddress}" }, "11:17 error wrong-type"],
    [{ aliases: "{ip: {nobody: a}}" }, "11:18 error unresolved-rule"],
    [{ type: "temporal", condition: "failed_login and deleted" }, "10:14 error unsupported-correlation"],
    [{ rules: "[failed_logn]" }, "7:11 error unresolved-rule"],
  ])("that are wrong are refused: %j", (parts, problem) => {
    const { rules, diagnostics } = link(LOGIN, correlation(parts));
    expect(diagnostics.map((d) => `${d.line}:${d.column} ${d.severity} ${d.code}`)).toEqual([problem]);
    expect(rules.map(({ id }) => id)).toEqual([ID]);
  });

  it("have keys of their own only", () => {
    const text = correlation().replace("timespan:", "timespam:");
    expect(errors(LOGIN, text).map(({ message, hint }) => `${message} ${hint ?? ""}`)).toEqual([
      expect.stringMatching(/no key timespam.*Did you mean timespan/),
      expect.stringMatching(/no timespan/),
    ]);
  });

  it("need an id", () => {
    expect(kinds(LOGIN, correlation().replace("id: many\n", ""))).toEqual(["1:1 error missing-key"]);
  });

  it("say which of their rules is not there, and why", () => {
    const said = (...texts: string[]) =>
      link(...texts)
        .diagnostics.map(({ message, hint }) => `${message} ${hint ?? ""}`)
        .at(-1);
    expect(said(correlation({ rules: "[failed_login]" }))).toMatch(
      /many is not loaded: there is no rule failed_login/,
    );
    expect(said(LOGIN, correlation({ rules: "[failed_logi]" }))).toMatch(/Did you mean failed_login/);
    expect(said(LOGIN.replace("condition: selection", "condition: x"), correlation())).toMatch(/was refused/);
    expect(said(`${LOGIN}status: deprecated\n`, correlation())).toMatch(/deprecated or unsupported/);
    expect(said(LOGIN, LOGIN.replace(ID, "x"), correlation())).toMatch(/several rules have the id or name/);
    const outer = correlation({ rules: "[many]" }, "outer");
    expect(said(correlation({ rules: "[nobody]" }), outer)).toMatch(/outer is not loaded: many was refused/);
  });

  it("of rules for other logs are for other logs", () => {
    const windows = LOGIN.replace("product: aws", "product: windows").replace(
      "service: cloudtrail",
      "category: x",
    );
    const outer = correlation({ rules: "[many]" }, "outer");
    expect(kinds(windows, DELETE, correlation({ rules: "[failed_login, deleted]" }), outer)).toEqual([
      "4:1 info other-log-type",
      "7:11 info other-log-type",
      "7:11 info other-log-type",
    ]);
  });

  it("that refer to one another in a circle are refused, those outside it too, and nobody else", () => {
    const { rules, diagnostics } = link(
      LOGIN,
      correlation({ rules: "[b]" }, "a"),
      correlation({ rules: "[failed_login, c]" }, "b"),
      correlation({ rules: "[a]" }, "c"),
      correlation({ rules: "[self]" }, "self"),
      correlation({ rules: "[outside2]" }, "outside1"),
      correlation({ rules: "[a]" }, "outside2"),
      correlation({}, "fine"),
    );
    expect(rules.map(({ id }) => id)).toEqual([ID, "fine"]);
    const said = diagnostics.map(({ code, file, line, column }) => `${file} ${line}:${column} ${code}`);
    expect(said.sort()).toEqual([
      "rules/1.yml 7:11 correlation-cycle",
      "rules/2.yml 7:25 correlation-cycle",
      "rules/3.yml 7:11 correlation-cycle",
      "rules/4.yml 7:11 correlation-cycle",
      "rules/5.yml 7:11 unresolved-rule",
      "rules/6.yml 7:11 unresolved-rule",
    ]);
  });

  it("may be chained as far as they like, written in any order", () => {
    const chain = Array.from({ length: 2_000 }, (_, i) =>
      correlation({ rules: i === 0 ? "[failed_login]" : `[c${i - 1}]` }, `c${i}`),
    );
    const { rules, diagnostics } = link([...chain].reverse().join("---\n"), LOGIN);
    expect(diagnostics).toEqual([]);
    expect(rules).toHaveLength(2_001);
    expect(holds(rules[0]!, { eventName: "ConsoleLogin" })).toBe(true);
  });

  it("may stand with their rules in one file, and keep their positions", () => {
    const positions: Positions = new WeakMap();
    const { rules, files } = load(`${correlation()}---\n${LOGIN}`, { positions });
    expect(files).toEqual([{ path: "rules/rule.yml", rules }]);
    expect(rules.map((rule) => [rule.id, positions.get(rule)?.line])).toEqual([
      [ID, 12],
      ["many", 1],
    ]);
  });
});

describe("time spans", () => {
  it.each<[string, number | undefined]>([
    ["30s", 30],
    ["90m", 5_400],
    ["24h", 86_400],
    ["7d", 604_800],
    ["2w", 1_209_600],
    ["1M", 2_629_746],
    ["1y", 31_556_952],
    ["0s", undefined],
    ["-1s", undefined],
    ["1.5h", undefined],
    ["10", undefined],
    ["h", undefined],
    ["10H", undefined],
  ])("%s", (text, seconds) => {
    expect(parseTimespan(text)).toBe(seconds);
  });
});
