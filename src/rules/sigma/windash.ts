import { problem, type Modified } from "./modifier.js";
import type { StringPart, StringValue } from "./value.js";

const DASHES = ["-", "/", "\u2013", "\u2014", "\u2015"];
/** A dash before a word and not inside one: in `-param-name` the first. */
const DASH = /(?<![\p{L}\p{N}_])[-/\u2013\u2014\u2015](?=[\p{L}\p{N}_])/gu;
/** Each multiplies the number of values by five. */
const MAX_DASHES = 3;

/** Every value that comes of writing another dash for each that begins an option. */
export function toDashes(value: StringValue): Modified {
  let variants: readonly (readonly StringPart[])[] = [[]];
  let found = 0;
  for (const part of value.parts) {
    if (part.kind !== "text") {
      variants = variants.map((parts) => [...parts, part]);
      continue;
    }
    const texts = part.text.split(DASH);
    found += texts.length - 1;
    if (found > MAX_DASHES)
      return problem(
        `windash takes at most ${MAX_DASHES} dashes in one value.`,
        "Split the value into several, and use all.",
      );
    const written = writeDashes(texts);
    variants = variants.flatMap((parts) =>
      written.map((text) => [...parts, { kind: "text" as const, text }]),
    );
  }
  const values = variants.map((parts) => ({ ...value, parts }));
  const [only] = values;
  return values.length === 1 && only !== undefined ? only : { kind: "one_of", values };
}

function writeDashes([first = "", ...rest]: readonly string[]): readonly string[] {
  return rest.reduce<readonly string[]>(
    (written, text) => written.flatMap((before) => DASHES.map((dash) => before + dash + text)),
    [first],
  );
}
