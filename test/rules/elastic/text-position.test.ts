import { parse } from "smol-toml";
import { locateToml, type TomlPath } from "../../../src/rules/elastic/text-position.js";

const at = (text: string, path: TomlPath) => {
  const { line, column } = locateToml(text).at(path);
  return text.split("\n")[line - 1]!.slice(column - 1);
};
const inString = (text: string, path: TomlPath, offset: number) => {
  const { line, column } = locateToml(text).inString(path, offset);
  return text.split("\n")[line - 1]!.slice(column - 1);
};

const RULE = `# [rule] in a comment
[metadata]
integration = ["aws", "okta"] # two
"quoted key" = 1
a.b = { c = 'x', d = [1, { e = 2 }] }

[rule]
name = "[rule] in a string"
query = '''
one and
  two = "x"
'''

[[rule.threat]]
framework = "first"
[[rule.threat.technique]]
id = "T1"
[[rule.threat]]
framework = "second"
[rule.threat.tactic]
id = "TA2"
`;

describe("locateToml", () => {
  it.each<[string, TomlPath]>([
    ["[metadata]", ["metadata"]],
    ['integration = ["aws", "okta"] # two', ["metadata", "integration"]],
    ['"okta"] # two', ["metadata", "integration", 1]],
    ['"quoted key" = 1', ["metadata", "quoted key"]],
    ["c = 'x', d = [1, { e = 2 }] }", ["metadata", "a", "b", "c"]],
    ["e = 2 }] }", ["metadata", "a", "b", "d", 1, "e"]],
    ["[rule]", ["rule"]],
    ['name = "[rule] in a string"', ["rule", "name"]],
    ["query = '''", ["rule", "query"]],
    ['framework = "first"', ["rule", "threat", 0, "framework"]],
    ['id = "T1"', ["rule", "threat", 0, "technique", 0, "id"]],
    ['framework = "second"', ["rule", "threat", 1, "framework"]],
    ['id = "TA2"', ["rule", "threat", 1, "tactic", "id"]],
  ])("finds %s", (line, path) => {
    expect(at(RULE, path)).toBe(line);
  });

  it("gives the place above for what is not there", () => {
    expect(at(RULE, ["rule", "threat", 1, "tactic", "name"])).toBe("[rule.threat.tactic]");
    expect(locateToml("").at(["rule"])).toEqual({ line: 1, column: 1 });
  });

  it("finds places in a string of several lines, whose first line end does not count", () => {
    expect(inString(RULE, ["rule", "query"], 0)).toBe("one and");
    expect(inString(RULE, ["rule", "query"], 10)).toBe('two = "x"');
  });

  it.each([
    ['a = "x\\u0041\\tb\\U0001F600!"', "b", 'b\\U0001F600!"'],
    ['a = "x\\u0041\\tb\\U0001F600!"', "!", '!"'],
    ['a = """\nx \\\n   y\\"z"""', "y", 'y\\"z"""'],
    ['a = """\nx \\\n   y\\"z"""', "z", 'z"""'],
    ["a = 'C:\\dir!'", "!", "!'"],
    ["a = '''\r\nx\r\ny'''", "y", "y'''"],
    ["a = ''''x'y'''''", "y", "y'''''"],
  ])("finds a place behind escapes in %j", (text, wanted, rest) => {
    const value = (parse(text) as { a: string }).a;
    expect(inString(text, ["a"], value.indexOf(wanted))).toBe(rest);
  });

  it("stands at the closing quotes for a place behind the end", () => {
    expect(locateToml("a = 'x'").inString(["a"], 99)).toEqual({ line: 1, column: 7 });
  });
});
