import type { Node } from "yaml";
import { isJsonObject, type JsonObject } from "../../lib/json.js";
import { didYouMean } from "../../lib/did-you-mean.js";
import type { RuleTest } from "../ir.js";
import type { Entry, YamlSource } from "../yaml/yaml-source.js";

const TEST_KEYS = ["Name", "ExpectedResult", "Log", "LogType", "Mocks"];

/** Reads the inline Tests of a rule; what cannot be read is reported. */
export function parseInlineTests(source: YamlSource, node: Node | undefined): readonly RuleTest[] {
  return (source.items(node, "Tests") ?? []).flatMap((item) => parseTest(source, item) ?? []);
}

function parseTest(source: YamlSource, node: Node | undefined): RuleTest | undefined {
  const entries = source.entries(node, "A test");
  const entry = (key: string): Entry | undefined => entries.find((e) => e.key === key);
  for (const { key, keyNode } of entries.filter((e) => !TEST_KEYS.includes(e.key))) {
    const meant = didYouMean(key, TEST_KEYS);
    source.report(
      "unknown-key",
      keyNode,
      `A test has no key ${key}.`,
      meant === undefined ? `Known keys: ${TEST_KEYS.join(", ")}.` : `Did you mean ${meant}?`,
    );
  }
  const mocks = entry("Mocks");
  if (mocks !== undefined) {
    source.report(
      "unsupported-mocks",
      mocks.keyNode,
      "A test with Mocks cannot be run: no code is called that could be mocked.",
      "Remove the Mocks.",
    );
  }
  const missing = ["Name", "ExpectedResult", "Log"].filter((key) => entry(key) === undefined);
  if (missing.length > 0) {
    if (entries.length > 0) {
      const message = `This test has no ${missing.join(" and no ")}.`;
      source.report(
        "missing-key",
        node,
        message,
        "A test has a Name, ExpectedResult: true or false, and a Log.",
      );
    }
    return undefined;
  }
  const name = source.string(entry("Name")?.value, "Name of a test");
  const expected = source.boolean(entry("ExpectedResult")?.value, "ExpectedResult");
  const log = parseLog(source, entry("Log")?.value);
  if (name === undefined || expected === undefined || log === undefined) return undefined;
  return { name, expected, log };
}

/** A mapping, or a string that holds a JSON object. */
function parseLog(source: YamlSource, node: Node | undefined): JsonObject | undefined {
  let data = source.toData(node);
  if (typeof data === "string") {
    try {
      data = JSON.parse(data) as unknown;
    } catch {
      data = undefined;
    }
  }
  if (isJsonObject(data)) return data;
  source.report(
    "wrong-type",
    node,
    "Log of a test must be an event: a mapping, or a string with a JSON object.",
  );
  return undefined;
}
