import { isMap } from "yaml";
import { didYouMean } from "../../lib/did-you-mean.js";
import type { Entry, YamlSource } from "../yaml/yaml-source.js";
import type { ExceptionScope } from "./exception.js";

/** Ways to say which rules an exception is for; docs/reference/exceptions.md has the same. */
export const SCOPE_KEYS = ["rules", "tags"] as const;

const EXAMPLE = "Write `scope: {rules: [Rule.Id]}`, `scope: {tags: [tag]}` or `scope: all`.";

/** Ids and tags of the rules that are loaded. */
export interface KnownRules {
  readonly ids: ReadonlySet<string>;
  readonly tags: ReadonlySet<string>;
}

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
  if (only.key === "tags") {
    warnOfUnknown(
      source,
      named,
      known.tags,
      "unknown-tag",
      (tag) => `No rule that is loaded has the tag ${tag}.`,
    );
    return { kind: "tags", tags: named.map(({ name }) => name) };
  }
  warnOfUnknown(source, named, known.ids, "unknown-rule", (id) => `No rule with the id ${id} is loaded.`);
  return { kind: "rules", ids: named.map(({ name }) => name) };
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

function warnOfUnknown(
  source: YamlSource,
  names: Names,
  known: ReadonlySet<string>,
  code: "unknown-rule" | "unknown-tag",
  say: (name: string) => string,
): void {
  for (const { name, at } of names) {
    if (known.has(name)) continue;
    const meant = didYouMean(name, known);
    source.report(code, at, say(name), meant === undefined ? undefined : `Did you mean ${meant}?`, "warning");
  }
}
