import type { RuleException } from "../../src/rules/exceptions/exception.js";
import { compileRules } from "../../src/match/engine.js";
import type { Expression } from "../../src/rules/expression.js";
import type { NamedList } from "../../src/rules/lists/named-list.js";
import { ruleOf } from "./rule-fixture.js";

const LENGTH = 20_000;
const RULES = 50;
const VALUES = Array.from({ length: LENGTH }, (_, i) => `name-${String(i)}`);

/** Counts how often its values are gone through. */
function countingList(): { readonly list: NamedList; readonly reads: () => number } {
  let reads = 0;
  const values = new Proxy(VALUES, {
    get(target, key, receiver) {
      if (key === String(LENGTH - 1)) reads++;
      return Reflect.get(target, key, receiver) as unknown;
    },
  });
  const about = { description: undefined, patterns: [], ranges: [], path: "long.yml", hash: "" };
  return { list: { name: "long", values, ...about }, reads: () => reads };
}

function inList(key: string, ignoreCase = false): Expression {
  return {
    kind: "predicate",
    field: { kind: "loose", text: key, names: ["userIdentity", key] },
    test: { kind: "in_list", list: "long", ignoreCase },
    reading: "any_text",
  };
}

it("holds the values of a list once, whatever the number of rules, fields, calls and exceptions", () => {
  const { list, reads } = countingList();
  const rules = Array.from({ length: RULES }, (_, i) => ruleOf(`r${String(i)}`, inList(`key${String(i)}`)));
  const exception: RuleException = {
    id: "e",
    scope: { kind: "all" },
    condition: inList("arn"),
    owner: "o",
    reason: "r",
    expires: undefined,
    tests: [],
    path: "e.yml",
    hash: "",
  };
  const engine = compileRules(rules, { lists: new Map([["long", list]]), exceptions: [exception] });
  for (let i = 0; i < 300; i++) {
    const record = {
      eventSource: "s3.amazonaws.com",
      eventName: `Call${String(i % 100)}`,
      userIdentity: { key7: `name-${String(LENGTH - 1)}`, key8: "nobody" },
    };
    expect(engine.evaluate(record).map(({ rule }) => rule.id)).toEqual(["r7"]);
  }
  // A constant number of times: for the set itself, and what looks at whether one is needed.
  expect(reads()).toBeLessThan(5);
});

it("finds values of a long list in either case where case does not count", () => {
  const { list } = countingList();
  const rules = [ruleOf("any", inList("key", true)), ruleOf("same", inList("key"))];
  const engine = compileRules(rules, { lists: new Map([["long", list]]) });
  const found = (key: string) => engine.evaluate({ userIdentity: { key } }).map(({ rule }) => rule.id);
  expect(found("NAME-7")).toEqual(["any"]);
  expect(found("name-7")).toEqual(["any", "same"]);
});

it("finds what a list of any length holds, from the first event of a call on", () => {
  for (const length of [1, 63, 64, 65, 1000]) {
    const values = VALUES.slice(0, length);
    const test = { kind: "in", values, ignoreCase: true } as const;
    const field = { kind: "loose", text: "key", names: ["key"] } as const;
    const engine = compileRules([ruleOf("r", { kind: "predicate", field, test, reading: "any_text" })]);
    for (let i = 0; i < 3; i++) {
      const call = { eventSource: "s3.amazonaws.com", eventName: "GetObject" };
      expect(engine.evaluate({ ...call, key: `NAME-${String(length - 1)}` })).toHaveLength(1);
      expect(engine.evaluate({ ...call, key: `name-${String(length)}` })).toHaveLength(0);
    }
  }
});
