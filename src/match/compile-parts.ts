import type { TextPredicate } from "./compiled-test.js";
import { compilePartScanner, type PartScanner } from "./part-scanner.js";

/** So many are looked for one after another. */
const FEW = 8;
/** Of the automaton, beyond which it would take too much memory: characters of all parts by different characters. */
const MAX_CELLS = 4_000_000;
const ASCII_ONLY = /^[\0-\x7f]*$/;

/** Compiles "one of the parts is in the text", case counting; undefined when that would not be quick. */
export function compileParts(parts: readonly string[]): TextPredicate | undefined {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return (text) => text.includes(only);
  const all = [...new Set(parts)];
  if (all.includes("")) return () => true;
  if (all.length <= FEW) {
    return (text) => {
      for (const part of all) if (text.includes(part)) return true;
      return false;
    };
  }
  const text = all.join("");
  if (text.length * new Set(text).size > MAX_CELLS || !all.every((part) => ASCII_ONLY.test(part)))
    return undefined;
  let scanner: PartScanner | undefined;
  let found = false;
  const onFound = (): void => {
    found = true;
  };
  return (text) => {
    scanner ??= compilePartScanner(new Map(all.map((part, i) => [part, i])), { ignoreCase: false });
    found = false;
    scanner.scan(text, onFound);
    return found;
  };
}
