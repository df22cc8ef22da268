import { link, load, loadRule, holds, withDetection, withSelection, ID } from "./make.js";

const codes = (text: string) => load(text).diagnostics.map(({ code }) => code);

describe("bad input", () => {
  it.each<[string, string, string]>([
    ["nothing", "", "not-a-rule"],
    ["a comment", "# nothing\n", "not-a-rule"],
    ["a list", "- detection: {}\n", "not-a-rule"],
    ["text", "detection\n", "not-a-rule"],
    ["no YAML", "detection: [\n", "yaml-syntax"],
    ["a key that is there twice", `${withSelection("{a: b}")}level: low\nlevel: high\n`, "yaml-syntax"],
    ["nesting beyond all bounds", `detection: ${"[".repeat(100_000)}`, "yaml-limit"],
    ["an empty keyword", withSelection("['']"), "bad-value"],
    ["a keyword of wildcards", withSelection("['*']"), "bad-value"],
    ["an alias of nothing", withSelection("{a: *nothing}"), "yaml-syntax"],
  ])("%s is refused", (_, text, code) => {
    const { rules, diagnostics } = load(text);
    expect(rules).toEqual([]);
    expect(diagnostics.map((d) => d.code)).toEqual([code]);
    expect(diagnostics[0]).toMatchObject({ severity: "error", file: "rules/rule.yml" });
  });

  it("of aliases that repeat without end is refused quickly", () => {
    const levels = Array.from(
      { length: 30 },
      (_, i) => `  x${i + 1}: &x${i + 1} [${Array(9).fill(`*x${i}`).join(", ")}]`,
    );
    const text = withDetection(`  x0: &x0 [{a: b}]\n${levels.join("\n")}\n  condition: 1 of them`);
    const started = performance.now();
    expect(codes(text)).toContain("yaml-limit");
    expect(load(text).rules).toEqual([]);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it("of an alias that contains itself is refused", () => {
    expect(codes(withSelection("&s [*s]"))).not.toEqual([]);
    expect(load(withSelection("&s [*s]")).rules).toEqual([]);
  });

  it("costs no other document of its file", () => {
    const bad = withSelection("&s [*s]").replace(ID, "bad");
    const { rules } = link(
      `${withSelection("{a: b}")}---\n${bad}---\n${withSelection("{a: b}").replace(ID, "good")}`,
    );
    expect(rules.map(({ id }) => id)).toEqual([ID, "good"]);
  });

  it("with aliases as they are meant is read", () => {
    const selections = "  a: &a {x: 1}\n  b: *a\n  c: {y: &v [p, q]}\n  d: {z: *v}\n";
    const rule = loadRule(withDetection(`${selections}  condition: a and b and c and d`));
    expect(holds(rule, { x: 1, y: "q", z: "p" })).toBe(true);
    expect(holds(rule, { x: 1, y: "q", z: "r" })).toBe(false);
  });
});

describe("much input", () => {
  const values = Array.from({ length: 5_000 }, (_, i) => `value-${i}`);

  it("of conditions that name thousands of selections thousands of times is refused quickly", () => {
    const selections = Array.from({ length: 900 }, (_, i) => `  v${i}: {a: b}`).join("\n");
    const conditions = Array(900).fill("1 of v*").join(", ");
    const started = performance.now();
    expect(codes(withDetection(`${selections}\n  condition: [${conditions}]`))).toEqual([
      "too-many-alternatives",
    ]);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("of 5,000 alternatives is read and matched quickly", () => {
    const started = performance.now();
    const one = loadRule(withSelection(`{a: [${values.join(", ")}]}`));
    const parts = loadRule(withSelection(`{a|contains: [${values.join(", ")}]}`));
    const regex = loadRule(withSelection(`{a|re: '^(${values.join("|")})$'}`));
    for (const rule of [one, parts, regex]) {
      expect(holds(rule, { a: "value-4999" })).toBe(true);
      expect(holds(rule, { a: "other" })).toBe(false);
    }
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it("with nested repetitions in a regular expression is matched in linear time", () => {
    const rule = loadRule(withSelection("{a|re: '^(a+)+$'}"));
    const started = performance.now();
    expect(holds(rule, { a: `${"a".repeat(10_000)}!` })).toBe(false);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
