import { parseYamlSource, parseYamlSources } from "../../../src/rules/yaml/yaml-source.js";

const problems = (text: string) =>
  parseYamlSource(text, "a.yml").diagnostics.map((d) => `${d.code} ${d.line}:${d.column} ${d.message}`);

describe("a YAML text that nobody wrote by hand", () => {
  it.each<[string, string, RegExp]>([
    [
      "a million brackets",
      "a: " + "[".repeat(1_000_000),
      /^yaml-limit 1:4\d\d .*nested deeper than 400 levels\.$/,
    ],
    ["a million dashes", "- ".repeat(1_000_000), /^yaml-limit 1:\d+ .*nested deeper/],
    ["mappings in mappings", "{a: ".repeat(100_000), /^yaml-limit 1:\d+ .*nested deeper/],
    [
      "a file of aliases",
      "a: &a [1]\nb: [" + "*a, ".repeat(900_000),
      /^yaml-limit 2:\d+ .*more than 1000 aliases\.$/,
    ],
    ["five million characters", "#".repeat(5_000_000), /^yaml-limit 1:1 .*more than 4 million characters\.$/],
  ])("%s is told where it goes too far", (_, text, wanted) => {
    const [first, ...rest] = problems(text);
    expect(first).toMatch(wanted);
    expect(rest).toEqual([]);
    expect(parseYamlSource(text, "a.yml").root).toBeUndefined();
    expect(parseYamlSources(text, "a.yml").map(({ root }) => root)).toEqual([undefined]);
  });

  it("may not hold documents without end", () => {
    const [source, ...more] = parseYamlSources("---\na: b\n".repeat(10_001), "a.yml");
    expect(more).toEqual([]);
    expect(source?.diagnostics).toMatchObject([{ code: "yaml-limit", severity: "error" }]);
    expect(parseYamlSources("---\na: b\n".repeat(3_000), "a.yml")).toHaveLength(3_000);
  });

  it.each([
    ["a list", "? [a, b]\n: c\n", "1:3 This is not well-formed YAML: a key must be text."],
    ["an alias", "a: &x b\n*x : c\n", "2:1 This is not well-formed YAML: a key must be text."],
    [
      "a merge key",
      "a: &x {b: c}\nd: {<<: *x}\n",
      "2:5 This is not well-formed YAML: <<, which takes in the keys of another mapping, is no longer part of YAML.",
    ],
  ])("is refused where a key is %s", (_, text, said) => {
    expect(problems(text)).toEqual([`yaml-syntax ${said}`]);
  });

  it("may have << as a plain text", () => {
    expect(problems("'<<': {a: b}\n")).toEqual([]);
    expect(problems("<<: text\n")).toEqual([]);
  });

  it("is read as fast as any other when a mapping has very many keys", () => {
    const keys = Array.from({ length: 60_000 }, (_, i) => `k${i}: 1\n`).join("");
    expect(problems(keys)).toEqual([]);
    expect(problems(`${keys}k7: 2\n`)).toEqual([
      "yaml-syntax 60001:1 This is not well-formed YAML: this key is there twice.",
    ]);
  });
});

describe("plain data", () => {
  const data = (text: string): unknown => {
    const source = parseYamlSource(text, "a.yml");
    return source.toData(source.root);
  };

  it("is what JSON has, whatever the tags", () => {
    expect(data("a: !!binary aGVsbG8=\nb: !!set {x, y}\nc: !!timestamp 2024-01-01\nd: 2024-01-01\n")).toEqual(
      {
        a: "aGVsbG8=",
        b: { x: null, y: null },
        c: "2024-01-01",
        d: "2024-01-01",
      },
    );
  });

  it("has aliases resolved", () => {
    expect(data("a: &a {x: 1}\nb: [*a, *a]\n")).toEqual({ a: { x: 1 }, b: [{ x: 1 }, { x: 1 }] });
  });

  it.each([
    ["that contains itself", "a: 1\nb: &b {b: *b}\n"],
    [
      "that aliases make too much of",
      Array.from({ length: 30 }, (_, i) =>
        i === 0 ? "a0: &a0 [x]" : `a${i}: &a${i} [*a${i - 1}, *a${i - 1}]`,
      ).join("\n"),
    ],
  ])("%s is refused", (_, text) => {
    expect(() => data(text)).toThrow("aliases here stand for themselves or for too much");
  });

  it("prints no warning of keys that are no text", () => {
    const write = jest.spyOn(process, "emitWarning");
    expect(data("? {a: 1}\n: b\n")).toBeUndefined();
    expect(write).not.toHaveBeenCalled();
    write.mockRestore();
  });
});

describe("a key that is there twice", () => {
  it.each([
    ["at the top", "a: 1\nb: 2\na: 3\n", "3:1"],
    ["in a list", "a:\n  - {b: 1, b: 2}\n", "2:12"],
    ["in a flow list of pairs", "a: [b: {c: 1, c: 2}]\n", "1:15"],
  ])("%s is told", (_, text, where) => {
    expect(problems(text)).toEqual([
      `yaml-syntax ${where} This is not well-formed YAML: this key is there twice.`,
    ]);
  });

  it("is another one where only the type differs", () => {
    expect(problems('1: a\n"1": b\n')).toEqual([]);
  });
});

describe("several documents", () => {
  it("are told where only one may be", () => {
    expect(problems("a: 1\n---\nb: 2\n---\nc: 3\n")).toEqual([
      "yaml-syntax 3:1 This is not well-formed YAML: it holds several documents, parted by ---.",
    ]);
    expect(problems("a: 1\na: 2\n---\nb: 2\n")).toHaveLength(1);
  });

  it("are read where they may be", () => {
    const sources = parseYamlSources("a: 1\n---\n---\nb: 2\n", "a.yml");
    expect(sources.map((source) => source.toData(source.root))).toEqual([{ a: 1 }, { b: 2 }]);
  });
});
