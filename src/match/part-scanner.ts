/** Finds which of many short texts are in a longer one, in one pass over it. */
export interface PartScanner {
  /** Calls `visit` with the entries of each part found, perhaps with some several times. */
  scan(text: string, visit: (entries: readonly number[]) => void): void;
}

const ASCII = 128;
const A = 65;
const Z = 90;
const NONE: readonly number[] = [];

/**
 * Compiles parts, ASCII only, each with the entry that it stands for, to an automaton (Aho and Corasick's).
 * @param options.ignoreCase true unless given: parts are in lower case then, and are looked for in the text's
 * toLowerCase(), where ſ counts as s, as it does in regular expressions.
 */
export function compilePartScanner(
  parts: ReadonlyMap<string, number>,
  { ignoreCase = true }: { readonly ignoreCase?: boolean } = {},
): PartScanner {
  const { classes, size } = toClasses(parts.keys(), ignoreCase);
  const states = 1 + [...parts.keys()].reduce((sum, part) => sum + part.length, 0);
  const next = new Int32Array(states * size);
  const found: (readonly number[] | undefined)[] = [];
  let count = 1;
  for (const [part, entry] of parts) {
    let state = 0;
    for (let i = 0; i < part.length; i++) {
      const edge = state * size + classOf(classes, part.charCodeAt(i));
      if (next[edge] === 0) next[edge] = count++;
      state = next[edge] as number;
    }
    found[state] = [...(found[state] ?? NONE), entry];
  }
  link(next, size, found, count);
  // Rows instead of states, and those with something found as their complement: one look for each character.
  const rows = next.map((state) => (found[state] === undefined ? state * size : ~(state * size)));

  /** Up to the first character beyond ASCII, whose place it gives; -1 when there is none. */
  const scanAscii = (text: string, visit: (entries: readonly number[]) => void): number => {
    let row = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code >= ASCII) return i;
      row = rows[row + (classes[code] as number)] as number;
      if (row < 0) {
        row = ~row;
        visit(found[row / size] ?? NONE);
      }
    }
    return -1;
  };
  return {
    scan(text, visit) {
      if (scanAscii(text, visit) < 0) return;
      // Some letters beyond ASCII become ASCII ones in lower case; any other is in no part and stands between them.
      const read = ignoreCase ? text.toLowerCase().replaceAll(LONG_S, "s") : text;
      for (const run of read.split(BEYOND_ASCII)) scanAscii(run, visit);
    },
  };
}

const LONG_S = "\u017f";
const BEYOND_ASCII = /[^\0-\x7f]+/;

/** Characters that are in no part are of one class, 0; letters are of one class in either case where it does not count. */
function toClasses(
  parts: Iterable<string>,
  ignoreCase: boolean,
): { readonly classes: Uint8Array; readonly size: number } {
  const classes = new Uint8Array(ASCII);
  let size = 1;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) {
      const code = part.charCodeAt(i);
      if (classes[code] === 0) classes[code] = size++;
    }
  }
  if (ignoreCase) for (let code = A; code <= Z; code++) classes[code] = classes[code + 32] as number;
  return { classes, size };
}

function classOf(classes: Uint8Array, code: number): number {
  return code < ASCII ? (classes[code] as number) : 0;
}

/** Completes the trie: where a text goes on in no part, it goes on in the longest part that its end begins. */
function link(next: Int32Array, size: number, found: (readonly number[] | undefined)[], count: number): void {
  const fallback = new Int32Array(count);
  const queue: number[] = [];
  for (let c = 0; c < size; c++) if (next[c] !== 0) queue.push(next[c] as number);
  for (let q = 0; q < queue.length; q++) {
    const state = queue[q] as number;
    const shorter = fallback[state] as number;
    if (found[shorter] !== undefined) found[state] = [...(found[state] ?? NONE), ...found[shorter]];
    for (let c = 0; c < size; c++) {
      const edge = state * size + c;
      const target = next[shorter * size + c] as number;
      if (next[edge] === 0) next[edge] = target;
      else {
        fallback[next[edge] as number] = target;
        queue.push(next[edge] as number);
      }
    }
  }
}
