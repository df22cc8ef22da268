import { readFileSync } from "node:fs";
import { CORRELATION_TYPES } from "../../src/rules/ir.js";
import { MODIFIERS } from "../../src/rules/sigma/modifiers.js";
import { MODIFIER_NAMES } from "../../src/rules/sigma/modifier-names.js";
import { CORRELATION_KEYS } from "../../src/rules/sigma/parse-correlation.js";
import { DOCUMENT_KEYS } from "../../src/rules/sigma/rule-keys.js";
import { link, listsOf, load, withDetection, withSelection } from "./sigma/make.js";

const page = readFileSync("docs/reference/sigma.md", "utf8");
const section = (title: string) => page.split(`\n## ${title}\n`)[1]!.split(/\n##+ /)[0]!;
/** Cells of the rows that begin with code, with `\|` read as the mark it stands for. */
const rows = (text: string) =>
  text
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll("\\|", "|")),
    );
const codes = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
const lists = listsOf({ admins: ["root"] });
const problems = (text: string) => load(text, { lists }).diagnostics.map(({ code }) => code);

describe("docs/reference/sigma.md", () => {
  it("lists every key, in what kinds of documents it is and what becomes of it", () => {
    const known = new Map<string, { kinds: string[]; use: string }>();
    for (const [kind, keys] of Object.entries(DOCUMENT_KEYS)) {
      for (const [key, use] of keys) known.set(key, { kinds: [...(known.get(key)?.kinds ?? []), kind], use });
    }
    const written = rows(section("Keys")).map(([key, kinds, use]) => [
      codes(key!)[0],
      { kinds: kinds!.split(", "), use },
    ]);
    expect(new Map(written as [string, object][])).toEqual(known);
  });

  it.each(rows(section("Which rules are loaded")).slice(1))("says of %s: %s", (source, said) => {
    const text = withSelection("{a: x}").replace(/logsource:\n.*\n.*\n/, `logsource: ${codes(source)[0]!}\n`);
    expect(problems(text)).toEqual(said.startsWith("loaded") ? [] : ["other-log-type"]);
  });

  it.each(rows(section("Selections")))(
    "says of the selection %s whether it is supported: %s",
    (construct, supported, note) => {
      const found = problems(withSelection(codes(construct)[0]!));
      expect(found).toEqual(supported === "yes" ? [] : codes(note).slice(-1));
    },
  );

  it("lists every modifier, and no others", () => {
    const written = rows(section("Modifiers")).map(([name]) => codes(name!)[0]);
    expect(written).toEqual([...MODIFIER_NAMES]);
    expect(Object.keys(MODIFIERS).sort()).toEqual([...MODIFIER_NAMES].sort());
  });

  it.each(rows(section("Modifiers")))(
    "has an example of %s that loads (%s): %s",
    (name, supported, example) => {
      const text = codes(example)[0]!;
      expect(text.split(":")[0]!.split("|").slice(1)).toContain(codes(name)[0]);
      expect(supported).toBe("yes");
      expect(problems(withDetection(`  selection:\n    ${text}\n  condition: selection`))).toEqual([]);
    },
  );

  it.each(rows(section("Conditions")))(
    "says of the condition %s whether it is supported: %s",
    (construct, supported, note) => {
      const names = ["a", "b", "c", "sel_1", "sel_2"].map((name) => `  ${name}: {x: 1}\n`).join("");
      const found = problems(withDetection(`${names}  condition: ${codes(construct)[0]!}`));
      expect(found.filter((code) => code !== "unused-selection")).toEqual(
        supported === "yes" ? [] : codes(note).slice(0, 1),
      );
    },
  );

  const correlations = rows(section("Correlations"));
  const types = correlations.filter(([, supported]) => supported === "tags only");

  it("lists every type of correlation and every key", () => {
    expect(types.map(([type]) => codes(type!)[0])).toEqual([...CORRELATION_TYPES]);
    const keys = correlations.filter((row) => !types.includes(row)).map(([key]) => codes(key!)[0]);
    expect(keys.sort()).toEqual([...CORRELATION_KEYS].sort());
  });

  it.each(types)("has a condition that a %s takes", (type, _, condition) => {
    const [example] = codes(condition).filter((code) => code.startsWith("{"));
    const lines = [`type: ${codes(type)[0]!}`, "rules: [a_rule]", "group-by: []", "timespan: 1h"];
    if (example !== undefined) lines.push(`condition: ${example}`);
    const text = `title: T\nid: c\ncorrelation:\n${lines.map((line) => `  ${line}\n`).join("")}`;
    const { rules, diagnostics } = link(`name: a_rule\n${withSelection("{a: x}")}`, text);
    expect(diagnostics).toEqual([]);
    expect(rules).toHaveLength(2);
  });
});
