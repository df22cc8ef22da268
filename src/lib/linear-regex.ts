import { RE2JS } from "re2js";

/** A pattern that takes time linear in the text, whatever the pattern. */
export interface LinearRegex {
  /** Whether the pattern is found anywhere in the text, unless it is anchored. */
  test(text: string): boolean;
}

export interface RegexFlags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
}

/**
 * Compiles a pattern in RE2 syntax.
 * @throws Error with what is wrong; look-around and back-references are wrong here.
 */
export function compileLinearRegex(pattern: string, flags: RegexFlags): LinearRegex {
  const bits =
    (flags.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) |
    (flags.multiline ? RE2JS.MULTILINE : 0) |
    (flags.dotAll ? RE2JS.DOTALL : 0);
  const compiled = RE2JS.compile(pattern, bits);
  // Quicker than a matcher's find(), which looks for where the match is as well.
  return { test: (text) => compiled.test(text) };
}
