import { holds, ID, link, loadRule, withSelection } from "./make.js";

const RULE = withSelection("{eventName: StopLogging}");
const LOGSOURCE = "logsource: {product: aws, service: cloudtrail}\n";
const filter = (
  rules: string,
  body = "  s: {user|startswith: adm_}\n  condition: not s\n",
  logsource = LOGSOURCE,
) => `title: Admins\n${logsource}filter:\n  rules: ${rules}\n${body}`;
const kinds = (...texts: string[]) =>
  link(...texts).diagnostics.map((d) => `${d.line}:${d.column} ${d.severity} ${d.code}`);

describe("filters", () => {
  const event = { eventName: "StopLogging", user: "adm_eve" };

  it("narrow rules of other files, named by id or by name, or all of a log source", () => {
    const named = `name: trail_stopped\n${RULE}`;
    for (const rules of [`[${ID}]`, ID, "[trail_stopped]", "any"]) {
      for (const texts of [
        [named, filter(rules)],
        [filter(rules), named],
        [`${named}---\n${filter(rules)}`],
      ]) {
        const { rules: linked, diagnostics } = link(...texts);
        expect(diagnostics).toEqual([]);
        expect(linked).toHaveLength(1);
        expect(holds(linked[0]!, event)).toBe(false);
        expect(holds(linked[0]!, { ...event, user: "eve" })).toBe(true);
        expect(holds(linked[0]!, { ...event, eventName: "x", user: "eve" })).toBe(false);
      }
    }
  });

  it("change the rule's hash, and nothing of rules that they do not name", () => {
    const other = RULE.replace(ID, "other");
    const { rules } = link(RULE, other, filter(`[${ID}]`));
    expect(rules[0]?.hash).not.toBe(loadRule(RULE).hash);
    expect(rules[1]?.hash).toBe(loadRule(other).hash);
    const again = link(filter(`[${ID}]`), RULE);
    expect(again.rules[0]?.hash).toBe(rules[0]?.hash);
  });

  it("may be several for one rule: all of them hold", () => {
    const { rules } = link(RULE, filter("any"), filter("any", "  s: {region: x}\n  condition: not s\n"));
    expect(holds(rules[0]!, { eventName: "StopLogging", user: "eve", region: "x" })).toBe(false);
    expect(holds(rules[0]!, { eventName: "StopLogging", user: "eve", region: "y" })).toBe(true);
  });

  it("are added with `and`: one without a not keeps what it describes, and is warned of", () => {
    const keeps = filter("any", "  s: {user: eve}\n  condition: s\n");
    const { rules, diagnostics } = link(RULE, keeps);
    expect(diagnostics.map((d) => `${d.line}:${d.column} ${d.severity} ${d.code}`)).toEqual([
      "6:14 warning filter-keeps",
    ]);
    expect(diagnostics[0]?.hint).toMatch(/not selection/);
    expect(holds(rules[0]!, { eventName: "StopLogging", user: "eve" })).toBe(true);
    expect(holds(rules[0]!, { eventName: "StopLogging", user: "bob" })).toBe(false);
    expect(kinds(RULE, filter("any", "  s: {user|neq: eve}\n  condition: s\n"))).toEqual([]);
  });

  it("apply to rules of their log source only", () => {
    const wide = filter("any", undefined, "logsource: {product: aws}\n");
    expect(holds(link(RULE, wide).rules[0]!, event)).toBe(false);
    const narrow = filter(
      `[${ID}]`,
      undefined,
      "logsource: {product: aws, service: cloudtrail, category: x}\n",
    );
    expect(kinds(RULE, narrow)).toEqual(["4:11 warning unresolved-rule"]);
    expect(kinds(RULE, filter("any", undefined, "logsource: {product: windows}\n"))).toEqual([
      "2:1 info other-log-type",
    ]);
  });

  it("tell of rules that they do not find, and work for the others", () => {
    const { rules, diagnostics } = link(RULE, filter(`[${ID}, ${ID.replace("5", "6")}, nobody]`));
    expect(diagnostics.map(({ message, hint }) => `${message} ${hint ?? ""}`)).toEqual([
      expect.stringMatching(/Admins.*not among the rules\. Did you mean 11111111/),
      expect.stringMatching(/nobody, which is not among the rules\. Remove it/),
    ]);
    expect(holds(rules[0]!, event)).toBe(false);
  });

  it("say nothing of rules that are for other logs or deprecated, and something of refused ones", () => {
    const windows = RULE.replace("product: aws", "product: windows").replace(
      "service: cloudtrail",
      "service: x",
    );
    expect(kinds(windows, filter(`[${ID}]`))).toEqual(["3:1 info other-log-type"]);
    expect(kinds(`${RULE}status: deprecated\n`, filter(`[${ID}]`))).toEqual([
      expect.stringContaining("rule-retired"),
    ]);
    expect(kinds(RULE.replace("condition: selection", "condition: x"), filter(`[${ID}]`))).toEqual([
      expect.stringContaining("error unknown-selection"),
      "4:11 warning unresolved-rule",
    ]);
  });

  it.each<[string, string]>([
    [filter("[]"), "4:10 error bad-value"],
    [filter("[5]"), "4:11 error wrong-type"],
    [filter("any", "  s: {a|x: 1}\n  condition: not s\n"), "5:7 error unknown-modifier"],
    [filter("any", "  s: {a: 1}\n  condition: not x\n"), "6:18 error unknown-selection"],
    [filter("any", "  s: {a: 1}\n"), "3:1 error missing-key"],
    [filter("any").replace("  rules: any\n", ""), "3:1 error missing-key"],
    [filter("any").replace("title: Admins\n", ""), "1:1 error missing-key"],
    [filter("any").replace(LOGSOURCE, ""), "1:1 error missing-key"],
    [`title: T\n${LOGSOURCE}filter: x\n`, "3:9 error wrong-type"],
  ])("that are wrong are not loaded: %j", (text, problem) => {
    const { rules, diagnostics } = link(RULE, text);
    expect(diagnostics.map((d) => `${d.line}:${d.column} ${d.severity} ${d.code}`)).toEqual([problem]);
    expect(holds(rules[0]!, event)).toBe(true);
  });
});
