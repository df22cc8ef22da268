import { compileIpRanges, parseIpAddress } from "../lib/ip-range.js";
import type { NamedList } from "../rules/lists/named-list.js";
import { compileEqualsByText } from "./compile-equals.js";
import { compileWildcard } from "./compile-wildcard.js";
import { ofAny, ofText, type CompiledTest } from "./compiled-test.js";

/** One where case counts and one where it does not, for all rules that name the list: it may hold 100,000 values. */
interface CompiledList {
  same?: CompiledTest;
  ignoringCase?: CompiledTest;
}

const compiledLists = new WeakMap<NamedList, CompiledList>();

/** Compiles a test against a named list; in a list that does not exist there is nothing. */
export function compileInList(list: NamedList | undefined, ignoreCase: boolean): CompiledTest {
  if (list === undefined) return ofAny(() => false);
  const compiled = compiledLists.get(list) ?? {};
  compiledLists.set(list, compiled);
  return (compiled[ignoreCase ? "ignoringCase" : "same"] ??= compileList(list, ignoreCase));
}

function compileList(list: NamedList, ignoreCase: boolean): CompiledTest {
  const isValue = compileEqualsByText(list.values, ignoreCase);
  const patterns = list.patterns.map((pattern) => compileWildcard(pattern, ignoreCase));
  const inRanges = compileIpRanges(list.ranges);
  const isLike = ofText((text) => {
    if (patterns.some((matches) => matches(text))) return true;
    const address = parseIpAddress(text);
    return address !== undefined && inRanges(address);
  });
  return {
    // Values are texts: there is no other type that one could be equal to.
    exact: (value) => typeof value === "string" && (isValue(value) || isLike.byText(value)),
    byText: (value) => isValue(value) || isLike.byText(value),
    whenMissing: false,
  };
}
