/** Exponential with full jitter in its upper half: 50 ms, 100 ms, … up to `maxMs`. `attempt` counts from 1. */
export function backoffMs(attempt: number, maxMs = 2_000): number {
  const ceiling = Math.min(maxMs, 50 * 2 ** Math.min(attempt - 1, 10));
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}

/** Rounds of one write that follow each other at once; later ones are spaced, whatever keeps them going. */
const QUICK_ROUNDS = 4;

export async function pauseBeforeRound(round: number): Promise<void> {
  if (round <= QUICK_ROUNDS) return;
  await new Promise((resolve) => setTimeout(resolve, backoffMs(round)));
}
