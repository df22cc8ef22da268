import type { WildcardPart } from "../rules/expression.js";

/** What stands between two `any`: texts at their distances from its start, and holes of one character between them. */
interface Segment {
  readonly length: number;
  readonly texts: readonly { readonly offset: number; readonly text: string }[];
}

const SURROGATE = /[\ud800-\udfff]/;

/** Compiles a pattern to a test of the whole text. */
export function compileWildcard(
  pattern: readonly WildcardPart[],
  ignoreCase: boolean,
): (text: string) => boolean {
  const parts: readonly Part[] = pattern.map((part) => toPart(part, ignoreCase));
  const units = compileUnits(parts);
  const points = parts.flatMap<string>(({ kind, text }) =>
    kind === "text" ? Array.from(text) : [kind === "any" ? ANY : ONE],
  );
  // Where a character is two code units, a hole and half a character need the slower way.
  const careful = parts.some(({ kind, text }) => kind === "one" || SURROGATE.test(text));
  const test = careful
    ? (text: string) => (SURROGATE.test(text) ? matchPoints(points, Array.from(text)) : units(text))
    : units;
  return ignoreCase ? (text) => test(text.toLowerCase()) : test;
}

interface Part {
  readonly kind: WildcardPart["kind"];
  /** Empty where the part is no text. */
  readonly text: string;
}

function toPart(part: WildcardPart, ignoreCase: boolean): Part {
  if (part.kind !== "text") return { kind: part.kind, text: "" };
  return { kind: "text", text: ignoreCase ? part.text.toLowerCase() : part.text };
}

function toSegments(parts: readonly Part[]): readonly Segment[] {
  const segments: { length: number; texts: { offset: number; text: string }[] }[] = [
    { length: 0, texts: [] },
  ];
  for (const part of parts) {
    const last = segments[segments.length - 1];
    if (part.kind === "any" || last === undefined) segments.push({ length: 0, texts: [] });
    else if (part.kind === "one") last.length++;
    else {
      last.texts.push({ offset: last.length, text: part.text });
      last.length += part.text.length;
    }
  }
  return segments;
}

function compileUnits(parts: readonly Part[]): (text: string) => boolean {
  const segments = toSegments(parts);
  const first = segments[0] ?? { length: 0, texts: [] };
  if (segments.length === 1) return (text) => text.length === first.length && standsAt(text, first, 0);
  const last = segments[segments.length - 1] ?? first;
  const middle = segments.slice(1, -1).filter((segment) => segment.length > 0);
  return (text) => {
    const end = text.length - last.length;
    if (end < first.length || !standsAt(text, first, 0) || !standsAt(text, last, end)) return false;
    let at = first.length;
    for (const segment of middle) {
      const found = findFrom(text, segment, at, end);
      if (found < 0) return false;
      at = found + segment.length;
    }
    return true;
  };
}

function standsAt(text: string, segment: Segment, at: number): boolean {
  for (const part of segment.texts) if (!text.startsWith(part.text, at + part.offset)) return false;
  return true;
}

/** The first place in [from, end) that holds the segment whole; -1 when there is none. */
function findFrom(text: string, segment: Segment, from: number, end: number): number {
  const lead = segment.texts[0];
  for (let at = from; at + segment.length <= end; at++) {
    if (lead !== undefined) {
      const found = text.indexOf(lead.text, at + lead.offset);
      if (found < 0) return -1;
      at = found - lead.offset;
      if (at + segment.length > end) return -1;
    }
    if (standsAt(text, segment, at)) return at;
  }
  return -1;
}

/** No text of one character is the empty one or one of two letters. */
const ANY = "";
const ONE = "??";

/** The usual walk with one place to come back to, by characters instead of code units. */
function matchPoints(pattern: readonly string[], text: readonly string[]): boolean {
  let p = 0;
  let resume = -1;
  let resumeAt = 0;
  let t = 0;
  while (t < text.length) {
    const wanted = pattern[p];
    if (wanted === ANY) {
      resume = ++p;
      resumeAt = t;
    } else if (wanted !== undefined && (wanted === ONE || wanted === text[t])) {
      p++;
      t++;
    } else if (resume >= 0) {
      p = resume;
      t = ++resumeAt;
    } else {
      return false;
    }
  }
  while (pattern[p] === ANY) p++;
  return p === pattern.length;
}
