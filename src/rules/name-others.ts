/** Thousands may share one name; a message that named them all would name each of them thousands of times. */
const MAX_NAMED = 3;

/** The paths of some of those that share a name, but for the one at `own`, for a message to that one. */
export function nameOthers(paths: readonly string[], own: number): string {
  const named = paths
    .slice(0, MAX_NAMED + 1)
    .filter((_, i) => i !== own)
    .slice(0, MAX_NAMED);
  const more = paths.length - 1 - named.length;
  return [...new Set(named)].join(", ") + (more > 0 ? ` and ${more} more` : "");
}
