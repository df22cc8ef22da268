import type { Node } from "yaml";
import type { Expression } from "../expression.js";
import type { Entry, YamlSource } from "../yaml/yaml-source.js";
import { isKeySpecifier } from "./expression-keys.js";
import { insteadOf } from "./instead-of.js";
import type { MatchContext } from "./match-context.js";

/** A match expression with a Condition, as it is written. */
export interface WrittenCondition {
  readonly source: YamlSource;
  readonly context: MatchContext;
  readonly node: Node | undefined;
  readonly entries: readonly Entry[];
  /** Inside the `Expressions` of an element condition. */
  readonly inElement: boolean;
  /** Inside InlineFilters, which let events pass that lack the field. */
  readonly inFilter: boolean;
  /** Compiles the match expressions in `Expressions`, whose fields start at an element. */
  compileNested(node: Node | undefined): Expression | undefined;
}

const EXAMPLES: Readonly<Record<string, string>> = {
  Value: "`Value: …`",
  Values: "`Values: [first, second]`",
  List: "`List: …` with the name of a list",
  Expressions: "`Expressions:` with a list of match expressions",
};

export function entryOf({ entries }: WrittenCondition, key: string): Entry | undefined {
  return entries.find((entry) => entry.key === key);
}

export function specifiersOf({ entries }: WrittenCondition): readonly Entry[] {
  return entries.filter(({ key }) => isKeySpecifier(key));
}

/** Reports what is wrong with the whole of it; gives what comes of it. */
export function complain(
  { source, node }: WrittenCondition,
  message: string,
  hint?: string,
): Expression | undefined {
  source.report("bad-expression", node, message, hint);
  return undefined;
}

/** Reports keys that the condition does not take; true when there are none. */
export function takesOnly(written: WrittenCondition, name: string, allowed: readonly string[]): boolean {
  const extra = written.entries.filter(({ key }) => key !== "Condition" && !allowed.includes(key));
  for (const { key, keyNode } of extra) {
    const message = `The condition ${name} takes no ${key}.`;
    written.source.report("bad-expression", keyNode, message, insteadOf(name, key));
  }
  return extra.length === 0;
}

/** Reports that the condition lacks a key; gives what comes of it. */
export function complainOfMissing(
  written: WrittenCondition,
  name: string,
  key: string,
): Expression | undefined {
  return complain(written, `The condition ${name} needs ${key}.`, `Add ${EXAMPLES[key] ?? key}.`);
}
