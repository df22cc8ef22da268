import { didYouMean } from "../../lib/did-you-mean.js";
import { INSTEAD, METADATA_KEYS, RULE_KEYS, TABLE_KEYS, TOP_KEYS, type KeyUse } from "./rule-keys.js";
import type { TomlPath } from "./text-position.js";
import type { TomlSource } from "./toml-source.js";

/** A file with more problems than this is no rule of Elastic's. */
const MAX_GUESSES = 50;

/** Says which keys are unknown or have no effect here. The project adds keys now and then, so none costs the rule. */
export function checkKeys(source: TomlSource): void {
  check(source, [], TOP_KEYS, "An Elastic rule file");
  check(source, ["metadata"], METADATA_KEYS, "[metadata]");
  check(source, ["rule"], RULE_KEYS, "[rule]");
  for (const [table, keys] of TABLE_KEYS) {
    const known = new Map(keys.map((key) => [key, "read"] as const));
    check(source, ["rule", table], known, `[rule.${table}]`);
  }
}

function check(source: TomlSource, table: TomlPath, known: ReadonlyMap<string, KeyUse>, what: string): void {
  for (const key of source.keys(table)) {
    const use = known.get(key);
    const at = source.places.at([...table, key]);
    if (use === undefined) {
      const meant = source.diagnostics.length < MAX_GUESSES ? didYouMean(key, known.keys()) : undefined;
      const hint = meant === undefined ? "Remove it if it is your own." : `Did you mean ${meant}?`;
      source.report("unknown-key", at, `${what} has no key ${key}.`, hint, "warning");
    } else if (use === "ignored" && !isEmptyList(source.value([...table, key]))) {
      source.report("ignored-key", at, `${key} has no effect here.`, INSTEAD.get(key), "warning");
    }
  }
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
