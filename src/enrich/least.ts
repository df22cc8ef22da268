/** The least few of any number of values, in order of their keys; each key counts once. */
export class Least<T> {
  readonly #limit: number;
  readonly #entries: { readonly key: string; readonly value: T }[] = [];
  /** True when there were more distinct keys than the limit. */
  cut = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(key: string, value: T): void {
    const at = this.#place(key);
    if (this.#entries[at]?.key === key) return;
    this.#entries.splice(at, 0, { key, value });
    if (this.#entries.length <= this.#limit) return;
    this.#entries.pop();
    this.cut = true;
  }

  values(): T[] {
    return this.#entries.map(({ value }) => value);
  }

  #place(key: string): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareText((this.#entries[middle] as { key: string }).key, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** By code point, which is the order of UTF-8 bytes and so OpenSearch's order of keywords. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    // A surrogate stands for a code point above all that one unit can hold.
    return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
