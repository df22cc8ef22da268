import type { PathReference, PathStep } from "../field.js";

/** Why a path could not be read; `message` continues "The path …". */
export interface PathProblem {
  readonly message: string;
}

/**
 * Reads `a.b`, `a[0].b` and `a[*].b`. A key that itself holds a dot, a bracket or a quote has no form here: that is
 * what DeepKey is for.
 */
export function parseKeyPath(text: string): PathReference | PathProblem {
  const steps: PathStep[] = [];
  for (const segment of text.split(".")) {
    const open = segment.indexOf("[");
    const name = open < 0 ? segment : segment.slice(0, open);
    if (name === "") return { message: "has an empty key" };
    if (/[\]"'\s]/.test(name))
      return { message: `has a key with a character that cannot stand in a path: ${name}` };
    steps.push({ kind: "key", name });
    const brackets = parseBrackets(open < 0 ? "" : segment.slice(open));
    if (brackets === undefined) return { message: "has brackets with something other than a number or *" };
    steps.push(...brackets);
  }
  return { kind: "path", text, steps };
}

/** `[0][*]`… */
function parseBrackets(text: string): PathStep[] | undefined {
  const steps: PathStep[] = [];
  let rest = text;
  while (rest !== "") {
    const match = /^\[(\*|\d{1,9})\]/.exec(rest);
    const inner = match?.[1];
    if (match === null || inner === undefined) return undefined;
    steps.push(inner === "*" ? { kind: "every" } : { kind: "index", index: Number(inner) });
    rest = rest.slice(match[0].length);
  }
  return steps;
}
