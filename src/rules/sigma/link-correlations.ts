import type { Diagnostic, DiagnosticSeverity } from "../../lib/diagnostics.js";
import type { RuleDiagnosticCode } from "../diagnostic-codes.js";
import type { Rule } from "../ir.js";
import { join } from "./item-expression.js";
import type { KnownRules } from "./known-rules.js";
import type { ParsedSigmaFile, RuleReference, SigmaCorrelation } from "./parsed-file.js";

export interface LinkedCorrelations {
  /** What each correlation has become; those that are not loaded are not among them. */
  readonly correlations: ReadonlyMap<SigmaCorrelation, Omit<Rule, "hash">>;
  /** Ids of rules and correlations that a correlation counts in their place. */
  readonly counted: ReadonlySet<string>;
}

type Filtered = ReadonlyMap<Rule, Omit<Rule, "hash">>;

/** Makes rules of correlations: the condition of one holds where that of a rule does which it is made of, however far down. */
export function linkCorrelations(
  files: readonly ParsedSigmaFile[],
  known: KnownRules,
  filtered: Filtered,
  diagnostics: Diagnostic[],
): LinkedCorrelations {
  const drafts = files.flatMap((file) =>
    file.correlations.map((correlation) => new Draft(correlation, file.path, known, diagnostics)),
  );
  const byCorrelation = new Map(drafts.map((draft) => [draft.correlation, draft]));
  const order = settleInOrder(drafts, byCorrelation);
  const correlations = new Map<SigmaCorrelation, Omit<Rule, "hash">>();
  const counted = new Set<string>();
  for (const draft of order) {
    draft.settle(byCorrelation);
    if (draft.state !== "loaded") continue;
    correlations.set(draft.correlation, draft.toRule(filtered));
    if (!draft.correlation.generate) draft.ids().forEach((id) => counted.add(id));
  }
  return { correlations, counted };
}

/** Those that refer to no correlation first, then those that refer to them, and so on; what stands in a circle is refused. */
function settleInOrder(
  drafts: readonly Draft[],
  byCorrelation: ReadonlyMap<SigmaCorrelation, Draft>,
): readonly Draft[] {
  const dependents = new Map<Draft, Draft[]>();
  const open = new Map<Draft, number>();
  for (const draft of drafts) {
    const inner = draft.inner(byCorrelation);
    open.set(draft, inner.length);
    for (const each of inner) dependents.set(each, [...(dependents.get(each) ?? []), draft]);
  }
  const order = drafts.filter((draft) => open.get(draft) === 0);
  for (const draft of order) {
    for (const dependent of dependents.get(draft) ?? []) {
      const left = (open.get(dependent) ?? 0) - 1;
      open.set(dependent, left);
      if (left === 0) order.push(dependent);
    }
  }
  const done = new Set(order);
  const rest = new Set(drafts.filter((draft) => !done.has(draft)));
  // What only leads to a circle is no part of it: nobody left refers to it.
  for (let removed = true; removed;) {
    removed = false;
    for (const draft of rest) {
      if ((dependents.get(draft) ?? []).some((dependent) => rest.has(dependent))) continue;
      rest.delete(draft);
      removed = true;
    }
  }
  for (const draft of rest) draft.refuseCircle(rest, byCorrelation);
  return [...order, ...drafts.filter((draft) => !done.has(draft) && !rest.has(draft))];
}

/** One correlation on its way to a rule. */
class Draft {
  state: "open" | "loaded" | "other_logs" | "refused" = "open";
  private readonly rules = new Set<Rule>();

  constructor(
    readonly correlation: SigmaCorrelation,
    private readonly path: string,
    private readonly known: KnownRules,
    private readonly diagnostics: Diagnostic[],
  ) {}

  /** The correlations that this one refers to, each once. */
  inner(byCorrelation: ReadonlyMap<SigmaCorrelation, Draft>): readonly Draft[] {
    const found = this.correlation.rules.flatMap(({ text }) => {
      const referred = this.known.find(text);
      return referred.kind === "correlation" ? (byCorrelation.get(referred.correlation) ?? []) : [];
    });
    return [...new Set(found)];
  }

  /** Looks up every reference; what it refers to is settled already, unless it is in a circle. */
  settle(byCorrelation: ReadonlyMap<SigmaCorrelation, Draft>): void {
    this.state = "loaded";
    for (const reference of this.correlation.rules) this.settleOne(reference, byCorrelation);
    for (const { fields } of this.correlation.aliases) {
      for (const { rule } of fields) this.checkAlias(rule);
    }
  }

  private settleOne(reference: RuleReference, byCorrelation: ReadonlyMap<SigmaCorrelation, Draft>): void {
    const { text } = reference;
    const referred = this.known.find(text);
    if (referred.kind === "rule") {
      this.rules.add(referred.rule.rule);
      return;
    }
    if (referred.kind === "correlation") {
      const inner = byCorrelation.get(referred.correlation);
      if (inner?.state === "loaded") inner.rules.forEach((rule) => this.rules.add(rule));
      else if (inner?.state === "other_logs") this.leave(reference);
      else this.refuse(reference, `${text} was refused`, "See what is wrong with that correlation.");
      return;
    }
    if (referred.kind === "several")
      this.refuse(
        reference,
        `several rules have the id or name ${text}`,
        "Give each an id and a name of its own.",
      );
    else if (referred.kind === "nothing") {
      const hint = referred.meant === undefined ? "Load that rule too." : `Did you mean ${referred.meant}?`;
      this.refuse(reference, `there is no rule ${text}`, hint);
    } else if (referred.absent.reason === "other_logs") this.leave(reference);
    else if (referred.absent.reason === "retired")
      this.refuse(
        reference,
        `${text} is deprecated or unsupported and not loaded`,
        "Name the rule that replaces it.",
      );
    else this.refuse(reference, `${text} was refused`, "See what is wrong with that rule.");
  }

  private checkAlias({ text, position }: RuleReference): void {
    const referred = this.known.find(text);
    if (referred.kind !== "nothing" || this.state !== "loaded") return;
    const hint =
      referred.meant === undefined
        ? "Name one of the correlation's rules."
        : `Did you mean ${referred.meant}?`;
    this.refuse({ text, position }, `there is no rule ${text}`, hint);
  }

  refuseCircle(circle: ReadonlySet<Draft>, byCorrelation: ReadonlyMap<SigmaCorrelation, Draft>): void {
    this.state = "refused";
    const reference = this.correlation.rules.find(({ text }) => {
      const referred = this.known.find(text);
      const inner = referred.kind === "correlation" ? byCorrelation.get(referred.correlation) : undefined;
      return inner !== undefined && circle.has(inner);
    });
    const { id } = this.correlation.base;
    const message = `The correlation ${id} refers to itself by way of ${reference?.text ?? "others"}.`;
    this.report(
      "correlation-cycle",
      "error",
      reference,
      message,
      "Let correlations refer to one another one way only.",
    );
  }

  private refuse(reference: RuleReference, why: string, hint: string): void {
    // The first reason is enough.
    if (this.state === "refused") return;
    this.state = "refused";
    const message = `The correlation ${this.correlation.base.id} is not loaded: ${why}.`;
    this.report("unresolved-rule", "error", reference, message, hint);
  }

  private leave(reference: RuleReference): void {
    if (this.state !== "loaded") return;
    this.state = "other_logs";
    const message = `The correlation ${this.correlation.base.id} is not loaded: ${reference.text} is for other logs.`;
    this.report("other-log-type", "info", reference, message, undefined);
  }

  private report(
    code: RuleDiagnosticCode,
    severity: DiagnosticSeverity,
    reference: RuleReference | undefined,
    message: string,
    hint: string | undefined,
  ): void {
    const position = reference?.position ?? this.correlation.position;
    const where = { code, severity, file: this.path, ...position, message };
    this.diagnostics.push(hint === undefined ? where : { ...where, hint });
  }

  /** Ids of what it refers to, in order. */
  ids(): readonly string[] {
    return [...new Set(this.correlation.rules.flatMap((reference) => this.idOf(reference) ?? []))];
  }

  private idOf({ text }: RuleReference): string | undefined {
    const referred = this.known.find(text);
    if (referred.kind === "rule") return referred.rule.rule.id;
    return referred.kind === "correlation" ? referred.correlation.base.id : undefined;
  }

  toRule(filtered: Filtered): Omit<Rule, "hash"> {
    const { base, groupBy, parts, aliases } = this.correlation;
    const conditions = [...this.rules].map((rule) => (filtered.get(rule) ?? rule).program.condition);
    return {
      ...base,
      stateful: {
        kind: "correlation",
        ...parts,
        rules: this.ids(),
        aliases: aliases.map(({ name, fields }) => ({
          name,
          fields: fields.flatMap(({ rule, field }) => {
            const id = this.idOf(rule);
            return id === undefined ? [] : { rule: id, field };
          }),
        })),
      },
      program: {
        condition: join("any", conditions),
        title: [{ kind: "text", text: base.name }],
        groupBy,
        severities: [],
        context: [],
      },
    };
  }
}
