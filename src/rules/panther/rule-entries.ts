import type { Node } from "yaml";
import type { Entry, YamlSource } from "../yaml/yaml-source.js";

/** The keys of a rule file; a key that is not there reads as undefined, and one of a wrong type is reported. */
export interface RuleEntries {
  readonly source: YamlSource;
  readonly has: (key: string) => boolean;
  readonly entry: (key: string) => Entry | undefined;
  /** The value of a key, or the key itself where nothing follows it. */
  readonly node: (key: string) => Node | undefined;
  readonly all: () => readonly Entry[];
  readonly string: (key: string) => string | undefined;
  readonly strings: (key: string) => readonly string[];
  readonly integer: (key: string, min: number, max: number) => number | undefined;
  readonly boolean: (key: string) => boolean | undefined;
}

export function readRuleEntries(source: YamlSource): RuleEntries {
  const all = source.entries(source.root, "A rule file");
  const byKey = new Map(all.map((entry) => [entry.key, entry]));
  const read = <T>(key: string, reader: (node: Node | undefined) => T): T | undefined =>
    byKey.has(key) ? reader(entries.node(key)) : undefined;
  const entries: RuleEntries = {
    source,
    all: () => all,
    has: (key) => byKey.has(key),
    entry: (key) => byKey.get(key),
    node: (key) => byKey.get(key)?.value ?? byKey.get(key)?.keyNode,
    string: (key) => read(key, (node) => source.string(node, key)),
    strings: (key) => read(key, (node) => source.strings(node, key)) ?? [],
    integer: (key, min, max) => read(key, (node) => source.integer(node, key, min, max)),
    boolean: (key) => read(key, (node) => source.boolean(node, key)),
  };
  return entries;
}
