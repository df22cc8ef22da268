import { compileIpRanges, parseIpAddress } from "../lib/ip-range.js";
import type { NamedList } from "../rules/lists/named-list.js";
import { compileEqualsByText, compileEqualsExactly } from "./compile-equals.js";
import { compileWildcard } from "./compile-wildcard.js";
import { ofText, type CompiledTest } from "./compiled-test.js";

/** Compiles a test against a named list; in a list that does not exist there is nothing. */
export function compileInList(list: NamedList | undefined, ignoreCase: boolean): CompiledTest {
  const equalsExactly = compileEqualsExactly(list?.values ?? [], ignoreCase);
  const equalsByText = compileEqualsByText(list?.values ?? [], ignoreCase);
  const patterns = (list?.patterns ?? []).map((pattern) => compileWildcard(pattern, ignoreCase));
  const inRanges = compileIpRanges(list?.ranges ?? []);
  const isLike = ofText((text) => {
    if (patterns.some((matches) => matches(text))) return true;
    const address = parseIpAddress(text);
    return address !== undefined && inRanges(address);
  });
  return {
    exact: (value) => equalsExactly(value) || isLike.exact(value),
    byText: (value) => equalsByText(value) || isLike.byText(value),
    whenMissing: false,
  };
}
