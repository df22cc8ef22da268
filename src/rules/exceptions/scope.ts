import { isMap } from "yaml";
import { didYouMean } from "../../lib/did-you-mean.js";
import type { Entry, YamlSource } from "../yaml/yaml-source.js";
import type { ExceptionScope } from "./exception.js";
import type { KnownRules } from "./known-rules.js";

/** Ways to say which rules an exception is for; docs/reference/exceptions.md has the same. */
export const SCOPE_KEYS = ["rules", "tags"] as const;

const EXAMPLE = "Write `scope: {rules: [Rule.Id]}`, `scope: {tags: [tag]}` or `scope: all`.";

/** Reads a scope; a rule or a tag that is not loaded is a warning, since its file may come later. */
export function readScope(
  source: YamlSource,
  entry: Entry | undefined,
  known: KnownRules,
): ExceptionScope | undefined {
  if (entry === undefined) return undefined;
  if (!isMap(entry.value)) {
    if (source.scalar(entry.value) === "all") return { kind: "all" };
    source.report("bad-value", entry.value ?? entry.keyNode, "This is no scope.", EXAMPLE);
    return undefined;
  }
  const entries = source.entries(entry.value, "scope");
  const unknown = entries.filter(({ key }) => !(SCOPE_KEYS as readonly string[]).includes(key));
  for (const { key, keyNode } of unknown) {
    const meant = didYouMean(key, SCOPE_KEYS);
    source.report(
      "unknown-key",
      keyNode,
      `A scope has no key ${key}.`,
      meant === undefined ? EXAMPLE : `Did you mean ${meant}?`,
    );
  }
  if (unknown.length > 0) return undefined;
  const [only, ...more] = entries;
  if (only === undefined || more.length > 0) {
    const message = only === undefined ? "The scope is empty." : "A scope has rules or tags, not both.";
    source.report(
      "bad-value",
      entry.value,
      message,
      only === undefined ? EXAMPLE : "Make two exceptions of it.",
    );
    return undefined;
  }
  const named = readNames(source, only);
  if (named === undefined) return undefined;
  const names = named.map(({ name }) => name);
  if (only.key === "tags") {
    warnOfUnknown(source, named, known, "tags");
    return { kind: "tags", tags: names };
  }
  warnOfUnknown(source, named, known, "rules");
  return { kind: "rules", ids: names };
}

type Names = readonly { readonly name: string; readonly at: Entry["value"] }[];

function readNames(source: YamlSource, { key, value }: Entry): Names | undefined {
  const items = source.items(value, key);
  if (items === undefined) return undefined;
  if (items.length === 0) {
    source.report(
      "bad-value",
      value,
      `The ${key} of a scope are empty: the exception would be for no rule.`,
      EXAMPLE,
    );
    return undefined;
  }
  const names = items.flatMap((item) => {
    const name = source.string(item ?? value, `Each item of ${key}`);
    return name === undefined ? [] : [{ name, at: item }];
  });
  return names.length === items.length ? names : undefined;
}

const UNKNOWN = {
  rules: { code: "unknown-rule", say: (id: string) => `No rule with the id ${id} is loaded.` },
  tags: { code: "unknown-tag", say: (tag: string) => `No rule that is loaded has the tag ${tag}.` },
} as const;

function warnOfUnknown(source: YamlSource, names: Names, known: KnownRules, kind: "rules" | "tags"): void {
  const { code, say } = UNKNOWN[kind];
  for (const { name, at } of names) {
    if (known.has(kind, name)) continue;
    const meant = known.meant(kind, name);
    source.report(code, at, say(name), meant === undefined ? undefined : `Did you mean ${meant}?`, "warning");
  }
}
