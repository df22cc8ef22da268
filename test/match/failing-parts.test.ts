import type { JsonObject } from "../../src/lib/json.js";
import { compileRules } from "../../src/match/engine.js";
import type { RuleException } from "../../src/rules/exceptions/exception.js";
import type { Expression } from "../../src/rules/expression.js";
import { topLevelField } from "../../src/rules/field.js";
import type { Rule } from "../../src/rules/ir.js";
import { ruleOf } from "./rule-fixture.js";

const ALWAYS: Expression = { kind: "constant", value: true };
/** A value that cannot be read. */
const record = Object.defineProperty({ eventName: "GetObject", fine: "here" }, "broken", {
  enumerable: true,
  get() {
    throw new Error("nobody can read this");
  },
}) as JsonObject;
const BROKEN = topLevelField("broken");
const FAILING: Expression = {
  kind: "predicate",
  field: BROKEN,
  test: { kind: "exists" },
  reading: "exact",
};

function exception(id: string, condition: Expression): RuleException {
  const about = { owner: "team", reason: "expected", expires: undefined, tests: [], path: "e.yml", hash: id };
  return { id, scope: { kind: "all" }, condition, ...about };
}

/** What becomes of a hit of a rule with such a program, and how often the rule failed. */
function evaluate(program: Partial<Rule["program"]>, exceptions: readonly RuleException[] = []) {
  const rule = { ...ruleOf("rule", ALWAYS, program), name: "Name of the rule" };
  const engine = compileRules([rule], { exceptions });
  const [match] = engine.evaluate(record, 0);
  return { match, errors: engine.errors.get("rule") };
}

it("takes the rule's name where the title fails", () => {
  const { match, errors } = evaluate({
    title: [
      { kind: "text", text: "Read " },
      { kind: "field", field: BROKEN },
    ],
  });
  expect(match?.title).toBe("Name of the rule");
  expect(errors).toBe(1);
});

it("leaves out the context that fails, and that alone", () => {
  const { match, errors } = evaluate({
    context: [
      { name: "bad", field: BROKEN },
      { name: "good", field: topLevelField("fine") },
    ],
  });
  expect(match?.context).toEqual({ good: "here" });
  expect(errors).toBe(1);
});

it("takes a severity whose condition fails for one that does not hold", () => {
  const failing = { severity: "critical", riskScore: 99, condition: FAILING } as const;
  const { match, errors } = evaluate({ severities: [failing] });
  expect(match).toMatchObject({ severity: "medium", riskScore: 47 });
  expect(errors).toBe(1);
  const other = { severity: "low", riskScore: 21, condition: ALWAYS } as const;
  expect(evaluate({ severities: [failing, other] }).match).toMatchObject({ severity: "low", riskScore: 21 });
});

it("suppresses nothing by an exception that fails, and keeps the others", () => {
  const alone = evaluate({}, [exception("a", FAILING)]);
  expect(alone.match?.suppressedBy).toBeUndefined();
  expect(alone.match?.title).toBe("rule");
  expect(alone.errors).toBe(1);
  expect(evaluate({}, [exception("a", FAILING), exception("b", ALWAYS)]).match?.suppressedBy).toBe("b");
});

it("takes a group whose value fails for one that has none", () => {
  const { match, errors } = evaluate({ groupBy: [topLevelField("fine"), BROKEN] });
  expect(match?.groupValues).toEqual(["here", null]);
  expect(errors).toBe(1);
});

it("counts a record once, however much fails on it", () => {
  const { match, errors } = evaluate(
    {
      title: [{ kind: "field", field: BROKEN }],
      groupBy: [BROKEN],
      severities: [{ severity: "high", riskScore: 73, condition: FAILING }],
      context: [{ name: "bad", field: BROKEN }],
    },
    [exception("a", FAILING)],
  );
  expect(match).toMatchObject({ title: "Name of the rule", severity: "medium", groupValues: [null] });
  expect(match?.context).toBeUndefined();
  expect(errors).toBe(1);
});
