import fc from "fast-check";
import { compileCondition } from "../../src/match/compile-condition.js";
import { compileRules } from "../../src/match/engine.js";
import {
  referenceHolds,
  referenceMatches,
  referenceSeverity,
  referenceSuppression,
} from "../../src/match/reference.js";
import { arbitraryEvent } from "../match/arbitrary-records.js";
import {
  arbitraryExceptions,
  arbitraryExpression,
  arbitraryLists,
  arbitraryRules,
  NOW,
} from "../match/arbitrary-rules.js";

const SEED = 20_260_101;
const records = fc.array(arbitraryEvent, { minLength: 1, maxLength: 4 });

it("the engine finds exactly the rules that the reference finds, as grave, and suppresses the same", () => {
  const seen = { matched: 0, graded: 0, suppressed: 0 };
  fc.assert(
    fc.property(
      arbitraryRules,
      records,
      arbitraryLists,
      arbitraryExceptions,
      (rules, some, lists, exceptions) => {
        const engine = compileRules(rules, { lists, exceptions });
        // From the second time on the engine goes by a plan for each pair of service and call.
        for (const record of [...some, ...some]) {
          const found = engine.evaluate(record, NOW);
          expect(found.map(({ rule }) => rule.id)).toEqual(
            referenceMatches(rules, record, lists).map(({ id }) => id),
          );
          for (const { rule, severity, riskScore, suppressedBy } of found) {
            const graded = referenceSeverity(rule, record, lists);
            expect({ severity, riskScore }).toEqual(graded);
            expect(suppressedBy).toBe(referenceSuppression(exceptions, rule, record, NOW, lists));
            seen.matched++;
            if (graded.severity !== rule.severity) seen.graded++;
            if (suppressedBy !== undefined) seen.suppressed++;
          }
        }
        expect(engine.errors.size).toBe(0);
      },
    ),
    { numRuns: 1000, seed: SEED },
  );
  // The properties say nothing about rules that never hold.
  expect(seen.matched).toBeGreaterThan(500);
  expect(seen.graded).toBeGreaterThan(50);
  expect(seen.suppressed).toBeGreaterThan(50);
}, 60_000);

it("a condition on its own holds exactly where the reference says so", () => {
  fc.assert(
    fc.property(arbitraryExpression, records, arbitraryLists, (condition, some, lists) => {
      const holds = compileCondition(condition, lists);
      for (const record of some) expect(holds(record)).toBe(referenceHolds(condition, record, lists));
    }),
    { numRuns: 3000, seed: SEED },
  );
}, 60_000);
