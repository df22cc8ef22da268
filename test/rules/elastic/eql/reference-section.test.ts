import { readFileSync } from "node:fs";
import {
  CONDITION_FUNCTIONS,
  FUNCTION_NAMES,
  VALUE_FUNCTIONS,
} from "../../../../src/rules/elastic/eql/functions.js";
import { PREDEFINED } from "../../../../src/rules/elastic/eql/lucene-classes.js";
import { toRegexTest } from "../../../../src/rules/elastic/eql/lucene-regex.js";
import { ARITHMETIC, COMPARISONS, MEMBERSHIPS } from "../../../../src/rules/elastic/eql/syntax.js";
import type { NamedList } from "../../../../src/rules/lists/named-list.js";
import { compile } from "./eql-fixture.js";

const page = readFileSync("docs/reference/elastic.md", "utf8");
const eql = page.split("\n## EQL\n")[1]!.split("\n## ")[0]!;

/** What stands in code style in the first column of a table, and the second column. */
const rows = (title: string) =>
  eql
    .split(`\n### ${title}\n`)[1]!
    .split("\n### ")[0]!
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => {
      const [, first = "", supported = ""] = line.split(/(?<!\\)\|/);
      const constructs = [...first.matchAll(/``(.+?)``|`([^`]+)`/g)];
      return {
        constructs: constructs.map(([, double, single]) => (double ?? single ?? "").replaceAll("\\|", "|")),
        supported: supported.trim(),
      };
    });

const constructsOf = (title: string) => rows(title).flatMap(({ constructs }) => constructs);

describe("docs/reference/elastic.md on EQL", () => {
  it("lists the operators, all and no others", () => {
    const negated = MEMBERSHIPS.filter((operator) => operator.startsWith("in")).map((word) => `not ${word}`);
    const known = [...COMPARISONS, ...MEMBERSHIPS, ...negated, ...ARITHMETIC, "and", "or", "not"];
    expect(constructsOf("Operators").sort()).toEqual(known.sort());
  });

  it("lists the functions, all and no others, with a ~ where they take one", () => {
    const insensitive = [...VALUE_FUNCTIONS, ...CONDITION_FUNCTIONS].filter((known) => known.insensitive);
    const known = [...FUNCTION_NAMES, ...insensitive.map(({ name }) => `${name}~`)];
    expect(constructsOf("Functions").sort()).toEqual(known.sort());
  });

  it("says yes to operators and functions", () => {
    const all = [...rows("Operators"), ...rows("Functions")];
    expect(all.filter(({ supported }) => supported !== "yes")).toEqual([]);
  });

  it.each(rows("Queries"))("tells the truth of $constructs", ({ constructs: [query = ""], supported }) => {
    const lists = new Map([["admin-actions", {} as NamedList]]);
    const { condition, problems } = compile(query, { lists });
    expect(condition !== undefined).toBe(supported === "yes");
    expect(problems.length).toBe(supported === "yes" ? 0 : 1);
  });

  it.each(rows("Regular expressions"))("tells the truth of $constructs", ({ constructs, supported }) => {
    for (const pattern of constructs) {
      const test = toRegexTest(pattern, false);
      if (supported === "yes") expect(test === "any" || "kind" in test).toBe(true);
      else expect(test).toMatchObject({ code: "unsupported-regex" });
    }
  });

  it("lists the classes of characters that have a letter", () => {
    const listed = constructsOf("Regular expressions").filter((construct) => /^\\[a-zA-Z]$/.test(construct));
    expect(listed.sort()).toEqual([...PREDEFINED.keys()].map((letter) => `\\${letter}`).sort());
  });
});
