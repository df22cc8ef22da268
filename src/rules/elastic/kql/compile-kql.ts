import type { Expression, ValueTest } from "../../expression.js";
import type { FieldReference } from "../../field.js";
import { explainPlainName, explainUnknownList } from "../../lists/list-references.js";
import { expandElasticField, type ElasticField } from "../field-map.js";
import { lookUpField } from "../field-problem.js";
import { joinTerms } from "../merge-terms.js";
import type { CompiledQuery, QueryContext, QueryProblem } from "../query-context.js";
import { fitsPattern, toWildcardTest } from "../wildcard-test.js";
import { isOnlyWildcard, type KqlLiteral, type KqlNode } from "./kql-node.js";
import { KqlError } from "./kql-scanner.js";
import { toNestedExpression } from "./nested.js";
import { parseKql } from "./parse-kql.js";
import { toRangeExpression, toValueExpression, type ValueResult } from "./value-expression.js";

/** Compiles a query in the Kibana Query Language. Never throws: what is wrong is in `problems`. */
export function compileKql(query: string, context: QueryContext): CompiledQuery {
  const compiler = new KqlCompiler(context);
  try {
    const tree = parseKql(query);
    const condition = tree === undefined ? MATCH_ALL : compiler.compile(tree);
    const failed = compiler.problems.some(({ severity }) => (severity ?? "error") === "error");
    return { condition: failed ? undefined : condition, problems: compiler.problems };
  } catch (error) {
    if (!(error instanceof KqlError)) throw error;
    const { code, offset, message, hint } = error;
    const problem = hint === undefined ? { code, offset, message } : { code, offset, message, hint };
    return { condition: undefined, problems: [...compiler.problems, problem] };
  }
}

/** A query with more problems than this is for other events altogether. */
const MAX_GUESSES = 50;

const MATCH_ALL: Expression = { kind: "constant", value: true };
const MATCH_NONE: Expression = { kind: "constant", value: false };

type Is = Extract<KqlNode, { kind: "is" }>;

class KqlCompiler {
  readonly problems: QueryProblem[] = [];
  readonly #context: QueryContext;
  /** Fields by name: each is looked up, and complained about, once. */
  readonly #fields = new Map<string, ElasticField>();

  constructor(context: QueryContext) {
    this.#context = context;
  }

  compile(node: KqlNode, prefix = ""): Expression {
    const condition = this.#compile(node, prefix);
    this.#context.place(condition, node.offset);
    return condition;
  }

  #compile(node: KqlNode, prefix: string): Expression {
    switch (node.kind) {
      case "and":
        return joinTerms(
          "all",
          node.terms.map((term) => this.compile(term, prefix)),
        );
      case "or":
        return joinTerms(
          "any",
          node.terms.map((term) => this.compile(term, prefix)),
        );
      case "not":
        return { kind: "not", term: this.compile(node.term, prefix) };
      case "is":
        return node.field === undefined || isOnlyWildcard(node.field)
          ? this.#anywhere(node, prefix)
          : this.#overFields(node.field, prefix, (target) => this.#is(target, node));
      case "range":
        return this.#overFields(node.field, prefix, (target) =>
          toRangeExpression(target, node.operator, node.value),
        );
      case "nested":
        return this.#nested(node, prefix);
    }
  }

  #nested(node: Extract<KqlNode, { kind: "nested" }>, prefix: string): Expression {
    const path = prefix + node.field.text;
    // The query is read with whole names first; lists of objects are gone through element by element.
    const whole = this.compile(node.term, `${path}.`);
    return toNestedExpression(path, whole);
  }

  /** The field that a name stands for, or all that a pattern does: one of them must fit. */
  #overFields(name: KqlLiteral, prefix: string, toResult: (target: ElasticField) => ValueResult): Expression {
    const { wildcard } = name;
    if (wildcard === undefined) return this.#field(prefix + name.text, name, toResult);
    const pattern = prefix === "" ? wildcard : [{ kind: "text", text: prefix } as const, ...wildcard];
    const names = expandElasticField((known) => fitsPattern(known, pattern));
    if (names.length === 0) {
      const message = `No field of CloudTrail events fits ${prefix}${name.text}.`;
      this.problems.push({ code: "unknown-field", severity: "warning", offset: name.offset, message });
      return MATCH_NONE;
    }
    // Where the value means nothing for a field's type, that field cannot hold it.
    const terms = names.flatMap((found) => toResult(this.#target(found, name)).condition ?? []);
    return terms.length === 0 ? MATCH_NONE : joinTerms("any", terms);
  }

  #field(name: string, at: KqlLiteral, toResult: (target: ElasticField) => ValueResult): Expression {
    const result = toResult(this.#target(name, at));
    if (result.problem !== undefined) this.problems.push(result.problem);
    return result.condition ?? MATCH_NONE;
  }

  #target(name: string, at: KqlLiteral): ElasticField {
    const known = this.#fields.get(name);
    if (known !== undefined) return known;
    const { field, problem } = lookUpField(name, at.offset, this.problems.length < MAX_GUESSES);
    this.#fields.set(name, field);
    if (problem !== undefined) this.problems.push(problem);
    this.#context.place(field.field, at.offset);
    return field;
  }

  #is(target: ElasticField, { value }: Is): ValueResult {
    const list = this.#listTest(value);
    if (list === undefined) return toValueExpression(target, value);
    return { condition: predicate(target.field, list) };
  }

  /** A value without a field is searched for in every value of the record. */
  #anywhere({ value }: Is, prefix: string): Expression {
    if (isOnlyWildcard(value)) return MATCH_ALL;
    if (prefix !== "") {
      const message = "Inside `{ }` each value needs a field.";
      const hint = "Write `field: value`.";
      this.problems.push({ code: "unsupported-query", offset: value.offset, message, hint });
    }
    const list = this.#listTest(value);
    if (list !== undefined) return { kind: "anywhere", test: list };
    if (value.wildcard !== undefined)
      return { kind: "anywhere", test: toWildcardTest(value.wildcard, false) };
    return { kind: "anywhere", test: { kind: "equals", value: value.text, ignoreCase: false } };
  }

  /** `%name%` without quotes is a list of ours; KQL itself has no such thing. */
  #listTest(value: KqlLiteral): ValueTest | undefined {
    const { lists } = this.#context;
    const name = value.quoted ? undefined : /^%([\w.-]+)%$/.exec(value.text)?.[1];
    if (name === undefined) {
      this.#warnOfPlainName(value);
      return undefined;
    }
    if (!lists.has(name)) {
      this.problems.push({ code: "unknown-list", offset: value.offset, ...explainUnknownList(name, lists) });
    }
    return { kind: "in_list", list: name, ignoreCase: false };
  }

  #warnOfPlainName({ text, offset }: KqlLiteral): void {
    const plain = explainPlainName(text, this.#context.lists, "Remove the quotes to refer to the list.");
    // A pattern of field names asks about one value several times.
    if (plain === undefined || this.problems.some((known) => known.offset === offset)) return;
    this.problems.push({ code: "list-not-expanded", severity: "warning", offset, ...plain });
  }
}

function predicate(field: FieldReference, test: ValueTest): Expression {
  return { kind: "predicate", field, test, reading: "any_scalar" };
}
