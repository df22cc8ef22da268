import type { Expression, OrderOperator, ValueTest } from "../expression.js";
import { ORDER_OPERATORS } from "../expression.js";
import type { RuleDiagnosticCode } from "../diagnostic-codes.js";
import type { ElasticField } from "./field-map.js";
import { toRangeExpression, toValueExpression, type ValueResult } from "./kql/value-expression.js";
import { joinTerms } from "./merge-terms.js";
import type { TomlPath } from "./text-position.js";
import { reportUnsupported } from "./report-unsupported.js";
import { nameOf, type TomlSource } from "./toml-source.js";
import { parsePattern, toWildcardTest } from "./wildcard-test.js";

/** Finds a field by its name, and reports what a person should know of it. */
export type TargetReader = (name: string, path: TomlPath) => ElasticField;

/**
 * Reads `filters`, the list that Kibana keeps beside a query: all of them must hold. Those that use more of the query DSL
 * than is read here are reported, and the rule is not loaded.
 */
export function readFilters(source: TomlSource, toTarget: TargetReader): readonly Expression[] {
  const reader = new FilterReader(source, toTarget);
  return source.items(["rule", "filters"]).flatMap((filter) => reader.filter(filter) ?? []);
}

class FilterReader {
  readonly #source: TomlSource;
  readonly #toTarget: TargetReader;

  constructor(source: TomlSource, toTarget: TargetReader) {
    this.#source = source;
    this.#toTarget = toTarget;
  }

  filter(path: TomlPath): Expression | undefined {
    const meta = [...path, "meta"];
    if (this.#source.boolean([...meta, "disabled"]) === true) return undefined;
    const term =
      this.#source.value([...path, "query"]) === undefined
        ? this.#bare(path)
        : this.#query([...path, "query"]);
    return this.#source.boolean([...meta, "negate"]) === true ? { kind: "not", term } : term;
  }

  /** Older filters have the clause beside `meta`, or say all in `meta`. */
  #bare(path: TomlPath): Expression {
    const clause = ["exists", "range"].find((name) => this.#source.value([...path, name]) !== undefined);
    if (clause !== undefined) return this.#clause(clause, [...path, clause]);
    const type = this.#source.string([...path, "meta", "type"]);
    const key = this.#source.string([...path, "meta", "key"]);
    const value = [...path, "meta", "params", "query"];
    if (type === "exists" && key !== undefined) return this.#exists(key, path);
    if (type === "phrase" && key !== undefined && this.#source.value(value) !== undefined)
      return this.#value(key, value);
    return this.#refuse(path, "The filter has no query that can be read here");
  }

  #query(path: TomlPath): Expression {
    const clauses = this.#source.keys(path);
    if (clauses.length === 0) return { kind: "constant", value: true };
    return joinTerms(
      "all",
      clauses.map((name) => this.#clause(name, [...path, name])),
    );
  }

  #clause(name: string, path: TomlPath): Expression {
    switch (name) {
      case "match_all":
        return { kind: "constant", value: true };
      case "exists":
        return this.#exists(this.#source.string([...path, "field"]) ?? "", path);
      case "match":
      case "match_phrase":
      case "term":
        return this.#perField(path, (field, at) => this.#value(field, this.#inner(at, ["query", "value"])));
      case "terms":
        return this.#perField(path, (field, at) =>
          joinTerms(
            "any",
            this.#source.items(at).map((item) => this.#value(field, item)),
          ),
        );
      case "prefix":
      case "wildcard":
        return this.#perField(path, (field, at) => this.#pattern(field, at, name === "prefix"));
      case "range":
        return this.#perField(path, (field, at) => this.#range(field, at));
      case "bool":
        return this.#bool(path);
      default:
        return this.#refuse(path, `The clause ${name} is not read here`);
    }
  }

  #bool(path: TomlPath): Expression {
    const queries = (name: string): readonly Expression[] => {
      const at = [...path, name];
      if (this.#source.value(at) === undefined) return [];
      const many = Array.isArray(this.#source.value(at));
      return (many ? this.#source.items(at) : [at]).map((query) => this.#query(query));
    };
    const least = this.#source.value([...path, "minimum_should_match"]);
    const must = [...queries("must"), ...queries("filter")];
    const should = queries("should");
    const needed = least ?? (should.length > 0 && must.length === 0 ? 1 : 0);
    if (needed !== 0 && needed !== 1 && needed !== "1")
      return this.#refuse(
        [...path, "minimum_should_match"],
        "Only a minimum_should_match of 0 or 1 is read here",
      );
    const known = ["must", "filter", "should", "must_not", "minimum_should_match"];
    const other = this.#source.keys(path).find((key) => !known.includes(key));
    if (other !== undefined) return this.#refuse([...path, other], `bool has no ${other} that is read here`);
    return joinTerms("all", [
      ...must,
      ...queries("must_not").map((term): Expression => ({ kind: "not", term })),
      ...(needed === 0 ? [] : [joinTerms("any", should)]),
    ]);
  }

  #perField(path: TomlPath, read: (field: string, at: TomlPath) => Expression): Expression {
    return joinTerms(
      "all",
      this.#source.keys(path).map((field) => read(field, [...path, field])),
    );
  }

  #exists(name: string, path: TomlPath): Expression {
    const { field } = this.#toTarget(name, path);
    return {
      kind: "not",
      term: { kind: "predicate", field, test: { kind: "empty" }, reading: "any_scalar" },
    };
  }

  #value(name: string, path: TomlPath): Expression {
    const target = this.#toTarget(name, path);
    const value = this.#scalar(path);
    if (value === undefined) return this.#refuse(path, `${nameOf(path)} is no single value`);
    return this.#take(toValueExpression(target, literal(value)), path);
  }

  #pattern(name: string, path: TomlPath, prefix: boolean): Expression {
    const target = this.#toTarget(name, path);
    const text = this.#scalar(this.#inner(path, ["value", "wildcard"]));
    if (text === undefined) return this.#refuse(path, `${nameOf(path)} is no single value`);
    const ignoreCase = this.#source.value([...path, "case_insensitive"]) === true;
    const test: ValueTest = prefix
      ? { kind: "starts_with", value: text, ignoreCase }
      : toWildcardTest(parsePattern(text, "?"), ignoreCase);
    return { kind: "predicate", field: target.field, test, reading: "any_scalar" };
  }

  #range(name: string, path: TomlPath): Expression {
    const target = this.#toTarget(name, path);
    const bounds = this.#source.keys(path).map((key) => {
      const at = [...path, key];
      const operator = ORDER_OPERATORS.find((known): known is OrderOperator => known === key);
      const value = this.#scalar(at);
      if (operator === undefined || value === undefined)
        return this.#refuse(at, `${nameOf(at)} is not read here`);
      return this.#take(toRangeExpression(target, operator, literal(value)), at);
    });
    return joinTerms("all", bounds);
  }

  /** `field: value`, or `field: {query: value}`. */
  #inner(path: TomlPath, names: readonly string[]): TomlPath {
    const name = names.find((key) => this.#source.value([...path, key]) !== undefined);
    return name === undefined ? path : [...path, name];
  }

  #scalar(path: TomlPath): string | undefined {
    const value = this.#source.value(path);
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : undefined;
  }

  #take({ condition, problem }: ValueResult, path: TomlPath): Expression {
    if (problem !== undefined) this.#report(problem.code, path, problem.message, problem.hint);
    return condition ?? { kind: "constant", value: false };
  }

  #refuse(path: TomlPath, message: string): Expression {
    this.#report("unsupported-query", path, `${message}.`, "Write the condition into the query instead.");
    return { kind: "constant", value: false };
  }

  #report(code: RuleDiagnosticCode, path: TomlPath, message: string, hint: string | undefined): void {
    const at = this.#source.places.valueAt(path);
    if (code === "unsupported-query") reportUnsupported(this.#source, at, message, hint);
    else this.#source.report(code, at, message, hint);
  }
}

function literal(text: string): { text: string; quoted: true; wildcard: undefined; offset: 0 } {
  return { text, quoted: true, wildcard: undefined, offset: 0 };
}
