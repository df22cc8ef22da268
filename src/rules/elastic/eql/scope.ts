import type { Expression, ValueTest } from "../../expression.js";
import type { FieldReference } from "../../field.js";
import type { RuleDiagnosticCode } from "../../diagnostic-codes.js";
import { explainPlainName } from "../../lists/list-references.js";
import { lookUpField } from "../field-problem.js";
import type { QueryContext, QueryProblem } from "../query-context.js";
import type { EqlField, EqlValue } from "./value.js";

interface Placed {
  readonly start: number;
  readonly end: number;
}

/** What the parts of one compilation share. */
export class EqlScope {
  readonly problems: QueryProblem[] = [];
  private readonly fields = new Map<string, ReturnType<typeof lookUpField>>();

  constructor(
    private readonly query: string,
    readonly context: QueryContext,
  ) {}

  /** Adds an error; who does so gives back undefined. That something is not supported is said once of a query. */
  report(node: { readonly start: number }, code: RuleDiagnosticCode, message: string, hint?: string): void {
    const said = code === "unsupported-query" && this.problems.some((problem) => problem.code === code);
    if (said) return;
    this.problems.push({ code, offset: node.start, message, ...(hint === undefined ? {} : { hint }) });
  }

  /** A text that names a list of ours is compared with as it stands. */
  warnOfPlainName(text: string, { start: offset }: { readonly start: number }): void {
    const plain = explainPlainName(
      text,
      this.context.lists,
      `Write \`field in ${text}\` to refer to the list.`,
    );
    if (plain === undefined || this.problems.some((known) => known.offset === offset)) return;
    this.problems.push({ code: "list-not-expanded", severity: "warning", offset, ...plain });
  }

  /** Whether an error was added since there were so many problems. */
  failedSince(count: number): boolean {
    return this.problems.slice(count).some(({ severity = "error" }) => severity === "error");
  }

  /** As it is written, on one line. */
  textOf(node: Placed): string {
    return this.query.slice(node.start, node.end).replace(/\s+/g, " ");
  }

  /** Each use is a reference of its own, since each has its place. An optional field may be unknown. */
  field(name: string, optional: boolean, node: { readonly start: number }): EqlField {
    const known = this.fields.get(name);
    const { field, problem } = known ?? lookUpField(name, node.start);
    if (known === undefined) this.fields.set(name, { field, problem });
    // Said once of each name.
    if (problem !== undefined && !optional && !this.problems.includes(problem)) this.problems.push(problem);
    const reference = { ...field.field };
    this.context.place(reference, node.start);
    return { kind: "field", field: reference, type: field.type, fraction: false };
  }

  /** A literal stands in a field's place by its text. */
  asField(value: EqlValue, node: Placed): EqlField {
    if (value.kind === "field") return value;
    const args = [{ kind: "literal", value: value.value }] as const;
    const field = { kind: "call", text: this.textOf(node), function: "string", args } as const;
    this.context.place(field, node.start);
    return { kind: "field", field, type: undefined, fraction: false };
  }

  test(field: FieldReference, test: ValueTest, node: { readonly start: number }): Expression {
    return this.place({ kind: "predicate", field, test, reading: "any_scalar" }, node);
  }

  place(expression: Expression, node: { readonly start: number }): Expression {
    this.context.place(expression, node.start);
    return expression;
  }
}
