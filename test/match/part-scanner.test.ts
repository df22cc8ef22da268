import fc from "fast-check";
import { compilePartScanner } from "../../src/match/part-scanner.js";

const letters = fc.constantFrom("a", "b", "A", "B", "k", "i", "s", "\u017f", "\u212a", "\u0130", "-");
const text = fc.array(letters, { maxLength: 20 }).map((all) => all.join(""));
const partOf = (...some: string[]) =>
  fc.array(fc.constantFrom(...some), { minLength: 1, maxLength: 4 }).map((all) => all.join(""));

function scan(parts: readonly string[], one: string, ignoreCase: boolean): readonly number[] {
  const found = new Set<number>();
  const scanner = compilePartScanner(new Map(parts.map((wanted, i) => [wanted, i])), { ignoreCase });
  scanner.scan(one, (entries) => entries.forEach((entry) => found.add(entry)));
  return [...found].sort((a, b) => a - b);
}

it("finds the parts that are in a text, whatever the case and with ſ as s, and no others", () => {
  const parts = fc.uniqueArray(partOf("a", "b", "k", "i", "s", "-"), { maxLength: 12 });
  fc.assert(
    fc.property(parts, text, (some, one) => {
      const read = one.toLowerCase().replaceAll("ſ", "s");
      expect(scan(some, one, true)).toEqual(some.flatMap((wanted, i) => (read.includes(wanted) ? [i] : [])));
    }),
    { numRuns: 2000, seed: 20_260_103 },
  );
});

it("finds the parts that are in a text as they stand, where case counts", () => {
  const parts = fc.uniqueArray(partOf("a", "A", "b", "k", "i", "-"), { maxLength: 12 });
  fc.assert(
    fc.property(parts, text, (some, one) => {
      expect(scan(some, one, false)).toEqual(some.flatMap((wanted, i) => (one.includes(wanted) ? [i] : [])));
    }),
    { numRuns: 2000, seed: 20_260_103 },
  );
});
