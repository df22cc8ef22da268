/** A seeded source of choices: the same seed gives the same sample on every machine. */
export interface Random {
  /** From 0 (included) to `below` (excluded). */
  int(below: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
  hex(digits: number): string;
  /** Version-4 form. */
  uuid(): string;
  /** From A–Z and 0–9. */
  code(characters: number): string;
  /** From a–z, A–Z and 0–9, as in the names of CloudTrail's files. */
  word(characters: number): string;
}

const CODE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const WORD = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** Xorshift on 32 bits: no one's security rests on it. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0 === 0 ? 1 : seed >>> 0;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 0x1_0000_0000;
  };
  // The first numbers of a small seed are small themselves.
  for (let i = 0; i < 16; i += 1) next();

  const int = (below: number): number => Math.floor(next() * below);
  const from = (alphabet: string, count: number): string =>
    Array.from({ length: count }, () => alphabet.charAt(int(alphabet.length))).join("");
  const hex = (digits: number): string => from("0123456789abcdef", digits);
  return {
    int,
    chance: (probability) => next() < probability,
    pick: <T>(items: readonly [T, ...T[]]): T => items[int(items.length)] ?? items[0],
    hex,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${from("89ab", 1)}${hex(3)}-${hex(12)}`,
    code: (characters) => from(CODE, characters),
    word: (characters) => from(WORD, characters),
  };
}
