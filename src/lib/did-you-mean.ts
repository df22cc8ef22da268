/** The candidate that a misspelt word most likely meant; undefined when none is near. Case does not count. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  // Two letters swapped are two edits; in a word of three that would be nearly any other word.
  const limit = Math.max(word.length > 3 ? 2 : 1, Math.floor(word.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein distance, in UTF-16 units; `enough` where it is that or more. */
function editDistance(a: string, b: string, enough: number): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const distance = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, substituted);
      current.push(distance);
      if (distance < least) least = distance;
    }
    // No row has less than the least of the one before.
    if (least >= enough) return enough;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
