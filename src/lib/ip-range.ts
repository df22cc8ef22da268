import { isIPv6 } from "node:net";

/** An address, or the first one of a range; an IPv4 address mapped into IPv6 is IPv4. */
export interface IpAddress {
  readonly family: 4 | 6;
  /** Unsigned 32-bit words, highest first: one for IPv4, four for IPv6. */
  readonly words: readonly number[];
}

/** `length` is that of the prefix in bits; bits of `address` beyond it do not count. */
export interface IpRange {
  readonly address: IpAddress;
  readonly length: number;
}

const BITS = { 4: 32, 6: 128 } as const;
const MAPPED = 0xffff;
const ZERO = 48;

let lastText = "";
let lastAddress: IpAddress | undefined;

/** Reads an IPv4 or IPv6 address; undefined when the text is none, or one with a zone. */
export function parseIpAddress(text: string): IpAddress | undefined {
  // Rules that look for different ranges in the same address come one after the other.
  if (text !== lastText) {
    lastAddress = toAddress(text);
    lastText = text;
  }
  return lastAddress;
}

function toAddress(text: string): IpAddress | undefined {
  if (!mayBeAddress(text)) return undefined;
  const word = toWord(text);
  if (word !== undefined) return { family: 4, words: [word] };
  if (!isIPv6(text) || text.includes("%")) return undefined;
  const words = toWords(text);
  const [a = 0, b = 0, c = 0, d = 0] = words;
  return a === 0 && b === 0 && c === MAPPED ? { family: 4, words: [d] } : { family: 6, words };
}

/** Reads `10.0.0.0/8`, `2001:db8::/32` or one address; undefined when the text is neither. */
export function parseIpRange(text: string): IpRange | undefined {
  const slash = text.indexOf("/");
  const addressText = slash < 0 ? text : text.slice(0, slash);
  const address = parseIpAddress(addressText);
  if (address === undefined) return undefined;
  if (slash < 0) return { address, length: BITS[address.family] };
  const digits = text.slice(slash + 1);
  if (!/^(?:0|[1-9]\d{0,2})$/.test(digits)) return undefined;
  // Written as IPv6, a mapped range counts 96 bits more.
  const mapped = address.family === 4 && addressText.includes(":");
  const length = Number(digits) - (mapped ? 96 : 0);
  return length >= 0 && length <= BITS[address.family] ? { address, length } : undefined;
}

/** Entries by ranges of addresses, found by an address with one look-up for each length of prefix. */
export interface IpTable<T> {
  /** False for a text that is no range. */
  add(range: string, entry: T): boolean;
  /** Calls `visit` with the entries of each length of prefix under which the address is found. */
  find(address: IpAddress, visit: (entries: readonly T[]) => void): void;
}

export function createIpTable<T>(): IpTable<T> {
  const tables = { 4: new Map<number, PrefixTable<T>>(), 6: new Map<number, PrefixTable<T>>() };
  return {
    add(text, entry) {
      const range = parseIpRange(text);
      if (range === undefined) return false;
      const { address, length } = range;
      const table: PrefixTable<T> = tables[address.family].get(length) ?? new Map<string | number, T[]>();
      tables[address.family].set(length, table);
      const key = toKey(address.words, length);
      const entries = table.get(key);
      if (entries === undefined) table.set(key, [entry]);
      else entries.push(entry);
      return true;
    },
    find({ family, words }, visit) {
      for (const [length, table] of tables[family]) {
        const entries = table.get(toKey(words, length));
        if (entries !== undefined) visit(entries);
      }
    },
  };
}

type PrefixTable<T> = Map<string | number, T[]>;

/** Compiles ranges to a test of one address; texts that are no range are left out. */
export function compileIpRanges(ranges: readonly string[]): (address: IpAddress) => boolean {
  const table = createIpTable<true>();
  for (const range of ranges) table.add(range, true);
  return (address) => {
    let found = false;
    table.find(address, () => (found = true));
    return found;
  };
}

function toKey(words: readonly number[], length: number): string | number {
  const [first = 0] = words;
  if (words.length === 1) return maskWord(first, length);
  return words.map((word, i) => maskWord(word, length - i * 32)).join();
}

/** The highest `bits` bits of a word; shifts by 32 and more would wrap around. */
function maskWord(word: number, bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? word : ((word >>> (32 - bits)) << (32 - bits)) >>> 0;
}

/** Cheap look before the real check: CloudTrail often has a service's name where an address is meant. */
function mayBeAddress(text: string): boolean {
  const first = text.charCodeAt(0);
  return text.length <= 45 && ((first >= ZERO && first <= ZERO + 9) || text.includes(":"));
}

/** Four numbers up to 255, without leading zeros; undefined for any other text. */
function toWord(text: string): number | undefined {
  let word = 0;
  let part = -1;
  let parts = 1;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (digit >= 0 && digit <= 9 && part !== 0) {
      part = Math.max(part, 0) * 10 + digit;
      if (part > 255) return undefined;
    } else if (text[i] === "." && part >= 0) {
      word = word * 256 + part;
      part = -1;
      parts++;
    } else {
      return undefined;
    }
  }
  return parts === 4 && part >= 0 ? word * 256 + part : undefined;
}

function toWords(text: string): readonly number[] {
  const [head = "", tail] = text.split("::");
  const left = toGroups(head);
  const right = tail === undefined ? [] : toGroups(tail);
  const zeros = new Array<number>(8 - left.length - right.length).fill(0);
  const groups = [...left, ...zeros, ...right];
  return [0, 2, 4, 6].map((i) => (groups[i] ?? 0) * 65_536 + (groups[i + 1] ?? 0));
}

function toGroups(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return Number.parseInt(group, 16);
    const word = toWord(group) ?? 0;
    return [Math.floor(word / 65_536), word % 65_536];
  });
}
