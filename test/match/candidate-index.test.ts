import type { JsonObject } from "../../src/lib/json.js";
import { compileCandidateIndex } from "../../src/match/candidate-index.js";
import { compileExpressions } from "../../src/match/compile-expression.js";
import type { Expression } from "../../src/rules/expression.js";
import { topLevelField } from "../../src/rules/field.js";

const regex = (pattern: string, ignoreCase = false): Expression => ({
  kind: "predicate",
  field: topLevelField("text"),
  test: { kind: "regex", pattern, ignoreCase, multiline: false, dotAll: false },
  reading: "any_text",
});

/** Patterns of the conditions that are tried on a record. */
function triedOn(record: JsonObject, patterns: readonly string[], ignoreCase = false): readonly string[] {
  const lists = new Map();
  const conditions = patterns.map((pattern) => regex(pattern, ignoreCase));
  const index = compileCandidateIndex(conditions, lists, compileExpressions(lists));
  const found = new Set<number>();
  const call = { eventSource: "s3.amazonaws.com", eventName: "GetObject", ...record };
  // Fields other than those two are looked at from the second time on.
  index(call, () => undefined);
  index(call, (candidates) => candidates.forEach(({ position }) => found.add(position)));
  return patterns.filter((_, position) => found.has(position));
}

describe("regular expressions in the index", () => {
  it("are tried where a literal is that every match holds", () => {
    const patterns = ["^arn:aws:.+:root$", "(?:curl|wget)\\s", "^(?:443|8443)$", "\\d+"];
    expect(triedOn({ text: "nothing" }, patterns)).toEqual(["\\d+"]);
    expect(triedOn({ text: "arn:aws:iam::1:root" }, patterns)).toEqual(["^arn:aws:.+:root$", "\\d+"]);
    expect(triedOn({ text: "x wget y" }, patterns)).toEqual(["(?:curl|wget)\\s", "\\d+"]);
    expect(triedOn({ text: ["x", 443] }, patterns)).toEqual(["^(?:443|8443)$", "\\d+"]);
    expect(triedOn({ text: { any: "object" } }, patterns.slice(0, 2))).toEqual(patterns.slice(0, 2));
    expect(triedOn({}, patterns)).toEqual(["\\d+"]);
  });

  it("are tried on letters that count as the same, and on those only", () => {
    const patterns = ["^assume$", "task-\\d", "^kelvin$"];
    expect(triedOn({ text: "a\u017fsume" }, patterns, true)).toEqual(["^assume$"]);
    expect(triedOn({ text: "TA\u017f\u212a-1" }, patterns, true)).toEqual(["task-\\d"]);
    expect(triedOn({ text: "\u212aELVIN" }, patterns, true)).toEqual(["^kelvin$"]);
    expect(triedOn({ text: "assure" }, patterns, true)).toEqual([]);
  });
});
