import { readFileSync } from "node:fs";
import { FIELDS } from "../../src/rules/elastic/field-table.js";
import {
  METADATA_KEYS,
  RULE_KEYS,
  TABLE_KEYS,
  TOP_KEYS,
  type KeyUse,
} from "../../src/rules/elastic/rule-keys.js";
import { LANGUAGES, RULE_TYPES } from "../../src/rules/elastic/rule-types.js";
import { listOf, load, ruleText } from "./elastic/make.js";

const page = readFileSync("docs/reference/elastic.md", "utf8");
const section = (title: string, level = "##") => page.split(`\n${level} ${title}\n`)[1]!.split(/\n##+ /)[0]!;
/** Cells of the rows that begin with code. */
const rows = (text: string) =>
  text
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
const codes = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);

describe("docs/reference/elastic.md", () => {
  it("says of every rule type and language whether it is supported", () => {
    const known = [
      ...[...RULE_TYPES].map(([name, { supported }]) => [name, supported ? "yes" : "no"]),
      ...[...LANGUAGES].map(([name, supported]) => [name, supported ? "yes" : "no"]),
    ];
    expect(rows(section("Rule types")).map(([name, supported]) => [codes(name!)[0], supported])).toEqual(
      known,
    );
  });

  it.each<[string, ReadonlyMap<string, KeyUse>]>([
    ["At the top", TOP_KEYS],
    ["`[metadata]`", METADATA_KEYS],
    ["`[rule]`", RULE_KEYS],
  ])("says of every key what becomes of it: %s", (title, known) => {
    const words = { read: "read", silent: "no effect", ignored: "warning" };
    const written = rows(section(title, "###")).flatMap(([keys, use]) =>
      codes(keys!).map((key) => [key, use]),
    );
    expect(written.sort()).toEqual([...known].map(([key, use]) => [key, words[use]]).sort());
  });

  it("lists the keys of the tables inside", () => {
    const written = rows(section("Tables inside `[rule]`", "###")).map(([table, keys]) => [
      codes(table!)[0],
      codes(keys!),
    ]);
    expect(written).toEqual([...TABLE_KEYS]);
  });

  const constructs = rows(section("KQL")).map(([construct, supported]) => [
    codes(construct!)[0]!,
    supported!,
  ]);

  it.each(constructs)("KQL: `%s` supported: %s", (query, supported) => {
    const { rules, diagnostics } = load(ruleText({ query }), { lists: listOf("admin-actions", ["a"]) });
    expect(rules).toHaveLength(supported === "yes" ? 1 : 0);
    expect(diagnostics.map((d) => d.code)).toEqual(supported === "yes" ? [] : ["unsupported-query"]);
  });

  const clauses: Readonly<Record<string, string>> = {
    match_phrase: '{ "cloud.region" = "x" }',
    match: '{ "cloud.region" = "x" }',
    term: '{ "cloud.region" = "x" }',
    terms: '{ "cloud.region" = ["x"] }',
    exists: '{ field = "cloud.region" }',
    prefix: '{ "cloud.region" = "x" }',
    wildcard: '{ "cloud.region" = "x*" }',
    range: '{ "@timestamp" = { gte = "2026-01-01" } }',
    bool: "{ must_not = { match_all = {} } }",
    match_all: "{}",
    query_string: '{ query = "x" }',
  };

  it("says of every clause of a filter whether it is supported", () => {
    const written = rows(section("Filters")).map(([clause, supported]) => [codes(clause!)[0], supported]);
    const tried = Object.entries(clauses).map(([clause, body]) => {
      const tables = `[[rule.filters]]\nquery.${clause} = ${body}`;
      return [clause, load(ruleText({ tables })).rules.length === 1 ? "yes" : "no"];
    });
    expect(written).toEqual(tried);
  });

  it("lists the fields, all and no others, with their types and where they come from", () => {
    const written = rows(section("Fields")).map(([field, type, from]) => {
      const text =
        from!.startsWith("`") && codes(from!).length === 1 && from === `\`${codes(from!)[0]}\``
          ? codes(from)[0]
          : from;
      return [codes(field!)[0]!, type, text] as const;
    });
    expect(written.map(([field]) => field)).toEqual([...FIELDS.keys()]);
    for (const [field, type, from] of written) {
      const entry = FIELDS.get(field)!;
      expect([field, type]).toEqual([field, entry.type]);
      if (entry.source.kind === "record") expect([field, from]).toEqual([field, entry.source.path]);
      else expect([field, from === "never set"]).toEqual([field, entry.source.kind === "absent"]);
    }
  });
});
