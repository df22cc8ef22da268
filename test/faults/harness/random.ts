/** Numbers that only look random: the same seed gives the same run. */
export interface Random {
  readonly seed: number;
  /** From 0 up to, not with, 1. */
  next(): number;
  /** From `from` up to, not with, `to`. */
  between(from: number, to: number): number;
  /** Whether something of this probability happens. */
  chance(rate: number): boolean;
}

/** `TRAILTAG_FAULTS_SEED` repeats a run; each prints the seed that it had. */
export function chooseSeed(): number {
  const given = process.env["TRAILTAG_FAULTS_SEED"];
  return given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  // mulberry32
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    seed,
    next,
    between: (from, to) => from + Math.floor(next() * (to - from)),
    chance: (rate) => next() < rate,
  };
}
