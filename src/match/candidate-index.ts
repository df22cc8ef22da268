import type { JsonObject, JsonValue } from "../lib/json.js";
import type { Expression } from "../rules/expression.js";
import { createAnchorFinder, topLevelName, type AnchorFinder, type Anchors } from "./anchors.js";
import { compileExpressions, type Compile, type ScopePredicate } from "./compile-expression.js";
import { readKey } from "./compile-field.js";
import type { FieldMarks, Mark } from "./field-marks.js";
import { createPlanCache } from "./plan-cache.js";
import { simplify } from "./simplify.js";
import type { Lists } from "./value-tests.js";

/** A condition that could hold, by its position, and what is left to see whether it does. */
export interface Candidate {
  readonly position: number;
  readonly holds: ScopePredicate;
}

/** Calls `visit` with all conditions that could hold for a record, perhaps with one several times, in any order. */
export type CandidateIndex = (record: JsonObject, visit: (candidates: readonly Candidate[]) => void) => void;

/** Candidates and marks in all plans together; 10,000 rules come to a fifth of it. */
const MAX_PLANNED = 500_000;
const EVENT_NAME = "eventName";
const EVENT_SOURCE = "eventSource";
const readName = readKey(EVENT_NAME);
const readSource = readKey(EVENT_SOURCE);

/**
 * Sorts conditions by what their record must have, so that an event meets few of them. The conditions that fit a pair
 * of service and call are decided as far as those two go, and sorted again by their other fields; the plan for a pair
 * is made when it comes the second time.
 * Invariant: it may only over-approximate; a condition that names no such value is a candidate for every record.
 */
export function compileCandidateIndex(
  conditions: readonly Expression[],
  lists: Lists,
  compile: Compile,
): CandidateIndex {
  const finder = createAnchorFinder(lists);
  // All marks that plans will ask for, so that each field is prepared once.
  for (const condition of conditions) finder.find(condition, () => true);
  const byCall = createAnchorIndex(
    conditions.map((condition, position) => ({
      candidate: { position, holds: compile(condition) },
      anchors: finder.find(condition, (key) => key === EVENT_NAME || key === EVENT_SOURCE),
    })),
    finder,
  );
  // The compiled conditions are of the record at hand; this one decides on what a pair is made of.
  const decide = compileExpressions(lists);
  const plans = createPlanCache((eventSource, eventName): { plan: CandidateIndex; size: number } => {
    const call = { eventName, eventSource };
    const found = new Set<number>();
    byCall(call, (candidates) => candidates.forEach(({ position }) => found.add(position)));
    const rest = toRest(call, [...found], conditions, decide);
    const entries = rest.map(({ position, condition }) => ({
      candidate: { position, holds: compile(condition) },
      anchors: finder.find(condition, () => true),
    }));
    const size = entries.reduce((sum, { anchors = [] }) => sum + 1 + countMarks(anchors), 0);
    return { plan: createAnchorIndex(entries, finder), size };
  }, MAX_PLANNED);

  return (record, visit) => {
    const name = readName(record);
    const source = readSource(record);
    const plan = typeof name === "string" && typeof source === "string" ? plans.get(source, name) : undefined;
    (plan ?? byCall)(record, visit);
  };
}

function countMarks(anchors: Anchors): number {
  return anchors.reduce((sum, { marks }) => sum + marks.length, 0);
}

/** What is left of conditions for one pair of service and call; those that it rules out are gone. */
function toRest(
  call: JsonObject,
  positions: readonly number[],
  conditions: readonly Expression[],
  decide: Compile,
): { readonly position: number; readonly condition: Expression }[] {
  const known = (expression: Expression): boolean | undefined => {
    if (expression.kind !== "predicate") return undefined;
    const name = topLevelName(expression.field);
    return name === EVENT_NAME || name === EVENT_SOURCE ? decide(expression)(call) : undefined;
  };
  return positions.flatMap((position) => {
    const condition = simplify(conditions[position] as Expression, known);
    return condition.kind === "constant" && !condition.value ? [] : [{ position, condition }];
  });
}

/** Looks candidates up by the marks of their anchors; those without anchors are found for every record. */
function createAnchorIndex(
  entries: readonly { readonly candidate: Candidate; readonly anchors: Anchors | undefined }[],
  finder: AnchorFinder,
): CandidateIndex {
  const always: Candidate[] = [];
  const fields = new Map<string, FieldMarks>();
  const byMark = new Map<Mark, Candidate[]>();
  for (const { candidate, anchors } of entries) {
    if (anchors === undefined) always.push(candidate);
    for (const { key, marks } of anchors ?? []) {
      const field = finder.marksOf(key);
      if (field !== undefined) fields.set(key, field);
      for (const mark of marks) {
        const candidates = byMark.get(mark);
        if (candidates === undefined) byMark.set(mark, [candidate]);
        else candidates.push(candidate);
      }
    }
  }
  const all = [...fields.values()];
  return (record: JsonValue, visit) => {
    const visitMarks = (marks: readonly Mark[]): void => {
      for (const mark of marks) {
        const candidates = byMark.get(mark);
        if (candidates !== undefined) visit(candidates);
      }
    };
    if (always.length > 0) visit(always);
    for (const field of all) field.find(record, visitMarks);
  };
}
