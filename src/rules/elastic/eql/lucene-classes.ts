const WORD = "a-zA-Z0-9_";
/** RE2's own `\s` holds a form feed besides. */
const BLANK = " \\t\\n\\r";

/** What the classes that have a letter hold, as members of a class in RE2 syntax. */
export const PREDEFINED: ReadonlyMap<string, string> = new Map([
  ["d", "0-9"],
  ["D", "\\x{0}-/:-\\x{10FFFF}"],
  ["w", WORD],
  ["W", "\\x{0}-/:-@\\[-\\^`{-\\x{10FFFF}"],
  ["s", BLANK],
  ["S", "\\x{0}-\\x{8}\\x{B}\\x{C}\\x{E}-\\x{1F}!-\\x{10FFFF}"],
]);
