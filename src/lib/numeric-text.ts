const NUMERIC = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The number that a text is the decimal notation of; NaN when it is none. No blanks, no hexadecimal, no "Infinity". */
export function toNumber(text: string): number {
  const first = text.charCodeAt(0);
  // Letters, the most common start of a value, need no second look.
  return first > 57 || !NUMERIC.test(text) ? NaN : Number(text);
}
