const NAMED = 3;

/** `a, b, c and 5 more`. */
export function someOf(names: readonly string[]): string {
  if (names.length <= NAMED) return names.join(", ");
  return `${names.slice(0, NAMED).join(", ")} and ${names.length - NAMED} more`;
}

/** `1 event`, `2,000 events`. */
export function countOf(count: number, noun: string, several = `${noun}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? noun : several}`;
}
