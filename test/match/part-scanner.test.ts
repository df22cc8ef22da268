import fc from "fast-check";
import { compilePartScanner } from "../../src/match/part-scanner.js";

const letters = fc.constantFrom("a", "b", "A", "B", "k", "i", "\u212a", "\u0130", "-");
const text = fc.array(letters, { maxLength: 20 }).map((all) => all.join(""));
const part = fc
  .array(fc.constantFrom("a", "b", "k", "i", "-"), { minLength: 1, maxLength: 4 })
  .map((all) => all.join(""));

it("finds the parts that are in a text, whatever the case, and no others", () => {
  fc.assert(
    fc.property(fc.uniqueArray(part, { maxLength: 12 }), text, (parts, one) => {
      const found = new Set<number>();
      compilePartScanner(new Map(parts.map((wanted, i) => [wanted, i]))).scan(one, (entries) =>
        entries.forEach((entry) => found.add(entry)),
      );
      const expected = parts.flatMap((wanted, i) => (one.toLowerCase().includes(wanted) ? [i] : []));
      expect([...found].sort((a, b) => a - b)).toEqual(expected);
    }),
    { numRuns: 2000, seed: 20_260_103 },
  );
});
