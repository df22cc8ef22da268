import type { JsonObject } from "../../../src/lib/json.js";
import { holds, load, loadRule, problems, ruleText } from "./make.js";

const base = { eventName: "X" };
const filtered = (tables: string, record: JsonObject) =>
  holds(loadRule(ruleText({ tables: tables.replace(/^/, "[[rule.filters]]\n") })), { ...base, ...record });

describe("filters beside the query", () => {
  it.each<[string, JsonObject, JsonObject]>([
    [
      'query.match_phrase = { "cloud.region" = "eu-west-1" }',
      { awsRegion: "eu-west-1" },
      { awsRegion: "eu" },
    ],
    ['query.match = { "cloud.region" = { query = "eu", type = "phrase" } }', { awsRegion: "eu" }, {}],
    ['query.term = { "cloud.region" = { value = "eu" } }', { awsRegion: "eu" }, { awsRegion: "EU" }],
    ['query.terms = { "cloud.region" = ["eu", "us"] }', { awsRegion: "us" }, { awsRegion: "ap" }],
    ['query.exists.field = "aws.cloudtrail.error_code"', { errorCode: "X" }, {}],
    ['exists.field = "aws.cloudtrail.error_code"', { errorCode: "X" }, {}],
    ['query.prefix = { "cloud.region" = "eu-" }', { awsRegion: "eu-x" }, { awsRegion: "us" }],
    [
      'query.wildcard = { "cloud.region" = { value = "EU-?e*", case_insensitive = true } }',
      { awsRegion: "eu-west" },
      { awsRegion: "eu-nord" },
    ],
    [
      'query.range = { "@timestamp" = { gte = "2026-01-01", lt = "2026-02-01" } }',
      { eventTime: "2026-01-31T23:00:00Z" },
      { eventTime: "2026-02-01T00:00:00Z" },
    ],
    ['query.term = { "aws.cloudtrail.read_only" = true }', { readOnly: true }, { readOnly: false }],
    ['meta = { type = "phrase", key = "cloud.region", params = { query = "eu" } }', { awsRegion: "eu" }, {}],
    ['meta = { type = "exists", key = "cloud.region" }', { awsRegion: "eu" }, {}],
    ['meta.negate = true\nquery.match_phrase = { "cloud.region" = "eu" }', {}, { awsRegion: "eu" }],
    [
      'query.bool.should = [{ term = { "cloud.region" = "eu" } }, { term = { "cloud.region" = "us" } }]\nquery.bool.must_not = { exists = { field = "aws.cloudtrail.error_code" } }',
      { awsRegion: "us" },
      { awsRegion: "us", errorCode: "X" },
    ],
    [
      'query.bool = { minimum_should_match = 1, should = [{ bool = { filter = [{ term = { "cloud.region" = "eu" } }] } }] }',
      { awsRegion: "eu" },
      { awsRegion: "us" },
    ],
  ])("reads %s", (filter, hit, miss) => {
    expect(filtered(filter, hit)).toBe(true);
    expect(filtered(filter, miss)).toBe(false);
  });

  it("wants all of several, and the query", () => {
    const filter = (region: string) =>
      `[[rule.filters]]\nmeta.negate = true\nquery.term = { "cloud.region" = "${region}" }\n`;
    const rule = loadRule(ruleText({ tables: filter("eu") + filter("us") }));
    expect(holds(rule, base)).toBe(true);
    expect(holds(rule, { ...base, awsRegion: "us" })).toBe(false);
    expect(holds(rule, { eventName: "Y" })).toBe(false);
  });

  it("passes over those that are switched off", () => {
    expect(filtered('meta.disabled = true\nquery.term = { "cloud.region" = "eu" }', {})).toBe(true);
    expect(filtered("query.match_all = {}", {})).toBe(true);
  });

  it.each([
    ['query.query_string = { query = "a" }', "19:22"],
    ['query.term = { "cloud.region" = ["a"] }', "19:33"],
    ["meta.negate = true", "18:1"],
    ["query.bool = { should = [], minimum_should_match = 2 }", "19:52"],
    ["query.bool = { boost = 2 }", "19:24"],
    ['query.range = { "@timestamp" = { gte = "now-1d" } }', "19:40"],
    ['query.range = { "@timestamp" = { from = "2026-01-01" } }', "19:41"],
  ])("refuses %s", (filter, place) => {
    const text = ruleText({ tables: `[[rule.filters]]\n${filter}` });
    expect(problems(text)).toEqual([`${place} error unsupported-query`]);
    const { rules, diagnostics } = load(text);
    expect(rules).toEqual([]);
    expect(diagnostics[0]!.message).toContain("11111111-2222-3333-4444-555555555555");
  });

  it("says which fields are unknown", () => {
    const tables = '[[rule.filters]]\nquery.term = { "cloud.regio" = "eu" }';
    expect(problems(ruleText({ tables }))).toEqual(["19:32 warning unknown-field"]);
  });
});
