import type { Expression } from "./expression.js";

/** Values or terms that one part of a condition may have. Beyond this a named list is easier to keep, and to share. */
export const MAX_ALTERNATIVES = 1_000;

export interface Oversized {
  readonly part: Expression;
  readonly count: number;
}

/** The first part of a condition that has more alternatives than are taken. */
export function findOversized(expression: Expression): Oversized | undefined {
  const open: Expression[] = [expression];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const count = alternativesOf(part);
    if (count > MAX_ALTERNATIVES) return { part, count };
    open.push(...innerOf(part));
  }
  return undefined;
}

/** Parts and values of a condition, all told. */
export function sizeOf(expression: Expression): number {
  let size = 0;
  const open: Expression[] = [expression];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    size += 1 + ("test" in part && part.test.kind === "in" ? part.test.values.length : 0);
    open.push(...innerOf(part));
  }
  return size;
}

function alternativesOf(part: Expression): number {
  if (part.kind === "predicate" || part.kind === "anywhere") {
    return part.test.kind === "in" ? part.test.values.length : 0;
  }
  return "terms" in part ? part.terms.length : 0;
}

function innerOf(part: Expression): readonly Expression[] {
  if ("terms" in part) return part.terms;
  return "term" in part ? [part.term] : [];
}
