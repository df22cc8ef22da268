import { createHash } from "node:crypto";
import type { Node } from "yaml";
import type { NamedList } from "../lists/named-list.js";
import { compileMatchExpressions } from "../panther/match-expression.js";
import type { Positions } from "../positions.js";
import { definitionNodes, openDefinition, type Definition, type DefinitionKeys } from "../yaml/definition.js";
import type { Defined } from "../yaml/load-definitions.js";
import type { YamlSource } from "../yaml/yaml-source.js";
import type { RuleException } from "./exception.js";
import { readExceptionTests } from "./exception-tests.js";
import { parseExpiry } from "../../lib/expiry.js";
import type { KnownRules } from "./known-rules.js";
import { readScope } from "./scope.js";

/** Keys of an exception, and whether each must be there; docs/reference/exceptions.md has the same. */
export const EXCEPTION_KEYS: DefinitionKeys = new Map([
  ["id", "required"],
  ["scope", "required"],
  ["condition", "required"],
  ["owner", "required"],
  ["reason", "required"],
  ["expires", "optional"],
  ["tests", "optional"],
]);

/** What an exception may refer to. */
export interface ExceptionContext {
  readonly lists: ReadonlyMap<string, NamedList>;
  readonly known: KnownRules;
  readonly positions: Positions | undefined;
  /** Ms since the epoch, to tell which have expired. */
  readonly now: number;
}

/** Reads the exceptions of one file: one, or several under `exceptions`. */
export function readExceptions(
  source: YamlSource,
  path: string,
  context: ExceptionContext,
): readonly Defined<RuleException>[] {
  const nodes = definitionNodes(source, "exceptions", EXCEPTION_KEYS);
  return nodes.flatMap((node) => readException(source, node, path, context) ?? []);
}

function readException(
  source: YamlSource,
  node: Node | undefined,
  path: string,
  context: ExceptionContext,
): Defined<RuleException> | undefined {
  const definition = openDefinition(source, node, "exception", EXCEPTION_KEYS);
  if (definition === undefined) return undefined;
  const id = readText(source, definition, "id");
  const scope = readScope(source, definition.get("scope"), context.known);
  const condition = readCondition(source, definition, context);
  const owner = readText(source, definition, "owner");
  const reason = readText(source, definition, "reason");
  const expires = readExpiry(source, definition, id, context.now);
  const tests = readExceptionTests(source, definition.get("tests"), context.positions);
  if (!definition.stillGood()) return undefined;
  if (id === undefined || scope === undefined || condition === undefined) return undefined;
  if (owner === undefined || reason === undefined) return undefined;
  const content = { id, scope, condition, owner, reason, expires, tests };
  const hash = createHash("sha256").update(JSON.stringify(content)).digest("hex");
  const value: RuleException = Object.freeze({ ...content, path, hash });
  context.positions?.set(value, source.position(node));
  return { name: id, at: definition.get("id")?.value, value };
}

function readText(source: YamlSource, definition: Definition, key: string): string | undefined {
  const entry = definition.get(key);
  if (entry === undefined) return undefined;
  const text = source.string(entry.value, `The ${key} of an exception`);
  if (text?.trim() !== "") return text;
  source.report("bad-value", entry.value, `The ${key} of an exception is empty.`);
  return undefined;
}

function readCondition(source: YamlSource, definition: Definition, { lists, positions }: ExceptionContext) {
  const entry = definition.get("condition");
  if (entry === undefined) return undefined;
  const condition = compileMatchExpressions(source, entry.value, "condition", { lists, positions });
  // The reader of expressions says nothing of an empty one when something else in the file was wrong before.
  if (condition === undefined && definition.stillGood()) {
    source.report("bad-expression", entry.value, "The condition of an exception holds an empty expression.");
  }
  return condition;
}

function readExpiry(
  source: YamlSource,
  definition: Definition,
  id: string | undefined,
  now: number,
): number | undefined {
  const entry = definition.get("expires");
  if (entry === undefined) return undefined;
  const text = source.string(entry.value, "`expires`");
  if (text === undefined) return undefined;
  const expires = parseExpiry(text);
  if (expires === undefined) {
    source.report(
      "bad-value",
      entry.value,
      `${JSON.stringify(text)} is neither a date nor a time with its zone.`,
      "Write 2027-01-31 for the end of that day in UTC, or 2027-01-31T12:00:00Z.",
    );
  } else if (expires <= now) {
    source.report(
      "exception-expired",
      entry.value,
      `The exception ${id ?? ""} has expired (${text}): what it took away raises alerts again.`,
      "Remove it, or have its owner set a later date.",
      "warning",
    );
  }
  return expires;
}
