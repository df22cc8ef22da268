import { DETECTION, HEAD, parse } from "./parse.js";

const alternatives = (count: number) => Array.from({ length: count }, (_, i) => `v${i}`).join(", ");
const nested = (depth: number) => `${"{All: [".repeat(depth)}{Condition: AlwaysTrue}${"]}".repeat(depth)}`;
const laughs = ["a: &a0 [x]", ...Array.from({ length: 30 }, (_, i) => `a${i}: &a${i + 1} [*a${i}, *a${i}]`)];

describe("bad input", () => {
  it.each<[string, string, string[]]>([
    ["nothing", "", ["not-a-rule 1:1"]],
    ["a comment", "# nothing\n", ["not-a-rule 1:1"]],
    ["a text", "just a text\n", ["wrong-type 1:1"]],
    ["a number", "7\n", ["wrong-type 1:1"]],
    ["a list", "- AnalysisType: rule\n", ["wrong-type 1:1"]],
    ["NUL bytes", "\0".repeat(1000), ["wrong-type 1:1"]],
    [
      "bytes that are no text",
      Buffer.from(Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256)).toString("utf8"),
      ["wrong-type 1:1"],
    ],
    ["a Detection that is a string", `${HEAD}Detection: eventName = x\n`, ["wrong-type 6:12"]],
    ["a Detection that is a mapping", `${HEAD}Detection: {Key: a}\n`, ["wrong-type 6:12"]],
    ["a Detection that is nothing", `${HEAD}Detection:\n`, ["wrong-type 6:11"]],
    ["a Detection of nothings", `${HEAD}Detection: [~]\n`, ["wrong-type 6:13"]],
    [
      "a Condition that is a list",
      `${HEAD}Detection: [{Key: a, Condition: [Equals]}]\n`,
      ["wrong-type 6:33"],
    ],
    ["an AnalysisType that is a list", "AnalysisType: [rule]\n", ["wrong-type 1:15"]],
    [
      "5,000 values",
      `${HEAD}Detection: [{Key: a, Condition: IsIn, Values: [${alternatives(5000)}]}]\n`,
      ["too-many-alternatives 6:47"],
    ],
    [
      "5,000 expressions",
      `${HEAD}Detection:\n  - Any:\n${"      - {Key: a, Condition: Equals, Value: b}\n".repeat(5000)}`,
      ["too-many-alternatives 8:7"],
    ],
    ["fifty-one levels", `${HEAD}Detection: [${nested(51)}]\n`, ["too-deep 6:369"]],
    ["a thousand levels", `${HEAD}Detection: [${nested(1000)}]\n`, ["yaml-limit 6:1406"]],
    ["a Detection that contains itself", `${HEAD}Detection: &a [{All: *a}]\n`, ["too-deep 6:15"]],
    [
      "a Detection that contains itself often",
      `${HEAD}Detection: &a [{All: *a}, {Any: *a}, {None: *a}]\n`,
      ["yaml-limit 6:15"],
    ],
    [
      "a Log that contains itself",
      `${HEAD}${DETECTION}Tests: [{Name: x, ExpectedResult: true, Log: &l {l: *l}}]\n`,
      ["yaml-limit 10:49"],
    ],
    [
      "a billion laughs",
      `${laughs.join("\n")}\n${HEAD}${DETECTION}Tests: [{Name: x, ExpectedResult: true, Log: {l: *a30}}]\n`,
      ["yaml-limit 41:46"],
    ],
    ["an alias to nothing", `${HEAD}Detection: *nothing\n`, ["yaml-syntax 6:12"]],
  ])("%s", (_, text, wanted) => {
    const start = performance.now();
    const { rule, diagnostics } = parse(text);
    expect(rule).toBeUndefined();
    expect([...new Set(diagnostics.map((d) => `${d.code} ${d.line}:${d.column}`))]).toEqual(wanted);
    expect(diagnostics.every((d) => d.message.endsWith("."))).toBe(true);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it("is told of ten megabytes of aliases at once", () => {
    const text = `${HEAD}Detection: &a\n${"  - *a\n".repeat(1_400_000)}`;
    expect(text.length).toBeGreaterThan(9_000_000);
    expect(parse(text).diagnostics.map((d) => `${d.code} ${d.line}:${d.column}`)).toEqual(["yaml-limit 1:1"]);
  });

  it("has a thousand values at most, and that many are fine", () => {
    const { rule } = parse(
      `${HEAD}Detection: [{Key: a, Condition: IsIn, Values: [${alternatives(1000)}]}]\n`,
    );
    expect(rule?.id).toBe("My.Rule");
  });
});
