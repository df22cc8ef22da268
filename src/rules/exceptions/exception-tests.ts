import type { Node } from "yaml";
import type { RuleTest } from "../ir.js";
import type { Positions } from "../positions.js";
import { openDefinition, type DefinitionKeys } from "../yaml/definition.js";
import { readEvent } from "../yaml/read-event.js";
import type { Entry, YamlSource } from "../yaml/yaml-source.js";

/** Keys of a test of an exception; docs/reference/exceptions.md has the same. */
export const EXCEPTION_TEST_KEYS: DefinitionKeys = new Map([
  ["name", "required"],
  ["suppress", "required"],
  ["event", "required"],
]);

/** Reads `tests` of an exception; what cannot be read is reported. */
export function readExceptionTests(
  source: YamlSource,
  entry: Entry | undefined,
  positions: Positions | undefined,
): readonly RuleTest[] {
  if (entry === undefined) return [];
  const names = new Set<string>();
  return (source.items(entry.value, "tests") ?? []).flatMap((item) => {
    const test = readTest(source, item);
    if (test === undefined) return [];
    if (names.has(test.name)) {
      const message = `Two tests have the name ${JSON.stringify(test.name)}.`;
      source.report("bad-value", item, message, "Give each a name that says what it shows.", "warning");
    }
    names.add(test.name);
    positions?.set(test, source.position(item));
    return [test];
  });
}

function readTest(source: YamlSource, node: Node | undefined): RuleTest | undefined {
  const definition = openDefinition(source, node, "test", EXCEPTION_TEST_KEYS);
  if (definition?.stillGood() !== true) return undefined;
  const name = source.string(definition.get("name")?.value, "The name of a test");
  const expected = source.boolean(definition.get("suppress")?.value, "`suppress`");
  const log = readEvent(source, definition.get("event")?.value, "`event`");
  return name === undefined || expected === undefined || log === undefined
    ? undefined
    : { name, expected, log };
}
