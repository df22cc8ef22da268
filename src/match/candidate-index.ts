import type { JsonObject, JsonValue } from "../lib/json.js";
import type { Expression } from "../rules/expression.js";
import { findAnchors, topLevelName, type Anchors } from "./anchors.js";
import { compileExpressions, type Compile, type ScopePredicate } from "./compile-expression.js";
import { readKey } from "./compile-field.js";
import { createLookUp, type LookUp } from "./look-up.js";
import { simplify } from "./simplify.js";
import type { Lists } from "./value-tests.js";

/** A condition that could hold, by its position, and what is left to see whether it does. */
export interface Candidate {
  readonly position: number;
  readonly holds: ScopePredicate;
}

/** Calls `visit` with all conditions that could hold for a record, perhaps with one several times, in any order. */
export type CandidateIndex = (record: JsonObject, visit: (candidates: readonly Candidate[]) => void) => void;

/** Candidates for which plans are kept at a time, over all pairs of service and call: bounds memory and the work of strange input. */
const MAX_PLANNED = 100_000;
/** A pair gets its plan when it comes again: names that come once are not worth one. */
const SEEN_ONCE = "seen once";
/** Fewer anchors than that on a field of a plan are tried one by one. */
const MIN_LOOKED_UP = 3;

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
  const byCall = createAnchorIndex(
    conditions.map((condition, position) => ({
      candidate: { position, holds: compile(condition) },
      anchors: findAnchors(condition, lists, (key) => key === EVENT_NAME || key === EVENT_SOURCE),
    })),
    1,
  );
  // The compiled conditions are of the record at hand; this one decides on what a pair is made of.
  const decide = compileExpressions(lists);
  const plans = new Map<string, CandidateIndex | typeof SEEN_ONCE>();
  let planned = 0;

  return (record, visit) => {
    const name = readName(record);
    const source = readSource(record);
    if (typeof name !== "string" || typeof source !== "string") {
      byCall(record, visit);
      return;
    }
    const pair = `${source} ${name}`;
    let plan = plans.get(pair);
    if (plan === SEEN_ONCE) {
      const found = new Set<number>();
      byCall(record, (candidates) => candidates.forEach(({ position }) => found.add(position)));
      planned += found.size + 1;
      const rest = toRest({ eventName: name, eventSource: source }, [...found], conditions, decide);
      plan = createAnchorIndex(
        rest.map(({ position, condition }) => ({
          candidate: { position, holds: compile(condition) },
          anchors: findAnchors(condition, lists, () => true),
        })),
        MIN_LOOKED_UP,
      );
      plans.set(pair, plan);
    } else if (plan === undefined) {
      plans.set(pair, SEEN_ONCE);
      planned++;
    }
    if (planned > MAX_PLANNED) {
      plans.clear();
      planned = 0;
    }
    if (plan === undefined) byCall(record, visit);
    else plan(record, visit);
  };
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

/** Looks candidates up by their anchors; those without are found for every record, and so are those of a rare field. */
function createAnchorIndex(
  entries: readonly { readonly candidate: Candidate; readonly anchors: Anchors | undefined }[],
  leastLookedUp: number,
): CandidateIndex {
  const counts = new Map<string, number>();
  for (const { anchors = [] } of entries) {
    for (const { key } of anchors) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const always: Candidate[] = [];
  const lookUps = new Map<string, LookUp<Candidate>>();
  for (const { candidate, anchors } of entries) {
    if (anchors === undefined || anchors.some(({ key }) => (counts.get(key) ?? 0) < leastLookedUp)) {
      always.push(candidate);
      continue;
    }
    for (const { key, names, values, ignoreCase } of anchors) {
      const lookUp = lookUps.get(key) ?? createLookUp<Candidate>(names);
      lookUps.set(key, lookUp);
      lookUp.add(values, ignoreCase, candidate);
    }
  }
  const all = [...lookUps.values()];
  return (record: JsonValue, visit) => {
    if (always.length > 0) visit(always);
    for (const lookUp of all) lookUp.find(record, visit);
  };
}
