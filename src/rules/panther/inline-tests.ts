import type { Node } from "yaml";
import type { RuleTest } from "../ir.js";
import { readEvent } from "../yaml/read-event.js";
import type { Entry, YamlSource } from "../yaml/yaml-source.js";
import { haveKnownKeys } from "./expression-keys.js";
import { markPosition, type MatchContext } from "./match-context.js";

/** What becomes of a key of a test. */
type TestKeyUse = "read" | "silent" | "refused";

/** Keys that the format gives a test, those of policies and correlation rules included. */
export const TEST_KEYS: ReadonlyMap<string, TestKeyUse> = new Map<string, TestKeyUse>([
  ["Name", "read"],
  ["ExpectedResult", "read"],
  ["Log", "read"],
  ["LogType", "silent"],
  ["Mocks", "refused"],
  ["Resource", "refused"],
  ["ResourceType", "refused"],
  ["RuleOutputs", "refused"],
]);
const EXAMPLE = "A test has a Name, ExpectedResult: true or false, and a Log.";

/**
 * Reads the inline Tests of a rule; what cannot be read is reported.
 *
 * @param context where it has positions, those of the tests are noted there.
 */
export function parseInlineTests(
  source: YamlSource,
  node: Node | undefined,
  context: Pick<MatchContext, "positions">,
): readonly RuleTest[] {
  const names = new Set<string>();
  return (source.items(node, "Tests") ?? []).flatMap((item) => {
    const test = parseTest(source, item ?? node);
    if (test === undefined) return [];
    if (names.has(test.name)) {
      const message = `Two tests have the name ${JSON.stringify(test.name)}.`;
      source.report("bad-value", item, message, "Give each a name that says what it shows.", "warning");
    }
    names.add(test.name);
    return [markPosition(source, context, item, test)];
  });
}

function parseTest(source: YamlSource, node: Node | undefined): RuleTest | undefined {
  const entries = source.entries(node, "A test");
  const entry = (key: string): Entry | undefined => entries.find((e) => e.key === key);
  haveKnownKeys(source, entries, "A test", [...TEST_KEYS.keys()]);
  for (const { key, keyNode } of entries) reportRefused(source, key, keyNode);
  const missing = ["Name", "ExpectedResult", "Log"].filter((key) => entry(key) === undefined);
  if (missing.length > 0) {
    if (entries.length > 0)
      source.report("missing-key", node, `This test has no ${missing.join(" and no ")}.`, EXAMPLE);
    return undefined;
  }
  const valueOf = (key: string): Node | undefined => entry(key)?.value ?? entry(key)?.keyNode;
  const name = source.string(valueOf("Name"), "Name of a test");
  const expected = source.boolean(valueOf("ExpectedResult"), "ExpectedResult");
  const log = readEvent(source, valueOf("Log"), "Log");
  if (name === undefined || expected === undefined || log === undefined) return undefined;
  return { name, expected, log };
}

function reportRefused(source: YamlSource, key: string, at: Node | undefined): void {
  if (TEST_KEYS.get(key) !== "refused") return;
  if (key === "Mocks") {
    const message = "A test with Mocks cannot be run: no code is called that could be mocked.";
    source.report("unsupported-mocks", at, message, "Remove the Mocks.");
  } else {
    const message = `The key ${key} of a test is not supported: a rule looks at one Log.`;
    source.report("unsupported-key", at, message, EXAMPLE);
  }
}
